// Checks of the KMS key: that it can sign for Ethereum, that its policy is the one deployed, and nobody else can use it.
// https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html
import {
  DescribeKeyCommand,
  GetKeyPolicyCommand,
  type GrantListEntry,
  type KeyMetadata,
  NotFoundException,
  paginateListGrants,
} from '@aws-sdk/client-kms'
import { withPermission } from '../permission.ts'
import { otherKeys } from '../replicas.ts'
import { type Check, checksOf, type Finding, failed, need, ok, shared, shellWord, skipped } from './check.ts'
import { tryToSign } from './keySign.ts'
import { needDeployed, type Scene } from './scene.ts'
import { compareDocuments, describeDifferences } from './statements.ts'

const check = checksOf('key')

/** The key that is looked at: the stack's, else the configured one. */
export function keyIdOf({ stack, context }: Scene): string | undefined {
  return stack?.outputs['KeyArn'] ?? context.config.keyId
}

/** Checks the key. */
export function checkKey(scene: Scene): readonly Promise<Check>[] {
  const keyId = keyIdOf(scene)
  const described = shared(() => describeKey(scene, need(keyId, 'no key is configured')))
  const key = async (): Promise<KeyMetadata> => need(await described(), 'there is no such key')
  return [
    check('key', async () => judgeKey(scene, await described())),
    check('key-spec', async () => judgeSpec(await key())),
    check('key-state', async () => judgeState(await key())),
    check('key-alias', () => checkAlias(scene)),
    check('key-policy', async () => checkPolicy(scene, await key())),
    check('key-replicas', async () => judgeReplicas(await key())),
    check('key-grants', async () => checkGrants(scene, await key())),
    check('key-sign', async () => tryToSign(scene.context, need(keyId, 'no key is configured'))),
  ]
}

/**
 * Describes a key.
 *
 * @param keyId Key id, key ARN, or alias.
 * @returns Undefined where there is no such key.
 * @throws {CliError} PERMISSION_MISSING
 */
export async function describeKey({ context }: Scene, keyId: string): Promise<KeyMetadata | undefined> {
  try {
    const { KeyMetadata: key } = await withPermission(`kms:DescribeKey on ${keyId}`, () =>
      context.kms().send(new DescribeKeyCommand({ KeyId: keyId })),
    )
    return key
  } catch (error) {
    if (error instanceof NotFoundException) return undefined
    throw error
  }
}

async function judgeKey(scene: Scene, key: KeyMetadata | undefined): Promise<Finding> {
  const { config } = scene.context
  const id = keyIdOf(scene) ?? ''
  if (key?.Arn === undefined) return failed(`there is no key ${id}`, 'coffer key list')
  if (config.keyId === undefined || id === config.keyId) return ok(key.Arn)
  const configured = await describeKey(scene, config.keyId)
  if (configured?.Arn === key.Arn) return ok(key.Arn)
  return failed(
    `${config.file} names another key than the stack: ${config.keyId}, not ${key.Arn}`,
    `put "keyId": "${key.Arn}" into ${config.file}`,
  )
}

/** A key of another spec or usage cannot become one that signs for Ethereum. */
export function judgeSpec({ KeySpec, KeyUsage }: Pick<KeyMetadata, 'KeySpec' | 'KeyUsage'>): Finding {
  const found = `${KeySpec}, ${KeyUsage}`
  return KeySpec === 'ECC_SECG_P256K1' && KeyUsage === 'SIGN_VERIFY'
    ? ok(found)
    : failed(
        `${found}: Ethereum takes ECC_SECG_P256K1, SIGN_VERIFY`,
        'coffer key create --alias another-name',
      )
}

/** A key signs only while it is enabled. */
export function judgeState(key: Pick<KeyMetadata, 'Arn' | 'KeyState' | 'DeletionDate'>): Finding {
  const { Arn = '', KeyState, DeletionDate } = key
  switch (KeyState) {
    case 'Enabled':
      return ok(KeyState)
    case 'PendingDeletion':
      return failed(
        `it will be deleted on ${DeletionDate?.toISOString()}, and with it the wallet's signer`,
        `aws kms cancel-key-deletion --key-id ${Arn} && coffer key enable ${Arn}`,
      )
    case 'Disabled':
      return failed('Disabled: nothing is signed', `coffer key enable ${Arn}`)
    default:
      return failed(`${KeyState}: nothing is signed`, `aws kms describe-key --key-id ${Arn}`)
  }
}

/** A key of another Region with the same material signs for the same address, by a policy and grants of its own. */
export function judgeReplicas(key: Pick<KeyMetadata, 'Arn' | 'MultiRegionConfiguration'>): Finding {
  const others = otherKeys(key)
  return others.length === 0
    ? ok('in this Region alone')
    : failed(
        `in other Regions too, under policies that are not looked at here: ${others.join(', ')}`,
        others
          .map(arn => `aws kms get-key-policy --region ${arn.split(':')[3]} --key-id ${arn}`)
          .join(' && '),
      )
}

async function checkAlias(scene: Scene): Promise<Finding> {
  const { alias } = needDeployed(scene).key
  if (alias === undefined) return skipped('the stack uses a key that existed, and gave it no alias')
  const id = need(keyIdOf(scene), 'no key is configured')
  const target = (await describeKey(scene, alias))?.Arn
  const words = `--alias-name ${alias} --target-key-id ${id}`
  if (target === undefined) return failed(`${alias} does not exist any more`, `aws kms create-alias ${words}`)
  return target === id
    ? ok(alias)
    : failed(`${alias} points to another key, ${target}`, `aws kms update-alias ${words}`)
}

async function checkPolicy(scene: Scene, { Arn = '' }: KeyMetadata): Promise<Finding> {
  const expected = needDeployed(scene).key.policy
  const { Policy = '' } = await withPermission(`kms:GetKeyPolicy on ${Arn}`, () =>
    scene.context.kms().send(new GetKeyPolicyCommand({ KeyId: Arn, PolicyName: 'default' })),
  )
  const differences = compareDocuments(JSON.parse(Policy), expected)
  return differences === undefined
    ? ok('as deployed')
    : failed(
        describeDifferences(differences),
        `aws kms put-key-policy --key-id ${Arn} --policy-name default --policy ${shellWord(expected)}`,
      )
}

async function checkGrants({ context }: Scene, { Arn = '' }: KeyMetadata): Promise<Finding> {
  const grants = await withPermission(`kms:ListGrants on ${Arn}`, async () => {
    const found: GrantListEntry[] = []
    for await (const page of paginateListGrants({ client: context.kms() }, { KeyId: Arn }))
      found.push(...(page.Grants ?? []))
    return found
  })
  if (grants.length === 0) return ok('none')
  return failed(
    grants.map(describeGrant).join('; '),
    grants.map(({ GrantId }) => `aws kms revoke-grant --key-id ${Arn} --grant-id ${GrantId}`).join(' && '),
  )
}

function describeGrant(grant: GrantListEntry): string {
  const { Name, GrantId, GranteePrincipal, GranteeServicePrincipal, Operations = [] } = grant
  return `grant ${Name || GrantId} lets ${GranteePrincipal ?? GranteeServicePrincipal} ${Operations.join(', ')}`
}
