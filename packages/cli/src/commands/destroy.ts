// `coffer destroy`: takes the signing stack away; the key stays, or is scheduled for deletion. Repeated after any interruption,
// it goes on from where things stand.
import { requireYes } from '../confirm.ts'
import type { Context, Outcome } from '../context.ts'
import { cdkDestroy, type Environment } from '../deploy/cdk.ts'
import { type Contents, divideResources, requireEmptyGroup } from '../deploy/contents.ts'
import { type Caller, type CurrentStack, findStack, readCaller } from '../deploy/currentStack.ts'
import { describeDeletion, findKey, type KeyToDelete, scheduleDeletion } from '../deploy/keyDeletion.ts'
import { requireDeletable } from '../deploy/stackStatus.ts'
import { withSynthesized } from '../deploy/synthesize.ts'
import { exitCodes } from '../exitCodes.ts'
import { CliError } from '../failure.ts'
import { readStack } from '../stack.ts'

export type DestroyOptions = {
  readonly stackName: string
  readonly key: 'keep' | 'delete'
  readonly yes: boolean
  /** Variables of this process, for CDK. */
  readonly environment: Environment
}

/**
 * Deletes the stack.
 *
 * The key's deletion comes first: the alarms of the stack still tell of it, and whatever ends this command half-way, the stack
 * that names the key is there to begin again with.
 *
 * @throws {CliError} STACK_BUSY, STACK_FOREIGN, GROUP_HAS_MEMBERS, KEY_NOT_KEPT, KEY_UNKNOWN, NOT_CONFIRMED: nothing was
 *   changed. DESTROY_FAILED, INTERRUPTED.
 */
export async function destroy(context: Context, options: DestroyOptions): Promise<Outcome> {
  const { terminal } = context
  const { stackName } = options
  const caller = await readCaller(context)
  terminal.note(`account ${caller.account}, ${caller.region}, as ${caller.arn}`)
  const current = await terminal.progress(`reading the stack ${stackName}`, () =>
    findStack(context, stackName),
  )
  if (current === undefined) return withoutStack(context, options)
  requireDeletable(current)
  const stack = await readStack(context, stackName)
  await requireEmptyGroup(context, stack)
  const contents = divideResources(stack, current.template)
  const keyArn = current.outputs['KeyArn']
  const doomed = options.key === 'delete' ? requireKey(stackName, keyArn) : undefined
  if (doomed === undefined) requireKept(stackName, contents)
  terminal.note(describeContents(contents))
  if (doomed !== undefined) terminal.note(terminal.style.red(terminal.style.bold(warningOf(context, doomed))))
  if (!options.yes) await requireYes(context, questionOf(current, caller, doomed))
  const deleted = doomed === undefined ? undefined : await scheduleDeletion(context, doomed)
  // Said at once: whatever becomes of the stack, this has been done.
  if (deleted !== undefined) terminal.note(describeDeletion(deleted).join('\n'))
  await withSynthesized({ stackName, isPrivate: false }, synthesized =>
    cdkDestroy(context, { synthesized, environment: options.environment, region: caller.region }),
  )
  return {
    data: { stackName, wasThere: true, keyArn, deletionDate: deleted?.deletionDate, ...contents },
    text: [
      `the stack ${stackName} is gone`,
      ...(deleted === undefined ? describeReturn(caller, contents, keyArn) : []),
    ].join('\n'),
  }
}

/** A template of other making may take the key along, whatever is said here. */
function requireKept(stackName: string, { goes }: Contents): void {
  const keys = goes.filter(({ type }) => type === 'AWS::KMS::Key').map(({ physicalId }) => physicalId)
  if (keys.length === 0) return
  throw new CliError(
    'KEY_NOT_KEPT',
    `the template of ${stackName} does not retain the key ${keys.join(', ')}: it would go with the stack. Nothing was changed`,
    { exitCode: exitCodes.refused, hints: ['coffer deploy, which retains it, and then destroy'] },
  )
}

function requireKey(stackName: string, keyArn: string | undefined): string {
  if (keyArn !== undefined) return keyArn
  throw new CliError(
    'KEY_UNKNOWN',
    `the stack ${stackName} does not say which key is its own; nothing was changed`,
    {
      exitCode: exitCodes.refused,
      hints: [
        `coffer destroy --keep-key --stack-name ${stackName}`,
        'then aws kms schedule-key-deletion --key-id KEY_ARN',
      ],
    },
  )
}

// The stack that would say which key was its own is gone, so the configured one takes a person's word.
async function withoutStack(context: Context, { stackName, key, yes }: DestroyOptions): Promise<Outcome> {
  const gone = `there is no stack ${stackName} in this account and Region`
  if (key === 'keep') return { data: { stackName, wasThere: false }, text: gone }
  const { config, terminal } = context
  if (config.keyId === undefined) throw unknownKey(`${gone}, and ${config.file} names no key`)
  let found: KeyToDelete = await findKey(context, config.keyId)
  if (found.deletionDate === undefined) {
    if (yes)
      throw unknownKey(
        `${gone}, and nothing says that the key ${found.arn} belonged to one; it was left alone`,
      )
    terminal.note(`${gone}\n${warningOf(context, found.arn)}`)
    await requireYes(context, `Delete the key ${found.arn}, which is configured?`)
    found = await scheduleDeletion(context, found.arn)
  }
  const { arn: keyArn, deletionDate } = found
  return {
    data: { stackName, wasThere: false, keyArn, deletionDate },
    text: [gone, ...describeDeletion(found)].join('\n'),
  }
}

function unknownKey(message: string): CliError {
  return new CliError('STACK_NOT_FOUND', message, {
    exitCode: exitCodes.notFound,
    hints: ['is --stack-name right?', 'to be asked about the configured key: leave out --yes'],
  })
}

function questionOf({ name }: CurrentStack, { account, region }: Caller, doomed: string | undefined): string {
  const what = doomed === undefined ? `the stack ${name}` : `the stack ${name} AND THE KEY ${doomed}`
  return `Delete ${what} in account ${account}, ${region}?`
}

function warningOf({ config }: Context, keyArn: string): string {
  const wallet = config.wallet === undefined ? 'a wallet' : `the wallet ${config.wallet}`
  return `! THE KEY ${keyArn} will be deleted. Unless ${wallet} has another signer, its money is lost with it.`
}

function describeContents({ goes, stays }: Contents): string {
  const kinds = [...new Set(goes.map(({ type }) => type))].sort()
  return [
    `goes (${goes.length}):`,
    ...kinds.map(kind => `  ${goes.filter(({ type }) => type === kind).length} ${kind}`),
    'stays:',
    ...stays.map(({ type, physicalId }) => `  ${type} ${physicalId}`),
  ].join('\n')
}

function describeReturn(
  { partition, account }: Caller,
  { stays }: Contents,
  keyArn: string | undefined,
): readonly string[] {
  if (keyArn === undefined) return []
  const logRole = stays.find(({ type }) => type === 'AWS::IAM::Role')?.physicalId
  const again = [
    `ExistingKeyArn=${keyArn}`,
    ...(logRole === undefined
      ? []
      : [`ExistingApiLogRoleArn=arn:${partition}:iam::${account}:role/${logRole}`]),
  ]
  return [`the key stays: ${keyArn}`, `to use it again: coffer deploy --parameters ${again.join(' ')}`]
}
