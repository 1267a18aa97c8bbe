// Checks of the stack: that it is there, in a state in which nothing is half done, and understood.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/view-stack-events.html
import type { Context } from '../context.ts'
import { CliError } from '../failure.ts'
import { readStack, type Stack } from '../stack.ts'
import { type Check, checksOf, type Finding, failed, need, ok, shared, skipped } from './check.ts'
import { readDeployed } from './deployed.ts'
import type { Scene } from './scene.ts'

const check = checksOf('stack')

/**
 * Checks the stack.
 *
 * @param stackName Its name.
 * @returns The checks, and what could be read.
 */
export async function checkStack(
  context: Context,
  stackName: string,
): Promise<{ readonly checks: readonly Check[]; readonly scene: Scene }> {
  const stack = shared(() => readStack(context, stackName))
  const whyNot = await stack().then(
    () => undefined,
    (error: unknown) => (isAbsent(error) ? 'there is no stack' : 'the stack could not be read'),
  )
  const present = whyNot === undefined ? await stack() : undefined
  const deployed = shared(async () => readDeployed(context, need(present, whyNot ?? '')))
  const checks = await Promise.all([
    check('stack', async () => {
      try {
        return judgeState(await stack())
      } catch (error) {
        if (error instanceof CliError && isAbsent(error)) return judgeAbsence(context, error)
        throw error
      }
    }),
    check('template', async () => {
      await deployed()
      return ok('understood: permissions are compared with it')
    }),
  ])
  return {
    checks,
    scene: {
      context,
      stack: present,
      deployed: await deployed().catch(() => undefined),
      reason: whyNot ?? 'the template of the stack could not be read',
    },
  }
}

function isAbsent(error: unknown): boolean {
  return error instanceof CliError && error.code === 'STACK_NOT_FOUND'
}

/** Says what the state of a stack means. */
export function judgeState({ name, status }: Pick<Stack, 'name' | 'status'>): Finding {
  const found = `${name}: ${status}`
  if (/^(CREATE|UPDATE|IMPORT)_COMPLETE$/.test(status)) return ok(found)
  if (/IN_PROGRESS$/.test(status) && status !== 'REVIEW_IN_PROGRESS')
    return failed(`${found}, it is being changed`, 'coffer doctor, once that has ended')
  if (status === 'ROLLBACK_COMPLETE')
    return failed(`${found}: it was never deployed`, `aws cloudformation delete-stack --stack-name ${name}`)
  return failed(
    `${found}: the last change did not succeed`,
    `aws cloudformation describe-stack-events --stack-name ${name}, then coffer deploy`,
  )
}

/** Who followed the guide by hand has a key and an endpoint, but no stack. */
function judgeAbsence({ config }: Context, { message }: CliError): Finding {
  return config.keyId === undefined
    ? failed(message, 'coffer deploy')
    : skipped(`${message}: only what ${config.file} names can be looked at`, 'coffer deploy')
}
