// One behaviour of KMS, and the command that meets it.
import { type Behaviour, startKmsStage } from '@coffer/sandbox'
import { judgeOutcome, type Outcome } from './outcome.ts'
import { type Ended, runCommand } from './runCommand.ts'
import { judge, type Verdict } from './verdict.ts'

/** What came of it. */
export type Met = {
  readonly behaviour: Behaviour
  readonly verdict: Verdict
  /** Of each signer that ran. */
  readonly outcomes: readonly Outcome[]
  /** How many calls of KMS there were, by operation. */
  readonly calls: Readonly<Record<string, number>>
  /** What the command said of its error, if it said anything. */
  readonly said: string | undefined
}

/**
 * Lets a command sign with a KMS that behaves in one way: a KMS and a key of its own, which end with it.
 *
 * @param behaviour The way.
 * @param options.command The program and its arguments.
 * @param options.environment What the command has of the environment besides.
 * @param options.timeout Milliseconds after which a command is taken to hang.
 * @returns What came of it.
 * @throws {CliError} COMMAND_NOT_STARTED.
 */
export async function meet(
  behaviour: Behaviour,
  options: {
    readonly command: readonly string[]
    readonly environment: Readonly<Record<string, string | undefined>>
    readonly timeout: number
  },
): Promise<Met> {
  const stage = await startKmsStage(behaviour)
  try {
    const { address, keyId } = stage
    const run = async (digest: `0x${string}`): Promise<Ended & { readonly outcome: Outcome }> => {
      const environment = {
        ...towardsLoopback(options.environment),
        ...stage.environment,
        KMS_KEY_ID: keyId,
        COFFER_CONFORMANCE_DIGEST: digest,
        COFFER_CONFORMANCE_ADDRESS: address,
      }
      const ended = await runCommand(options.command, { environment, timeout: options.timeout })
      return { ...ended, outcome: await judgeOutcome(ended, { digest, address }) }
    }
    const runs = await Promise.all(stage.digests.map(run))
    const outcomes = runs.map(({ outcome }) => outcome)
    return {
      behaviour,
      verdict: judge(behaviour.expected, outcomes, stage.hits()),
      outcomes,
      calls: stage.calls(),
      said: runs.map(({ stderr }) => errorLine(stderr)).find(line => line !== undefined),
    }
  } finally {
    await stage.stop()
  }
}

/** Nothing that could lead a client of AWS elsewhere, or give it other habits. */
function towardsLoopback(environment: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const others = Object.entries(environment).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && !/^(AWS|COFFER)_/.test(entry[0]),
  )
  return {
    ...Object.fromEntries(others),
    // Clients read one or the other. A proxy stays for other hosts: the command may have to fetch what it runs.
    NO_PROXY: withLoopback(environment['NO_PROXY'] || environment['no_proxy']),
    no_proxy: withLoopback(environment['no_proxy'] || environment['NO_PROXY']),
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  }
}

function withLoopback(noProxy = ''): string {
  // Within a list, some take the star for a name.
  if (noProxy.trim() === '*') return '*'
  return [noProxy, '127.0.0.1', 'localhost'].filter(name => name !== '').join(',')
}

const maxLine = 160

function errorLine(stderr: string): string | undefined {
  const lines = stderr.split('\n').map(line => line.trim())
  return (lines.find(line => /error|exception/i.test(line)) ?? lines.find(line => line !== ''))?.slice(
    0,
    maxLine,
  )
}
