// From the approval to the outcome: what may go wrong in between, and what is said about it.
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import {
  clientOver,
  countApprovals,
  intent,
  key,
  neverSign,
  preparePayment,
  recordOf,
  sign,
  signatureOf,
} from '../../test/payment.ts'
import { fileJournal } from './journal.ts'
import { approveTransferStep, createTransferStep, transfer, waitTransferStep } from './transfer.ts'

const reference = intent.reference
const reverted = { reason: 'execution_reverted', message: 'paused' }

describe('approving', () => {
  const faults: readonly (readonly [string, () => Promise<Response>])[] = [
    ['a lost answer', () => Promise.reject(new TypeError('fetch failed'))],
    ...[400, 401, 403, 404, 409, 422, 500].map(
      status =>
        [
          `an answer ${status}`,
          () => Promise.resolve(Response.json({ error: true, message: 'no' }, { status })),
        ] as const,
    ),
  ]

  test.each(faults)('behavior: %s, though the approval arrived: goes on', async (_, answer) => {
    const { fake, options } = preparePayment()
    const client = clientOver(options, async (url, init) => {
      const real = await fake.fetch(url, init)
      return String(url).endsWith('/approvals') ? answer() : real
    })
    expect(await transfer({ ...options, client })).toMatchObject({ status: 'success' })
    expect(fake.executed.length).toBe(1)
  })

  test.each(faults)('error: %s, and no approval arrived: that error', async (_, answer) => {
    const payment = preparePayment()
    const client = clientOver(payment.options, (url, init) =>
      String(url).endsWith('/approvals') ? answer() : payment.fake.fetch(url, init),
    )
    await expect(transfer({ ...payment.options, client })).rejects.toMatchObject({
      code: expect.stringMatching(/^CROSSMINT_/),
      operation: expect.stringContaining('approve'),
    })
    expect(await transfer(payment.options)).toMatchObject({ status: 'success' })
  })

  test('error: neither the answer nor the transaction can be read: it may be executed', async () => {
    const payment = preparePayment()
    let isSent = false
    const client = clientOver(payment.options, async (url, init) => {
      const real = await payment.fake.fetch(url, init)
      isSent ||= String(url).endsWith('/approvals')
      return isSent ? new Response('', { status: 502 }) : real
    })
    const lost = transfer({ ...payment.options, client })
    await expect(lost).rejects.toMatchObject({ code: 'TRANSFER_PENDING' })
    await expect(lost).rejects.toThrow(
      /The payment may be executed\. Run the same command again with reference/,
    )
    expect(await transfer({ ...payment.options, sign: neverSign })).toMatchObject({ status: 'success' })
  })

  test('behavior: an approval that Crossmint asks for once more is given once more', async () => {
    const payment = preparePayment({
      otherSigners: ['external-wallet:0x0000000000000000000000000000000000000001'],
    })
    await expect(transfer(payment.options)).rejects.toMatchObject({ code: 'APPROVALS_MISSING' })
    const client = {
      ...payment.options.client,
      getTransaction: async (...asked: [string, string]) => {
        const found = await payment.options.client.getTransaction(...asked)
        const signer = {
          type: 'external-wallet',
          locator: `external-wallet:${key.address}`,
          address: undefined,
        }
        const pending = [{ signer, message: found.onChain.userOperationHash }, ...found.approvals.pending]
        return { ...found, approvals: { ...found.approvals, pending } }
      },
    }
    let asked = 0
    await transfer({
      ...payment.options,
      client,
      sign: request => {
        asked += 1
        return sign(request)
      },
    }).catch(() => undefined)
    expect(asked).toBe(1)
  })

  test('behavior: by the step, an approval that is in is not sent again', async () => {
    const payment = preparePayment({
      otherSigners: ['external-wallet:0x0000000000000000000000000000000000000001'],
    })
    await createTransferStep(payment.options)
    const signature = await signatureOf(payment)
    await approveTransferStep({ ...payment.options, reference, signature })
    await approveTransferStep({ ...payment.options, reference, signature })
    expect(countApprovals(payment)).toBe(1)
  })
})

describe('waiting', () => {
  test('error: for a transaction that awaits our own approval, at once', async () => {
    const { options } = preparePayment()
    await createTransferStep(options)
    const sleep = (): Promise<void> => Promise.reject(new Error('slept'))
    await expect(waitTransferStep({ ...options, reference, sleep })).rejects.toMatchObject({
      code: 'NOT_APPROVED',
      pendingSigners: [`external-wallet:${key.address}`],
    })
  })

  test.each([401, 404, 418, 429, 502])('behavior: reads that answer %i for a while', async status => {
    const { fake, options } = preparePayment({ reads: 3 })
    let outage = 0
    const client = clientOver(options, async (url, init) =>
      init?.method === 'GET' && outage++ < 10 ? new Response('{}', { status }) : fake.fetch(url, init),
    )
    expect(await transfer({ ...options, client })).toMatchObject({ status: 'success' })
  })

  test('error: reads that never recover', async () => {
    const { fake, options } = preparePayment()
    const client = clientOver(options, async (url, init) =>
      init?.method === 'GET'
        ? Response.json({ message: 'Invalid key' }, { status: 401 })
        : fake.fetch(url, init),
    )
    const lost = transfer({ ...options, client })
    await expect(lost).rejects.toMatchObject({ code: 'TRANSFER_PENDING' })
    await expect(lost).rejects.toThrow(
      /is approved and still pending.*cannot be read.*Invalid key.*may be executed/s,
    )
  })

  test('behavior: a wall clock that is set back does not prolong it', async () => {
    const { options } = preparePayment({ stuck: true, showInActivity: false })
    let time = Date.UTC(2026, 10, 22)
    let pauses = 0
    const backwards = {
      now: () => (time -= 3_600_000),
      sleep: async (milliseconds: number) => {
        if (++pauses > 200) throw new Error('it waits for ever')
        await options.sleep?.(milliseconds)
      },
    }
    await expect(transfer({ ...options, ...backwards })).rejects.toMatchObject({ code: 'TRANSFER_PENDING' })
  })

  const other = 'external-wallet:0x0000000000000000000000000000000000000001'
  test.each([
    ['no number of approvals is told', { required: undefined }, 'APPROVALS_MISSING'],
    ['too few have approved', { required: 2 }, 'APPROVALS_MISSING'],
    ['enough have approved', { required: 1 }, 'TRANSFER_PENDING'],
    ['nobody else is asked', { required: 2, pending: [] }, 'TRANSFER_PENDING'],
  ])('error: awaiting approval, and %s', async (_, change, code) => {
    const { options } = preparePayment({ otherSigners: [other] })
    const { client } = options
    const approveTransaction: typeof client.approveTransaction = async (...asked) => {
      const found = await client.approveTransaction(...asked)
      return { ...found, approvals: { ...found.approvals, ...change } }
    }
    const getTransaction: typeof client.getTransaction = async (...asked) => {
      const found = await client.getTransaction(...asked)
      return { ...found, approvals: { ...found.approvals, ...change } }
    }
    const waiting = transfer({ ...options, client: { ...client, approveTransaction, getTransaction } })
    await expect(waiting).rejects.toMatchObject({ code })
  })
})

describe('the activity of a busy wallet', () => {
  test('behavior: later pages are read, and what cannot be read is skipped', async () => {
    const { options } = preparePayment({ stuck: true, newerActivities: 45 })
    expect(await transfer(options)).toMatchObject({ confirmedBy: 'activity' })
  })

  test('error: a list that does not end closes nothing', async () => {
    const payment = preparePayment({ failure: reverted, failsButMoves: true, newerActivities: 400 })
    await expect(transfer(payment.options)).rejects.toMatchObject({ code: 'TRANSFER_PENDING' })
    expect(recordOf(payment).outcome).toBeUndefined()
  })
})

describe('a journal that cannot be written', () => {
  test('error: before anything is sent', async () => {
    const { directory, fake, options } = preparePayment()
    const journal = fileJournal(join(directory, 'lies', 'under', 'a', '\0'))
    await expect(transfer({ ...options, journal })).rejects.toMatchObject({
      code: 'JOURNAL_WRITE_FAILED',
      reference,
    })
    expect(fake.requests).toEqual([])
  })

  test('error: in the middle', async () => {
    const { options } = preparePayment()
    const journal: typeof options.journal = {
      ...options.journal,
      exclusive: (name, run) =>
        options.journal.exclusive(name, entry =>
          run({ ...entry, write: record => entry.write({ ...record, toJSON: refuse } as never) }),
        ),
    }
    const failed = transfer({ ...options, journal })
    await expect(failed).rejects.toThrow(
      /\.json cannot be written \(disk full\).*again with reference "INV-1001"/s,
    )
    await expect(failed).rejects.toMatchObject({ code: 'JOURNAL_WRITE_FAILED' })
  })
})

function refuse(): never {
  throw new Error('disk full')
}
