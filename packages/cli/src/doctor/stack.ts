// Checks of the stack: that it is there, in a state in which nothing is half done, and understood.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/view-stack-events.html
import type { Context } from '../context.ts'
import { CliError } from '../failure.ts'
import { readStack, type Stack } from '../stack.ts'
import { type Check, checksOf, type Finding, failed, need, ok, shared, skipped } from './check.ts'
import { type Deployed, readDeployed } from './deployed.ts'

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
): Promise<{
  readonly checks: readonly Check[]
  readonly stack: Stack | undefined
  readonly deployed: Deployed | undefined
}> {
  const stack = shared(() => readStack(context, stackName))
  const deployed = shared(async () =>
    readDeployed(context, need(await stack().catch(() => undefined), 'no stack to look at')),
  )
  const checks = await Promise.all([
    check('stack', async () => {
      try {
        return judgeState(await stack())
      } catch (error) {
        if (error instanceof CliError && error.code === 'STACK_NOT_FOUND') return judgeAbsence(context, error)
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
    stack: await stack().catch(() => undefined),
    deployed: await deployed().catch(() => undefined),
  }
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
