// The bundle as it is deployed: it starts on Lambda's Node.js and signs with a KMS key, though nothing of this project,
// of its packages or of its environment is within its reach.
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { CreateKeyCommand, DisableKeyCommand, EnableKeyCommand, KMSClient } from '@aws-sdk/client-kms'
import { type CodeFiles, readCode } from '@coffer/infra/code'
import { loadPolicy, type PolicySource } from '@coffer/service/policy'
import { createSigner } from '@coffer/signer'
import { awsKms } from '@coffer/signer/aws-kms'
import { type Address, encodeFunctionData, type Hex, parseAbi, recoverMessageAddress } from 'viem'
import { entryPoint07Address, getUserOperationHash } from 'viem/account-abstraction'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createAdministratorSession } from '../../test/cloud.ts'
import { createCloud } from '../aws/cloud.ts'
import { startAws } from '../aws/endpoint.ts'
import { sandboxAccountId } from '../aws/identity.ts'
import type { Listener } from '../server.ts'
import { type LambdaFunction, startFunction } from './function.ts'
import { findNode } from './node.ts'

const region = 'eu-north-1'
const cloud = createCloud({ region })
const { identities } = cloud
const service = new URL('../../../service/', import.meta.url)
let kms: Listener
let client: KMSClient
let keyArn: string
let signerAddress: Address
const functions: LambdaFunction[] = []
const directories = mkdtempSync(join(tmpdir(), 'coffer-admin-signer-'))
const log: string[] = []

beforeAll(async () => {
  execFileSync(process.execPath, [fileURLToPath(new URL('scripts/bundle.mjs', service))])
  kms = await startAws({ cloud })
  const { accessKeyId, secretAccessKey } = identities.administrator
  client = new KMSClient({ endpoint: kms.url, region, credentials: { accessKeyId, secretAccessKey } })
  const { KeyMetadata } = await client.send(
    new CreateKeyCommand({ KeySpec: 'ECC_SECG_P256K1', KeyUsage: 'SIGN_VERIFY' }),
  )
  keyArn = KeyMetadata?.Arn ?? ''
  signerAddress = (await createSigner(await awsKms({ keyId: keyArn, client }))).address
})
afterAll(async () => {
  await Promise.all(functions.map(started => started.stop()))
  client.destroy()
  await kms.stop()
  rmSync(directories, { recursive: true })
})

const token = '0x036CbD53842c5426634e7929541eC2318f3dCF7e'
const sender = '0x1111111111111111111111111111111111111111'

/** Permits what is asked for below. */
const policy: PolicySource = {
  rules: `
    @id("payouts") permit (principal in Role::"operators", action == Action::"transfer", resource)
    when { context.token == Token::"usdc" && context.amount.lessThanOrEqual(decimal("1.5")) };
    @id("fees") permit (principal in Role::"operators", action == Action::"payFee", resource);`,
  facts: JSON.stringify({
    roles: { operators: [identities.operator.arn] },
    wallets: { treasury: { address: sender, chainIds: [84532] } },
    tokens: { usdc: { symbol: 'USDC', decimals: 6, chainId: 84532, address: token } },
  }),
}

/** Lays the files of the function's code out. */
const layOut = (files: CodeFiles): string => {
  const directory = mkdtempSync(join(directories, 'code-'))
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, path)), { recursive: true })
    writeFileSync(join(directory, path), content)
  }
  return directory
}

/** Starts the function with an environment and a policy of its own, and gives a way to send it a request. */
const start = async (
  environment: Readonly<Record<string, string>>,
  code: Parameters<typeof readCode>[0] = { policy },
) => {
  const started = await startFunction({
    bundle: layOut(readCode(code)),
    handler: 'adminSigner.handler',
    functionArn: `arn:aws:lambda:${region}:${sandboxAccountId}:function:adminSigner`,
    environment,
    credentials: createAdministratorSession(cloud),
    endpointUrl: kms.url,
    timeoutMs: 30_000,
    onLog: line => void log.push(line),
  })
  functions.push(started)
  return async (body: object) => {
    const identity = { userArn: identities.operator.arn, sourceIp: '127.0.0.1' }
    const event = { body: JSON.stringify(body), requestContext: { requestId: 'request-1', identity } }
    const result = (await started.invoke(event)) as { readonly statusCode: number; readonly body: string }
    return { status: result.statusCode, ...JSON.parse(result.body) }
  }
}

const callData = encodeFunctionData({
  abi: parseAbi(['function execute(address dest, uint256 value, bytes func)']),
  args: [
    token,
    0n,
    encodeFunctionData({
      abi: parseAbi(['function transfer(address to, uint256 amount)']),
      args: ['0x00000000000000000000000000000000000a11ce', 1_500_000n],
    }),
  ],
})
const gas = { callGasLimit: '0x13880', verificationGasLimit: '0x186a0', preVerificationGas: '0xc350' }
const fees = { maxFeePerGas: '0x3b9aca00', maxPriorityFeePerGas: '0x3b9aca00' }
const userOperation = { sender, nonce: '0x1f', callData, ...gas, ...fees, signature: '0x' } as const
const transfer = () => ({
  signerAddress,
  payload: { kind: 'userOperation', chainId: 84532, entryPoint: entryPoint07Address, userOperation },
})

test('it signs a user operation with the KMS key, and nothing else than its environment tells it where', async () => {
  const ask = await start({ KMS_KEY_ID: keyArn, COFFER_SIGNER_ADDRESS: signerAddress })
  const answer = await ask(transfer())
  const policyVersion = loadPolicy(policy).version
  expect(answer).toMatchObject({ status: 200, signerAddress, keyId: keyArn, policyVersion })
  const hash = getUserOperationHash({
    chainId: 84532,
    entryPointAddress: entryPoint07Address,
    entryPointVersion: '0.7',
    userOperation: {
      ...userOperation,
      nonce: 0x1fn,
      callGasLimit: 80_000n,
      verificationGasLimit: 100_000n,
      preVerificationGas: 50_000n,
      maxFeePerGas: 1_000_000_000n,
      maxPriorityFeePerGas: 1_000_000_000n,
    },
  })
  const signature = answer.signature as Hex
  expect(await recoverMessageAddress({ message: { raw: hash }, signature })).toBe(signerAddress)
  expect(log.map(line => JSON.parse(line))).toEqual([
    expect.objectContaining({ outcome: 'signed', principal: identities.operator.arn, hash, keyId: keyArn }),
  ])
})

test('behavior: what KMS says reaches the caller, and the same process signs when it can again', async () => {
  const ask = await start({ KMS_KEY_ID: keyArn })
  await client.send(new DisableKeyCommand({ KeyId: keyArn }))
  expect(await ask(transfer())).toMatchObject({ status: 503, code: 'KMS_KEY_DISABLED' })
  await client.send(new EnableKeyCommand({ KeyId: keyArn }))
  expect(await ask(transfer())).toMatchObject({ status: 200 })
})

test('behavior: with the policy of the bundle it starts, and refuses everything', async () => {
  const ask = await start({ KMS_KEY_ID: keyArn }, {})
  expect(await ask(transfer())).toMatchObject({ status: 403 })
  expect(await ask({ signerAddress, message: `0x${'12'.repeat(32)}` })).toMatchObject({ status: 403 })
})

test('behavior: with a policy that has faults it starts, and signs nothing', async () => {
  const ask = await start({ KMS_KEY_ID: keyArn }, { policy: { ...policy, rules: 'permit (' } })
  const answer = await ask(transfer())
  expect(answer.status).toBe(500)
  expect(answer).not.toHaveProperty('signature')
})

test('behavior: without a key it starts, and says what is missing', async () => {
  const ask = await start({})
  expect(await ask(transfer())).toMatchObject({ status: 500, code: 'KMS_KEY_ID_INVALID' })
})

const { version } = await findNode()
test.skipIf(process.platform !== 'linux' || process.arch !== 'x64')(
  'it runs on the Node.js of Lambda',
  () => {
    expect(version).toMatch(/^v24\./)
    expect(functions.map(({ nodeVersion }) => nodeVersion)).toContain(version)
  },
)
