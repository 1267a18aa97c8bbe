// What could lead to a second payment: everything that is said or done once something may have been signed.
import { describe, expect, test } from 'vitest'
import { rebuild, usdc, userOperationOf } from '../../test/fakeCrossmint.ts'
import {
  approve,
  clientOver,
  countApprovals,
  failUnsigned,
  intent,
  key,
  neverSign,
  preparePayment,
  recordOf,
  sign,
  signatureOf,
} from '../../test/payment.ts'
import type { TransferRecord } from './record.ts'
import {
  approveTransferStep,
  createTransferStep,
  readTransfer,
  signTransferStep,
  transfer,
  waitTransferStep,
} from './transfer.ts'

const reference = intent.reference
const nonce = '0x10000000000000000'
const reverted = { reason: 'execution_reverted', message: 'paused' }
const toMallory = userOperationOf(nonce, `0xa9059cbb${'0'.repeat(61)}bad${'0'.repeat(56)}0eee53a0`) as {
  callData: string
}
const otherCall = { callData: toMallory.callData }

describe('the operation changes after it was signed', () => {
  test('behavior: gas fields that read differently after success are the payment all the same', async () => {
    const payment = preparePayment()
    const signed = await approve(payment)
    rebuild(payment.fake, { maxFeePerGas: '0x77359400' })
    const receipt = await waitTransferStep({ ...payment.options, reference })
    expect(receipt).toMatchObject({ status: 'success', userOperationHash: signed })
  })

  test('error: another transfer, though something was signed: never "pay under a new reference"', async () => {
    const payment = preparePayment()
    const signed = await approve(payment)
    rebuild(payment.fake, otherCall)
    const rerun = transfer({ ...payment.options, sign: neverSign })
    await expect(rerun).rejects.toMatchObject({
      code: 'SIGNED_TRANSFER_CHANGED',
      nonce,
      userOperationHashes: [signed],
      differences: [{ field: 'recipient' }],
    })
    await expect(rerun).rejects.toThrow(
      new RegExp(
        `may have been executed.*nonce ${nonce} \\(user operation ${signed}\\).*Do not pay again`,
        's',
      ),
    )
    expect(recordOf(payment).outcome).toBeUndefined()
  })

  test('error: success with another nonce than the signed one', async () => {
    const payment = preparePayment()
    await approve(payment)
    rebuild(payment.fake, { nonce: '0x99' })
    await expect(waitTransferStep({ ...payment.options, reference })).rejects.toMatchObject({
      code: 'SIGNED_TRANSFER_CHANGED',
      differences: [{ field: 'nonce', expected: nonce, found: '0x99' }],
    })
  })

  test('error: before approval, too, by any step', async () => {
    const payment = preparePayment()
    const { fake, options } = payment
    await createTransferStep(options)
    const { signature } = await signTransferStep({ ...options, reference })
    rebuild(fake, otherCall)
    const changed = { code: 'SIGNED_TRANSFER_CHANGED' }
    await expect(createTransferStep(options)).rejects.toMatchObject(changed)
    await expect(signTransferStep({ ...options, reference, sign: neverSign })).rejects.toMatchObject(changed)
    await expect(approveTransferStep({ ...options, reference, signature })).rejects.toMatchObject(changed)
    await expect(transfer({ ...options, sign: neverSign })).rejects.toMatchObject(changed)
    expect(countApprovals(payment)).toBe(0)
  })

  test('error: before anything is signed it is a mismatch, found by the first step already', async () => {
    const { options } = preparePayment({ tamper: operation => ({ ...operation, ...otherCall }) })
    await expect(createTransferStep(options)).rejects.toMatchObject({ code: 'TRANSFER_MISMATCH' })
  })
})

describe('what is signed is on record', () => {
  test('behavior: nonce and hash before the endpoint is asked, and the intent before Crossmint is', async () => {
    const payment = preparePayment()
    const seen: TransferRecord[] = []
    const client = clientOver(payment.options, (url, init) => {
      if (init?.method === 'POST') seen.push(recordOf(payment))
      return payment.fake.fetch(url, init)
    })
    await transfer({
      ...payment.options,
      client,
      sign: request => {
        seen.push(recordOf(payment))
        return sign(request)
      },
    })
    const [atCreate, atSign] = seen
    expect(atCreate).toMatchObject({ intent: { reference, amount: '250.5' } })
    expect(atCreate?.signedNonce).toBeUndefined()
    expect(atSign).toMatchObject({
      signedNonce: nonce,
      signedHashes: [payment.fake.executed[0]?.transaction.hash],
    })
  })

  test('behavior: every hash of a nonce', async () => {
    const payment = preparePayment()
    await createTransferStep(payment.options)
    const first = await signTransferStep({ ...payment.options, reference })
    rebuild(payment.fake, { maxFeePerGas: '0x77359400' })
    const second = await signTransferStep({ ...payment.options, reference })
    await signTransferStep({ ...payment.options, reference })
    expect(recordOf(payment).signedHashes).toEqual([first.message, second.message])
  })

  test('error: the sign step signs no second nonce', async () => {
    const payment = preparePayment()
    await createTransferStep(payment.options)
    await signTransferStep({ ...payment.options, reference })
    rebuild(payment.fake, { nonce: '0x99' })
    const again = signTransferStep({ ...payment.options, reference, sign: neverSign })
    await expect(again).rejects.toMatchObject({ code: 'NONCE_CHANGED', signedNonce: nonce, nonce: '0x99' })
  })

  test('error: the approve step approves no second nonce, wherever its signature is from', async () => {
    const payment = preparePayment()
    await createTransferStep(payment.options)
    await signTransferStep({ ...payment.options, reference })
    rebuild(payment.fake, { nonce: '0x99' })
    const signature = await signatureOf(payment)
    const approval = approveTransferStep({ ...payment.options, reference, signature })
    await expect(approval).rejects.toMatchObject({ code: 'NONCE_CHANGED' })
    expect(countApprovals(payment)).toBe(0)
  })

  test('behavior: a signature made elsewhere binds the reference when it is approved', async () => {
    const payment = preparePayment()
    const { transaction } = await createTransferStep(payment.options)
    await approveTransferStep({ ...payment.options, reference, signature: await signatureOf(payment) })
    expect(recordOf(payment)).toMatchObject({
      signedNonce: nonce,
      signedHashes: [transaction.onChain.userOperationHash],
    })
  })
})

describe('failed', () => {
  test('error: what was signed can still be executed, and the error says so', async () => {
    const { fake, options } = preparePayment({ failure: reverted })
    const failed = transfer(options)
    await expect(failed).rejects.toMatchObject({ code: 'TRANSFER_FAILED', reason: 'execution_reverted' })
    const hash = [...fake.transactions.values()][0]?.hash
    await expect(failed).rejects.toMatchObject({ signed: { nonce, hashes: [hash] } })
    await expect(failed).rejects.toThrow(
      new RegExp(`nonce ${nonce} \\(user operation ${hash}\\) can still be executed until that nonce`),
    )
  })

  test.each(['execution_reverted', 'build_failed'])(
    'error: %s, nothing signed: pay under a new reference',
    async reason => {
      const payment = preparePayment()
      await failUnsigned(payment, reason)
      await expect(transfer({ ...payment.options, sign: neverSign })).rejects.toThrow(
        /is closed\. Nothing was signed for it: pay under a new reference$/,
      )
    },
  )

  test('error: nothing signed here, but a reason that leaves it open', async () => {
    const payment = preparePayment()
    await failUnsigned(payment, 'failed_to_land_on_chain')
    await expect(transfer(payment.options)).rejects.toThrow(/can still be executed/)
  })

  test('behavior: the activity list shows that the money moved: done', async () => {
    const { fake, options } = preparePayment({ failure: reverted, failsButMoves: true })
    expect(await transfer(options)).toMatchObject({ status: 'success', confirmedBy: 'activity' })
    expect(fake.executed.length).toBe(1)
  })

  test.each([403, 400, 500])(
    'error: with an activity list that answers %i it is not closed, and not failed yet',
    async status => {
      const payment = preparePayment({ failure: reverted, activityRefusal: status })
      await expect(transfer(payment.options)).rejects.toMatchObject({ code: 'TRANSFER_PENDING' })
      expect(recordOf(payment).outcome).toBeUndefined()
      payment.fake.knobs.activityRefusal = undefined
      await expect(transfer(payment.options)).rejects.toMatchObject({ code: 'TRANSFER_FAILED' })
      expect(recordOf(payment).outcome).toMatchObject({ status: 'failed' })
    },
  )

  test('behavior: a failure that turns into success wins, and both are told meanwhile', async () => {
    const payment = preparePayment({ failure: reverted })
    const { fake, options } = payment
    await expect(transfer(options)).rejects.toMatchObject({ code: 'TRANSFER_FAILED' })
    fake.knobs.failure = undefined
    for (const one of fake.transactions.values()) one.status = 'pending'
    const found = await readTransfer({ ...options, reference })
    expect([found?.record.outcome?.status, found?.transaction?.status]).toEqual(['failed', 'success'])
    expect(await transfer({ ...options, sign: neverSign })).toMatchObject({ status: 'success' })
    expect(recordOf(payment).outcome?.status).toBe('success')
    expect(fake.executed.length).toBe(1)
  })

  test('error: no step signs or approves a closed reference, whatever the transaction asks for', async () => {
    const payment = preparePayment({ failure: reverted })
    const { fake, options } = payment
    await createTransferStep(options)
    const signature = await signatureOf(payment)
    await expect(transfer(options)).rejects.toMatchObject({ code: 'TRANSFER_FAILED' })
    for (const one of fake.transactions.values())
      Object.assign(one, { status: 'awaiting-approval', submitted: [], error: undefined })
    const before = countApprovals(payment)
    const step = { ...options, reference, signature, sign: neverSign }
    const closed = { code: 'TRANSFER_FAILED', reason: 'execution_reverted', detail: 'paused' }
    for (const run of [signTransferStep, approveTransferStep, createTransferStep, waitTransferStep, transfer])
      await expect(run(step), run.name).rejects.toMatchObject(closed)
    expect(countApprovals(payment)).toBe(before)
  })
})

test('error: no step signs or approves a paid reference again', async () => {
  const payment = preparePayment()
  await transfer(payment.options)
  for (const one of payment.fake.transactions.values())
    Object.assign(one, { status: 'awaiting-approval', submitted: [] })
  const before = countApprovals(payment)
  const step = { ...payment.options, reference, sign: neverSign }
  await expect(signTransferStep(step)).rejects.toMatchObject({ code: 'NOTHING_TO_SIGN' })
  await approveTransferStep({ ...step, signature: await signatureOf(payment) })
  expect(countApprovals(payment)).toBe(before)
})

describe('the same payment, with another signer by now', () => {
  const rotated = { ...intent, wallet: 'evm:smart:alias:renamed', signerAddress: usdc }

  test('behavior: once approved, it is settled', async () => {
    const payment = preparePayment()
    await approve(payment)
    const receipt = await transfer({ ...payment.options, intent: rotated, sign: neverSign })
    expect(receipt).toMatchObject({ status: 'success', signerAddress: key.address })
    expect(await transfer({ ...payment.options, intent: rotated, sign: neverSign })).toEqual(receipt)
  })

  test('error: not approved yet: the recorded signer is the one', async () => {
    const payment = preparePayment()
    await createTransferStep(payment.options)
    const asked = transfer({ ...payment.options, intent: rotated, sign: neverSign })
    await expect(asked).rejects.toMatchObject({ code: 'REFERENCE_CONFLICT' })
    await expect(asked).rejects.toThrow(/this very payment.*signerAddress.*Do not pay it again/s)
    expect(await transfer(payment.options)).toMatchObject({ status: 'success' })
  })

  test('behavior: not created yet: the new signer is asked', async () => {
    const refusal = { status: 400, body: { error: true, message: 'Signer is not valid' } }
    const payment = preparePayment({ refusal })
    await expect(transfer({ ...payment.options, intent: rotated })).rejects.toMatchObject({ status: 400 })
    payment.fake.knobs.refusal = undefined
    expect(await transfer(payment.options)).toMatchObject({
      signerAddress: key.address,
      wallet: intent.wallet,
    })
  })
})
