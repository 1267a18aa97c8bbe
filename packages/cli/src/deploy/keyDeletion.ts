// The end of a key: 30 days of waiting, during which it can be brought back, then nobody can.
// https://docs.aws.amazon.com/kms/latest/developerguide/deleting-keys.html
import { DescribeKeyCommand, ScheduleKeyDeletionCommand } from '@aws-sdk/client-kms'
import type { Context } from '../context.ts'
import { withPermission } from '../permission.ts'

/** Days: KMS allows no more, and the key's policy no less. */
const waiting = 30

export type KeyToDelete = {
  readonly arn: string
  /** When it will be deleted; undefined where nothing is scheduled. */
  readonly deletionDate?: string | undefined
}

/**
 * Finds a key, and whether its deletion is scheduled.
 *
 * @param keyId Key id, key ARN or alias.
 * @throws {CliError} PERMISSION_MISSING
 */
export async function findKey(context: Context, keyId: string): Promise<KeyToDelete> {
  const { KeyMetadata: key } = await withPermission(`kms:DescribeKey on ${keyId}`, () =>
    context.kms().send(new DescribeKeyCommand({ KeyId: keyId })),
  )
  const isScheduled = key?.KeyState === 'PendingDeletion' || key?.KeyState === 'PendingReplicaDeletion'
  return { arn: key?.Arn ?? keyId, deletionDate: isScheduled ? dateOf(key.DeletionDate) : undefined }
}

/**
 * Schedules the deletion of a key, unless it is scheduled.
 *
 * @returns The key, with its date.
 * @throws {CliError} PERMISSION_MISSING
 */
export async function scheduleDeletion(context: Context, keyArn: string): Promise<Required<KeyToDelete>> {
  const { arn, deletionDate } = await findKey(context, keyArn)
  if (deletionDate !== undefined) return { arn, deletionDate }
  const { DeletionDate } = await withPermission(`kms:ScheduleKeyDeletion on ${arn}`, () =>
    context.kms().send(new ScheduleKeyDeletionCommand({ KeyId: arn, PendingWindowInDays: waiting })),
  )
  return { arn, deletionDate: dateOf(DeletionDate) }
}

/** What a person should know once the deletion is scheduled. */
export function describeDeletion({ arn, deletionDate }: KeyToDelete): readonly string[] {
  return [
    `the key ${arn} signs nothing any more and is deleted for good: ${deletionDate}`,
    `until then: aws kms cancel-key-deletion --key-id ${arn}, then coffer key enable ${arn}`,
  ]
}

// A key with replicas has no date before they are gone.
function dateOf(date: Date | undefined): string {
  return date?.toISOString() ?? 'when its replicas are'
}
