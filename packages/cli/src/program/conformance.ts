// The command for the makers of signers over KMS, ours among them.
import { type Command, InvalidArgumentError } from 'commander'
import type { Runner } from '../program.ts'

/** Adds `conformance`. */
export function addConformanceCommand(program: Command, runner: Runner): void {
  program
    .command('conformance')
    .description('how a signer does when KMS misbehaves: `coffer conformance -- node sign.mjs`')
    .argument('<command...>', 'signs COFFER_CONFORMANCE_DIGEST with KMS_KEY_ID and prints 65 bytes of hex')
    .option('--only <name...>', 'these behaviours of KMS only')
    .option('--timeout <seconds>', 'after which the command is taken to hang', parseSeconds, 30)
    .action((command, options) =>
      runner.run(async context =>
        (await import('../commands/conformance.ts')).checkConformance(context, {
          command,
          ...options,
          environment: runner.environment,
        }),
      ),
    )
}

function parseSeconds(text: string): number {
  const seconds = Number(text)
  if (/^\d+$/.test(text) && seconds >= 1 && seconds <= 600) return seconds
  throw new InvalidArgumentError('expected seconds, 1 to 600')
}
