// The alias of a key that is to be created. After `coffer destroy --keep-key` it names the key that stayed.
import { DescribeKeyCommand, NotFoundException } from '@aws-sdk/client-kms'
import type { Context } from '../context.ts'
import { exitCodes } from '../exitCodes.ts'
import { CliError } from '../failure.ts'
import { withPermission } from '../permission.ts'
import type { Changes } from './changes.ts'
import type { Parameters } from './template.ts'

/**
 * Checks that the alias is free, if one is to be created: CloudFormation would find out in the middle.
 *
 * @throws {CliError} ALIAS_EXISTS, with the key that it names; PERMISSION_MISSING.
 */
export async function requireFreeAlias(
  context: Context,
  { resources }: Changes,
  parameters: Parameters,
): Promise<void> {
  if (!resources.some(({ change, type }) => change === 'added' && type === 'AWS::KMS::Alias')) return
  const alias = `alias/${parameters['KeyAlias']}`
  const arn = await withPermission(`kms:DescribeKey on ${alias}`, async () => {
    const { KeyMetadata } = await context.kms().send(new DescribeKeyCommand({ KeyId: alias }))
    return KeyMetadata?.Arn
  }).catch(error => {
    if (error instanceof NotFoundException) return undefined
    throw error
  })
  if (arn === undefined) return
  throw new CliError('ALIAS_EXISTS', `${alias} names ${arn} already; nothing was changed`, {
    exitCode: exitCodes.refused,
    hints: [
      `to use that key: coffer deploy --parameters ExistingKeyArn=${arn}`,
      'to create another one beside it: coffer deploy --parameters KeyAlias=ANOTHER',
    ],
  })
}
