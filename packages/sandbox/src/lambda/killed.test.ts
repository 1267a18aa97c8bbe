// The signing function killed at every instant: what left it was logged before, nothing that KMS did not answer left it, and
// the next process decides as if the killed one had never been. So it needs no handler of SIGTERM, which Lambda sends, if at
// all, to a function that has nothing under way.
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { readCode } from '@coffer/infra/code'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import { encodeFunctionData, parseAbi } from 'viem'
import { entryPoint07Address } from 'viem/account-abstraction'
import { privateKeyToAddress } from 'viem/accounts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findNode } from './node.ts'

const secret = new Uint8Array(32).fill(0x4c)
const signerAddress = privateKeyToAddress(`0x${Buffer.from(secret).toString('hex')}`)
const keyArn = 'arn:aws:kms:eu-north-1:123456789012:key/11111111-2222-4333-8444-555555555555'
const operator = 'arn:aws:iam::123456789012:user/operator'
const token = '0x036CbD53842c5426634e7929541eC2318f3dCF7e'
const sender = '0x1111111111111111111111111111111111111111'
const bootstrap = fileURLToPath(new URL('bootstrap.mjs', import.meta.url))
const directory = mkdtempSync(join(tmpdir(), 'coffer-killed-'))
const { binary: node } = await findNode()

/** An instant at which a process can be killed, in the order in which a request meets them. */
const instants = [
  'it asks for an invocation',
  'it has one',
  'KMS is asked for the public key',
  'KMS has answered for the public key',
  'KMS is asked to sign',
  'KMS has signed',
  'half of the signature has arrived',
  'it answers',
  'its answer is taken',
] as const
type Instant = (typeof instants)[number]

beforeAll(() => {
  execFileSync(process.execPath, [
    fileURLToPath(new URL('../../../service/scripts/bundle.mjs', import.meta.url)),
  ])
  const rules = `
    @id("payouts") permit (principal in Role::"operators", action == Action::"transfer", resource);
    @id("fees") permit (principal in Role::"operators", action == Action::"payFee", resource);`
  const facts = JSON.stringify({
    roles: { operators: [operator] },
    wallets: { treasury: { address: sender, chainIds: [84532] } },
    tokens: { usdc: { symbol: 'USDC', decimals: 6, chainId: 84532, address: token } },
  })
  for (const [path, content] of Object.entries(readCode({ policy: { rules, facts } }))) {
    mkdirSync(dirname(join(directory, path)), { recursive: true })
    writeFileSync(join(directory, path), content)
  }
})

afterAll(() => rmSync(directory, { recursive: true }))

const callData = encodeFunctionData({
  abi: parseAbi(['function execute(address dest, uint256 value, bytes func)']),
  args: [
    token,
    0n,
    encodeFunctionData({
      abi: parseAbi(['function transfer(address to, uint256 amount)']),
      args: ['0x00000000000000000000000000000000000a11ce', 1n],
    }),
  ],
})
const gas = { callGasLimit: '0x13880', verificationGasLimit: '0x186a0', preVerificationGas: '0xc350' }
const fees = { maxFeePerGas: '0x3b9aca00', maxPriorityFeePerGas: '0x3b9aca00' }
const userOperation = { sender, nonce: '0x1f', callData, ...gas, ...fees }
const event = {
  body: JSON.stringify({
    signerAddress,
    payload: { kind: 'userOperation', chainId: 84532, entryPoint: entryPoint07Address, userOperation },
  }),
  requestContext: { requestId: 'request-1', identity: { userArn: operator, sourceIp: '127.0.0.1' } },
}

type Run = {
  /** What came out of the process, as it came. */
  readonly output: string
  /** What it answered, where it did. */
  readonly answer: { readonly statusCode: number; readonly body: string } | undefined
  readonly signatures: number
}

/**
 * Runs the function in a process of its own between a Runtime API and a KMS, for one request.
 *
 * @param kill At which instant it is killed; after the last one where absent.
 * @param delay Milliseconds after the instant.
 */
const run = async (kill?: Instant, delay = 0, signal: NodeJS.Signals = 'SIGKILL'): Promise<Run> => {
  let answer: Run['answer']
  let signatures = 0
  let isKilled = false
  const reach = async (instant: Instant): Promise<void> => {
    if (instant !== (kill ?? 'its answer is taken') || isKilled) return
    isKilled = true
    if (delay > 0) await new Promise(resolve => setTimeout(resolve, delay))
    child.kill(signal)
    // What comes after the instant comes after the kill.
    await once(child, 'exit')
  }
  const server = createServer(async (request, response) => {
    const body = await text(request)
    const { url = '', headers } = request
    if (url.endsWith('/invocation/next')) {
      await reach('it asks for an invocation')
      if (answer !== undefined) return
      response.setHeader('lambda-runtime-aws-request-id', 'invocation-1')
      response.setHeader('lambda-runtime-deadline-ms', String(Date.now() + 60_000))
      response.end(JSON.stringify(event))
      await reach('it has one')
    } else if (url.includes('/invocation/')) {
      await reach('it answers')
      if (!isKilled) answer = JSON.parse(body)
      response.writeHead(202).end('{}')
      await reach('its answer is taken')
    } else if (headers['x-amz-target'] === 'TrentService.GetPublicKey') {
      await reach('KMS is asked for the public key')
      respond(response, {
        KeyId: keyArn,
        KeySpec: 'ECC_SECG_P256K1',
        KeyUsage: 'SIGN_VERIFY',
        PublicKey: publicKey,
      })
      await reach('KMS has answered for the public key')
    } else {
      await reach('KMS is asked to sign')
      signatures += 1
      const digest = Uint8Array.from(Buffer.from(JSON.parse(body).Message, 'base64'))
      const der = secp256k1.sign(digest, secret, { prehash: false, lowS: false, format: 'der' })
      const signed = { KeyId: keyArn, Signature: Buffer.from(der).toString('base64') }
      if (kill === 'half of the signature has arrived') {
        response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1', 'content-length': 400 })
        response.write(JSON.stringify(signed).slice(0, 100))
        await reach('half of the signature has arrived')
        return
      }
      respond(response, signed)
      await reach('KMS has signed')
    }
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const child = spawn(node, [bootstrap], {
    cwd: directory,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      _HANDLER: 'adminSigner.handler',
      AWS_LAMBDA_RUNTIME_API: `127.0.0.1:${port}`,
      LAMBDA_TASK_ROOT: directory,
      AWS_REGION: 'eu-north-1',
      AWS_ACCESS_KEY_ID: 'ASIAIOSFODNN7EXAMPLE',
      AWS_SECRET_ACCESS_KEY: 'not-a-secret',
      AWS_ENDPOINT_URL_KMS: `http://127.0.0.1:${port}`,
      KMS_KEY_ID: keyArn,
      COFFER_SIGNER_ADDRESS: signerAddress,
    },
  })
  const output = await text(child.stdout)
  server.closeAllConnections()
  await new Promise(resolve => server.close(resolve))
  return { output, answer, signatures }
}

const publicKey = Buffer.concat([
  Buffer.from('3056301006072a8648ce3d020106052b8104000a034200', 'hex'),
  secp256k1.getPublicKey(secret, false),
]).toString('base64')

const respond = (response: ServerResponse, body: object): void => {
  response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body))
}

/** The decisions in the log; what is in it that is no whole line ends the test. */
const decisionsIn = (output: string): readonly { readonly outcome: string; readonly problem?: unknown }[] => {
  expect(output === '' || output.endsWith('\n')).toBe(true)
  return output
    .split('\n')
    .filter(line => line !== '' && !line.startsWith('END RequestId'))
    .map(line => JSON.parse(line))
}

/** What must hold of a run, wherever it ended. */
const expectWhole = ({ output, answer, signatures }: Run): void => {
  const decisions = decisionsIn(output)
  expect(decisions.length).toBeLessThanOrEqual(1)
  for (const decision of decisions)
    expect(decision).toMatchObject({ outcome: 'signed', requestId: 'request-1' })
  if (answer !== undefined) expect(decisions).toHaveLength(1)
  if (decisions.length > 0) expect(signatures).toBe(1)
}

test('default: nothing kills it before it has answered: one decision, one signature', async () => {
  const whole = await run()
  expectWhole(whole)
  expect(whole.answer).toMatchObject({ statusCode: 200 })
})

test.each(
  instants.flatMap(instant => (['SIGKILL', 'SIGTERM'] as const).map(signal => [signal, instant] as const)),
)('behavior: %s when %s: no half decision in the log, no answer without one', async (signal, instant) => {
  const killed = await run(instant, 0, signal)
  expectWhole(killed)
  const at = instants.indexOf(instant)
  // Before KMS has signed there is nothing to log as signed; after it answers there is.
  if (at <= instants.indexOf('KMS is asked to sign'))
    expect(killed).toMatchObject({ output: '', signatures: 0 })
  if (at === instants.indexOf('half of the signature has arrived')) expect(killed.output).toBe('')
  if (at >= instants.indexOf('it answers')) expect(decisionsIn(killed.output)).toHaveLength(1)
})

test('behavior: killed at any moment while it verifies, logs and answers: the same', async () => {
  // Microseconds are not to be had by a timer: many moments, each somewhat later.
  for (let i = 0; i < 12; i++) expectWhole(await run('KMS has signed', i * 0.7))
})
