// Who may do what with the key of the released template, over the wire: the same answers as in the table over the evaluator
// (src/iam/signer.test.rows.ts), of which these are the ones that matter most, and what only a running KMS has: grants, aliases.
import {
  CreateAliasCommand,
  CreateGrantCommand,
  CreateKeyCommand,
  DescribeKeyCommand,
  DisableKeyCommand,
  GetPublicKeyCommand,
  KMSClient,
  ListGrantsCommand,
  ListKeysCommand,
  PutKeyPolicyCommand,
  RevokeGrantCommand,
  ScheduleKeyDeletionCommand,
  SignCommand,
  type SignCommandInput,
  UpdateAliasCommand,
} from '@aws-sdk/client-kms'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createDeployedCloud, type DeployedCloud } from '../../../test/cloud.ts'
import type { Listener } from '../../server.ts'
import { startAws } from '../endpoint.ts'
import { createSession, type Identity } from '../identity.ts'

let deployed: DeployedCloud
let server: Listener
let keyArn: string

beforeEach(async () => {
  deployed = createDeployedCloud(async () => undefined)
  keyArn = deployed.deployment.keys[0]?.arn ?? ''
  server = await startAws({ cloud: deployed.cloud })
})

afterEach(() => server.stop())

const kms = (identity: Identity): KMSClient => {
  const { accessKeyId, secretAccessKey, sessionToken } = identity
  return new KMSClient({
    endpoint: server.url,
    region: deployed.cloud.region,
    credentials: { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) },
    maxAttempts: 1,
  })
}

const signing = (more: Partial<SignCommandInput> = {}): SignCommand =>
  new SignCommand({
    KeyId: keyArn,
    Message: new Uint8Array(32).fill(7),
    MessageType: 'DIGEST',
    SigningAlgorithm: 'ECDSA_SHA_256',
    ...more,
  })

const denied = (reason: RegExp): unknown =>
  expect.objectContaining({ name: 'AccessDeniedException', message: expect.stringMatching(reason) })

const explicitly = denied(/ with an explicit deny in a resource-based policy$/)

describe('signing', () => {
  test('the function signs digests, and nothing else', async () => {
    const client = kms(deployed.lambda)
    expect((await client.send(signing())).KeyId).toBe(keyArn)
    await expect(client.send(signing({ MessageType: 'RAW' }))).rejects.toThrowError(explicitly)
    await expect(client.send(signing({ MessageType: undefined }))).rejects.toThrowError(explicitly)
  })

  test('error: nobody else signs, whatever they may besides; not even to try', async () => {
    for (const identity of Object.values(deployed.cloud.identities))
      for (const more of [{}, { DryRun: true }])
        await expect(kms(identity).send(signing(more))).rejects.toThrowError(
          denied(/not authorized to perform: kms:Sign/),
        )
    await expect(kms(deployed.cloud.identities.administrator).send(signing())).rejects.toThrowError(
      denied(
        new RegExp(
          `^User: arn:aws:iam::123456789012:user/administrator is not authorized to perform: kms:Sign on resource: ${keyArn} with an explicit deny in a resource-based policy$`,
        ),
      ),
    )
  })

  test("error: the role's credentials without its function", async () => {
    const { cloud } = deployed
    const stolen = createSession(
      { role: 'adminSignerInvoker', session: 'adminSigner', accountId: cloud.account.accountId },
      cloud.random,
    )
    cloud.credentials.set(stolen.accessKeyId, stolen)
    await expect(kms(stolen).send(signing())).rejects.toThrowError(
      denied(/ with an explicit deny in an identity-based policy$/),
    )
  })

  test('error: a denial comes before the state of the key is told', async () => {
    const { administrator } = deployed.cloud.identities
    await kms(administrator).send(new DisableKeyCommand({ KeyId: keyArn }))
    await expect(kms(administrator).send(signing())).rejects.toThrowError(explicitly)
    await expect(kms(deployed.lambda).send(signing())).rejects.toThrowError(
      expect.objectContaining({ name: 'DisabledException' }),
    )
  })
})

describe('everything else', () => {
  test('who reads, who lists, who administers', async () => {
    const { administrator, auditor, operator, outsider, stranger } = deployed.cloud.identities
    expect((await kms(auditor).send(new DescribeKeyCommand({ KeyId: keyArn }))).KeyMetadata?.Arn).toBe(keyArn)
    expect((await kms(auditor).send(new GetPublicKeyCommand({ KeyId: keyArn }))).KeyId).toBe(keyArn)
    for (const identity of [operator, outsider, stranger])
      await expect(kms(identity).send(new ListKeysCommand({}))).rejects.toThrowError(
        denied(/because no identity-based policy allows the kms:ListKeys action$/),
      )
    await expect(kms(auditor).send(new DisableKeyCommand({ KeyId: keyArn }))).rejects.toThrowError(
      denied(/because no identity-based policy allows/),
    )
    await expect(kms(stranger).send(new GetPublicKeyCommand({ KeyId: keyArn }))).rejects.toThrowError(
      denied(/because no resource-based policy allows/),
    )
    await expect(
      kms(administrator).send(new ScheduleKeyDeletionCommand({ KeyId: keyArn, PendingWindowInDays: 7 })),
    ).rejects.toThrowError(explicitly)
  })

  test('an alias is moved by whoever may administer the key it leaves and the one it goes to', async () => {
    const { administrator, auditor } = deployed.cloud.identities
    const { KeyMetadata } = await kms(administrator).send(
      new CreateKeyCommand({ KeySpec: 'ECC_SECG_P256K1', KeyUsage: 'SIGN_VERIFY' }),
    )
    const update = { AliasName: 'alias/treasury-admin-signer', TargetKeyId: KeyMetadata?.KeyId }
    await expect(kms(auditor).send(new UpdateAliasCommand(update))).rejects.toThrowError(
      denied(/UpdateAlias/),
    )
    await kms(administrator).send(new UpdateAliasCommand(update))
    await expect(
      kms(auditor).send(new CreateAliasCommand({ AliasName: 'alias/a', TargetKeyId: keyArn })),
    ).rejects.toThrowError(denied(/CreateAlias/))
  })
})

describe('grants', () => {
  test('error: the released key gives none', async () => {
    const { administrator, auditor } = deployed.cloud.identities
    const grant = { KeyId: keyArn, GranteePrincipal: auditor.arn, Operations: ['Sign' as const] }
    await expect(kms(administrator).send(new CreateGrantCommand(grant))).rejects.toThrowError(explicitly)
  })

  test('a grant lets somebody sign whom no policy knows; a Deny of the key policy is above it', async () => {
    const { administrator, outsider } = deployed.cloud.identities
    const client = kms(administrator)
    const { KeyMetadata } = await client.send(
      new CreateKeyCommand({ KeySpec: 'ECC_SECG_P256K1', KeyUsage: 'SIGN_VERIFY' }),
    )
    const KeyId = KeyMetadata?.Arn
    const { GrantId } = await client.send(
      new CreateGrantCommand({ KeyId, GranteePrincipal: outsider.arn, Operations: ['Sign'], Name: 'g' }),
    )
    expect((await kms(outsider).send(signing({ KeyId }))).KeyId).toBe(KeyId)
    await expect(kms(outsider).send(new GetPublicKeyCommand({ KeyId }))).rejects.toThrowError(
      denied(/GetPublicKey/),
    )
    expect((await client.send(new ListGrantsCommand({ KeyId }))).Grants).toEqual([
      expect.objectContaining({
        GrantId,
        Name: 'g',
        GranteePrincipal: outsider.arn,
        Operations: ['Sign'],
        CreationDate: expect.any(Date),
      }),
    ])
    const statement = (Effect: string, AWS: string, Action: string): object => ({
      Effect,
      Principal: { AWS },
      Action,
      Resource: '*',
    })
    await client.send(
      new PutKeyPolicyCommand({
        KeyId,
        Policy: JSON.stringify({
          Version: '2012-10-17',
          Statement: [
            statement('Allow', '123456789012', 'kms:*'),
            statement('Deny', outsider.arn, 'kms:Sign'),
          ],
        }),
      }),
    )
    await expect(kms(outsider).send(signing({ KeyId }))).rejects.toThrowError(explicitly)
  })

  test('revoked, it lets nobody', async () => {
    const { administrator, outsider } = deployed.cloud.identities
    const client = kms(administrator)
    const { KeyMetadata } = await client.send(
      new CreateKeyCommand({ KeySpec: 'ECC_SECG_P256K1', KeyUsage: 'SIGN_VERIFY' }),
    )
    const KeyId = KeyMetadata?.Arn
    const { GrantId } = await client.send(
      new CreateGrantCommand({ KeyId, GranteePrincipal: outsider.arn, Operations: ['Sign'] }),
    )
    await client.send(new RevokeGrantCommand({ KeyId, GrantId }))
    await expect(kms(outsider).send(signing({ KeyId }))).rejects.toThrowError(denied(/kms:Sign/))
    await expect(client.send(new RevokeGrantCommand({ KeyId, GrantId }))).rejects.toThrowError(
      expect.objectContaining({ name: 'NotFoundException' }),
    )
  })
})
