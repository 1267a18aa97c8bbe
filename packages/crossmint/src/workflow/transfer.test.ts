import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { getAddress, type Hex } from 'viem'
import { expect, test, vi } from 'vitest'
import { hashOf, rebuild, usdc, userOperationOf, wallet } from '../../test/fakeCrossmint.ts'
import { clientOver, intent, key, preparePayment, sign, signWithAnotherKey } from '../../test/payment.ts'
import type { Activity } from '../client/activity.ts'
import type { CrossmintClient } from '../client/client.ts'
import type { TransferProgress } from './run.ts'
import type { SignRequest } from './sign.ts'
import {
  approveTransferStep,
  createTransferStep,
  readTransfer,
  signTransferStep,
  transfer,
  waitTransferStep,
} from './transfer.ts'

test('default', async () => {
  const { fake, options } = preparePayment()
  const progress: TransferProgress[] = []
  const receipt = await transfer({ ...options, onStep: one => progress.push(one) })
  const [executed] = fake.executed
  expect(receipt).toEqual({
    status: 'success',
    reference: 'INV-1001',
    transactionId: executed?.transaction.id,
    wallet: 'evm:smart:alias:treasury',
    walletAddress: wallet,
    chain: 'base-sepolia',
    chainId: 84532,
    token: 'base-sepolia:usdc',
    tokenAddress: usdc,
    decimals: 6,
    recipient: getAddress(intent.recipient),
    amount: '250.5',
    signerAddress: key.address,
    userOperationHash: executed?.transaction.hash,
    transactionHash: executed?.transaction.txId,
    explorerLink: `https://sepolia.basescan.org/tx/${executed?.transaction.txId}`,
    completedAt: '2026-11-22T09:00:00.000Z',
    confirmedBy: 'transaction',
  })
  expect(progress.map(one => one.step)).toEqual([
    'create',
    'compare',
    'sign',
    'check',
    'approve',
    'wait',
    'wait',
    'wait',
    'done',
  ])
  expect(fake.executed.length).toBe(1)
})

test('behavior: the endpoint is asked for the hash, with the operation that it is the hash of', async () => {
  const { fake, options } = preparePayment()
  const asked: SignRequest[] = []
  await transfer({
    ...options,
    sign: request => {
      asked.push(request)
      return sign(request)
    },
  })
  const [request] = asked
  expect(asked.length).toBe(1)
  expect(request?.message).toBe(fake.executed[0]?.transaction.hash)
  expect(request?.reference).toBe('INV-1001')
  expect(request?.payload.chainId).toBe(84532)
  expect(request?.payload.entryPoint).toBe('0x0000000071727De22E5E9d8BAf0edAc6f37da032')
  expect(JSON.parse(JSON.stringify(request?.payload.userOperation))).not.toHaveProperty('signature')
  expect(hashOf(request?.payload.userOperation as unknown as Record<string, string>)).toBe(request?.message)
})

test('behavior: the transfer is regulated, names its signer, and carries an idempotency key of wallet and reference', async () => {
  const { fake, options } = preparePayment()
  await transfer(options)
  const create = fake.requests.find(one => one.method === 'POST')
  expect(create?.body).toEqual({
    recipient: getAddress(intent.recipient),
    amount: '250.5',
    signer: `external-wallet:${key.address}`,
    transactionType: 'regulated-transfer',
  })
  expect(create?.headers.get('x-idempotency-key')).toMatch(
    /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
  )
})

test('behavior: after success the receipt is returned without any call', async () => {
  const { fake, options } = preparePayment()
  const receipt = await transfer(options)
  const before = fake.requests.length
  const neverSign = vi.fn()
  expect(await transfer({ ...options, sign: neverSign })).toEqual(receipt)
  expect(await waitTransferStep({ ...options, reference: intent.reference })).toEqual(receipt)
  expect(fake.requests.length).toBe(before)
  expect(neverSign).not.toHaveBeenCalled()
})

test('behavior: a lost journal is made up for by the idempotency key, without a second payment', async () => {
  const { fake, directory, options } = preparePayment()
  const receipt = await transfer(options)
  rmSync(directory, { recursive: true })
  expect(await transfer(options)).toEqual(receipt)
  expect(fake.executed.length).toBe(1)
})

test('error: a lost journal and another amount under the same reference meet the first transaction and are refused', async () => {
  const { fake, directory, options } = preparePayment()
  await transfer(options)
  rmSync(directory, { recursive: true })
  await expect(transfer({ ...options, intent: { ...intent, amount: '1' } })).rejects.toMatchObject({
    code: 'SIGNED_TRANSFER_CHANGED',
    nonce: fake.executed[0]?.nonce,
    userOperationHashes: [fake.executed[0]?.transaction.hash],
    differences: [{ field: 'amount', expected: '1000000 base units', found: '250500000 base units' }],
  })
  expect(fake.executed.length).toBe(1)
})

test('error: the same reference for another payment, naming every difference', async () => {
  const { fake, options } = preparePayment()
  await transfer(options)
  const other = {
    ...intent,
    amount: '250.51',
    recipient: '0x00000000000000000000000000000000000b0b00',
  } as const
  await expect(transfer({ ...options, intent: other })).rejects.toThrowErrorMatchingInlineSnapshot(`
    [ReferenceConflictError: reference "INV-1001" already stands for another payment:
      - recipient: recorded 0x00000000000000000000000000000000000Ac3E0, now asked for 0x00000000000000000000000000000000000B0b00
      - amount: recorded 250.5 (6 decimals), now asked for 250.51 (6 decimals)
    Use a new reference for a new payment.]
  `)
  expect(fake.executed.length).toBe(1)
})

test('behavior: another spelling of the same payment is the same payment', async () => {
  const { options } = preparePayment()
  const receipt = await transfer(options)
  const spelled = {
    ...intent,
    wallet: wallet,
    token: 'USDC',
    amount: '250.50',
    recipient: getAddress(intent.recipient),
  }
  expect(await transfer({ ...options, intent: spelled })).toEqual(receipt)
})

test('error: every fault of an intent at once, before anything is sent or written', async () => {
  const { fake, directory, options } = preparePayment()
  const bad = { ...intent, reference: ' INV', recipient: '0x12', amount: '1e3', token: 'doge' } as const
  await expect(transfer({ ...options, intent: bad })).rejects.toThrowErrorMatchingInlineSnapshot(`
    [InvalidInputError: the transfer is not valid:
      - reference: must be 1 to 128 characters, without control characters and surrounding spaces
      - recipient: must be 0x and 40 hex digits, in lower case or with a valid EIP-55 checksum
      - token: "doge" is not known on base-sepolia; add "base-sepolia:doge" with its address and decimals
      - amount: must be a decimal number such as 250 or 1.50]
  `)
  expect(fake.requests).toEqual([])
  expect(readdirSync(directory)).toEqual([])
})

test('error: an unknown token is the only fault of an intent that is fine otherwise', async () => {
  const { options } = preparePayment()
  await expect(transfer({ ...options, intent: { ...intent, token: 'doge' } })).rejects.toMatchObject({
    issues: [{ field: 'token' }],
  })
})

test('error: a transaction that is another transfer is never signed, not even on the second try', async () => {
  const transferToMallory = '0xa9059cbb0000000000000000000000000000000000000000000000000000000000000bad'
  const { fake, options } = preparePayment({
    tamper: operation =>
      userOperationOf(operation['nonce'] as Hex, `${transferToMallory}${'0'.repeat(56)}0eee53a0`),
  })
  const neverSign = vi.fn()
  for (let run = 0; run < 2; run++)
    await expect(transfer({ ...options, sign: neverSign })).rejects.toMatchObject({
      code: 'TRANSFER_MISMATCH',
      differences: [
        {
          field: 'recipient',
          expected: getAddress(intent.recipient),
          found: '0x0000000000000000000000000000000000000Bad',
        },
      ],
    })
  expect(neverSign).not.toHaveBeenCalled()
  expect(fake.transactions.size).toBe(1)
})

test('error: a signature by another key is refused before it is submitted', async () => {
  const { fake, options } = preparePayment()
  const forged = transfer({
    ...options,
    sign: async ({ message }) => ({ signature: await signWithAnotherKey(message) }),
  })
  await expect(forged).rejects.toMatchObject({ code: 'SIGNATURE_REFUSED' })
  expect(fake.requests.some(one => one.path.endsWith('/approvals'))).toBe(false)
})

test('error: an operation rebuilt with another nonce is not signed a second time', async () => {
  const { fake, options } = preparePayment()
  await expect(
    transfer({ ...options, sign: () => Promise.reject(new Error('endpoint down')) }),
  ).rejects.toThrow('endpoint down')
  rebuild(fake, { nonce: '0x99' })
  await expect(transfer(options)).rejects.toThrowErrorMatchingInlineSnapshot(
    `[NonceChangedError: the transaction of reference "INV-1001" now has nonce 0x99, but nonce 0x10000000000000000 (user operation 0x400caa73cf1d5ed4cb7753cb7efbe904bcc5b60f55439ca947f0ba45c7a734a9) was given to be signed before: with both signed, both could be executed, so the new one was not signed. The earlier one can be executed until its nonce is used. Pay again, under a new reference, only when a block explorer shows that another operation used that nonce]`,
  )
  expect(fake.executed.length).toBe(0)
})

test('behavior: an operation rebuilt with the same nonce is verified and signed', async () => {
  const { fake, options } = preparePayment()
  await expect(
    transfer({ ...options, sign: () => Promise.reject(new Error('endpoint down')) }),
  ).rejects.toThrow('endpoint down')
  rebuild(fake, { maxFeePerGas: '0x77359400' })
  await transfer(options)
  expect(fake.executed.length).toBe(1)
})

test('behavior: waits for a recipient who is still being screened', async () => {
  const { fake, options } = preparePayment({ kycAnswers: 3 })
  const attempts: unknown[] = []
  await transfer({
    ...options,
    onStep: one => one.step === 'kyc' && attempts.push(`${one.attempt}/${one.attempts}`),
  })
  expect(attempts).toEqual(['1/12', '2/12', '3/12'])
  expect(fake.executed.length).toBe(1)
})

test('error: a screening that does not end', async () => {
  const { options } = preparePayment({ kycAnswers: 99 })
  await expect(transfer(options)).rejects.toMatchObject({ code: 'CROSSMINT_KYC_IN_PROGRESS' })
})

test('behavior: a refused transfer can be asked for again under its reference, once the cause is gone', async () => {
  const body = {
    error: { reason: 'recipient_personal_data_missing', message: 'Required personal data is missing' },
    message: 'x',
  }
  const { fake, options } = preparePayment({ refusal: { status: 422, body } })
  const neverSign = vi.fn()
  await expect(transfer({ ...options, sign: neverSign })).rejects.toMatchObject({
    code: 'CROSSMINT_COMPLIANCE_REFUSED',
    reason: 'recipient_personal_data_missing',
  })
  expect(neverSign).not.toHaveBeenCalled()
  fake.knobs.refusal = undefined
  await transfer(options)
  expect(fake.executed.length).toBe(1)
})

test('behavior: stuck pending, but the activity list shows it: done', async () => {
  const { fake, options } = preparePayment({ stuck: true })
  const receipt = await transfer(options)
  expect(receipt).toMatchObject({
    confirmedBy: 'activity',
    transactionHash: fake.executed[0]?.transaction.txId,
  })
})

test('error: stuck pending, and the activity list shows nothing; a later run finishes', async () => {
  const { fake, options } = preparePayment({ stuck: true, showInActivity: false })
  await expect(transfer(options)).rejects.toThrow(
    /^transaction \S+ is approved and still pending after \d+ s, and the wallet's activity does not show it\. The payment may be executed\. Run the same command again/,
  )
  fake.knobs.showInActivity = true
  expect(await transfer(options)).toMatchObject({ confirmedBy: 'activity' })
  expect(fake.executed.length).toBe(1)
})

const token = { locator: 'base-sepolia:usdc', rawAmount: 250_500_000n, contractAddress: usdc }

test.each<[string, Partial<Activity>]>([
  ['another transaction', { transferId: 'b984491a-5785-43c0-8811-45d46fe6e520' }],
  ['an unnamed transaction', { transferId: undefined }],
  ['another amount', { token: { ...token, rawAmount: 250_500_001n } }],
  ['another token', { token: { ...token, contractAddress: wallet } }],
  ['another recipient', { recipient: { address: wallet } }],
  ['incoming money', { type: 'wallets.transfer.in' }],
  ['a failure', { status: 'failed' }],
])('behavior: an activity of %s closes nothing', async (_, change) => {
  const { options } = preparePayment({ stuck: true })
  const { client } = options
  const listActivity: CrossmintClient['listActivity'] = (...asked) =>
    client.listActivity(...asked).then(({ items, nextCursor }) => ({
      items: items.map(one => ({ ...one, ...change })),
      nextCursor,
    }))
  const pending = transfer({ ...options, client: { ...client, listActivity } })
  await expect(pending).rejects.toMatchObject({ code: 'TRANSFER_PENDING' })
  expect(await transfer(options)).toMatchObject({ confirmedBy: 'activity' })
})

test('error: the wallet needs more signers; this one is not asked again', async () => {
  const other = 'external-wallet:0x0000000000000000000000000000000000000001'
  const { fake, options } = preparePayment({ otherSigners: [other] })
  await expect(transfer(options)).rejects.toMatchObject({
    code: 'APPROVALS_MISSING',
    pendingSigners: [other],
  })
  const neverSign = vi.fn()
  await expect(transfer({ ...options, sign: neverSign })).rejects.toMatchObject({ code: 'APPROVALS_MISSING' })
  expect(neverSign).not.toHaveBeenCalled()
  expect(fake.executed.length).toBe(0)
})

test('behavior: errors name no e-mail address of a signer', async () => {
  const { options } = preparePayment({ otherSigners: ['email:ada@lovelace.example'] })
  const missing = transfer(options)
  await expect(missing).rejects.toThrow('awaits email:(...). It is executed when they approve')
  await expect(missing).rejects.toMatchObject({ pendingSigners: ['email:ada@lovelace.example'] })
})

test('error: the transaction asks another signer', async () => {
  const { fake, options } = preparePayment()
  await createTransferStep(options)
  Object.assign([...fake.transactions.values()][0] ?? {}, { signer: `external-wallet:${wallet}` })
  await expect(transfer(options)).rejects.toThrow(
    new RegExp(`awaits the approval of external-wallet:${wallet}, not of ${key.address}`),
  )
})

test('error: two runs with one reference at once; one pays', async () => {
  const { fake, options } = preparePayment({ honourIdempotency: false })
  const runs = await Promise.allSettled([transfer(options), transfer(options), transfer(options)])
  for (const run of runs)
    if (run.status === 'rejected') expect(run.reason).toMatchObject({ code: 'REFERENCE_BUSY' })
  await transfer(options)
  expect(fake.executed.length).toBe(1)
})

test('behavior: the steps, one at a time, each in a process of its own', async () => {
  const { fake, options } = preparePayment()
  const reference = intent.reference
  const { transaction } = await createTransferStep(options)
  expect((await createTransferStep(options)).transaction.id).toBe(transaction.id)
  const { signature, message } = await signTransferStep({ ...options, reference })
  expect(message).toBe(transaction.onChain.userOperationHash)
  expect((await approveTransferStep({ ...options, reference, signature })).status).toBe('pending')
  expect((await approveTransferStep({ ...options, reference, signature })).status).toBe('pending')
  expect((await readTransfer({ ...options, reference }))?.transaction?.status).toBe('success')
  expect(await waitTransferStep({ ...options, reference })).toMatchObject({ status: 'success' })
  expect(fake.executed.length).toBe(1)
})

test('error: approving with a signature over something else', async () => {
  const { options } = preparePayment()
  await createTransferStep(options)
  const signature = await key.signMessage({ message: { raw: `0x${'00'.repeat(32)}` } })
  await expect(
    approveTransferStep({ ...options, reference: intent.reference, signature }),
  ).rejects.toMatchObject({
    code: 'SIGNATURE_REFUSED',
  })
})

test('error: a step of a reference that was never created', async () => {
  const { options } = preparePayment()
  const step = { ...options, reference: 'INV-9' }
  await expect(signTransferStep(step)).rejects.toMatchObject({ code: 'REFERENCE_UNKNOWN' })
  await expect(waitTransferStep(step)).rejects.toMatchObject({ code: 'REFERENCE_UNKNOWN' })
  expect(await readTransfer(step)).toBeUndefined()
})

test('behavior: the journal never holds a signature', async () => {
  const { directory, options } = preparePayment()
  const signatures: string[] = []
  await transfer({ ...options, onStep: one => one.step === 'sign' && signatures.push(one.signature) })
  const [file = ''] = readdirSync(directory)
  expect(signatures.length).toBe(1)
  for (const signature of signatures)
    expect(readFileSync(join(directory, file), 'utf8')).not.toContain(signature.slice(2, 40))
})

test('behavior: reads that fail while waiting do not end the payment', async () => {
  const { fake, options } = preparePayment({ reads: 3 })
  let outage = 0
  const client = clientOver(options, async (url, init) => {
    if (init?.method === 'GET' && outage++ < 10) return new Response('<html>502</html>', { status: 502 })
    return fake.fetch(url, init)
  })
  expect(await transfer({ ...options, client })).toMatchObject({ status: 'success' })
})

test('error: a fee above the ceiling, where the wallet pays its own gas', async () => {
  const unsponsored = (operation: Record<string, string>): Record<string, string> =>
    Object.fromEntries(Object.entries(operation).filter(([name]) => !name.startsWith('paymaster')))
  const { options } = preparePayment({ tamper: unsponsored })
  await expect(transfer({ ...options, maximumFee: 249_999_999_999_999n })).rejects.toMatchObject({
    differences: [
      { field: 'fee', expected: 'at most 249999999999999 wei', found: 'up to 250000000000000 wei' },
    ],
  })
  expect(await transfer({ ...options, maximumFee: 250_000_000_000_000n })).toMatchObject({
    status: 'success',
  })
})
