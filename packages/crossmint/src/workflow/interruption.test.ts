// Kills a payment at every point where a process can die, and runs it again: one transfer is executed, always.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Knobs } from '../../test/fakeCrossmint.ts'
import { clientOver, intent, type Payment, preparePayment, sign } from '../../test/payment.ts'
import type { Journal } from './journal.ts'
import type { TransferReceipt } from './receipt.ts'
import { type TransferOptions, transfer } from './transfer.ts'

const circumstances: readonly (readonly [string, Partial<Knobs>])[] = [
  ['idempotency keys honoured', {}],
  ['idempotency keys ignored', { honourIdempotency: false }],
  ['the recipient is being screened', { kycAnswers: 2, honourIdempotency: false }],
  ['settled at the first read', { reads: 0 }],
  ['stuck pending', { stuck: true, honourIdempotency: false }],
]

describe.each(circumstances)('%s', (_, knobs) => {
  test('killed at any one point and run again ≡ one transfer', async () => {
    const points = await countPoints(knobs)
    expect(points).toBeGreaterThan(15)
    for (let at = 0; at < points; at++) {
      const payment = preparePayment(knobs)
      await expect(runUntil(payment, at), `point ${at}`).rejects.toThrow(Killed)
      expectOnePayment(payment, await transfer({ ...payment.options, pollTimeoutMs: 2000 }))
    }
  })
})

test('killed at any points, any number of times ≡ one transfer', async () => {
  const kills = fc.array(fc.nat({ max: 25 }), { minLength: 1, maxLength: 8 })
  const knobs = fc.record({
    honourIdempotency: fc.boolean(),
    kycAnswers: fc.nat({ max: 2 }),
    reads: fc.nat({ max: 2 }),
    stuck: fc.boolean(),
  })
  await fc.assert(
    fc.asyncProperty(kills, knobs, async (points, circumstance) => {
      const payment = preparePayment(circumstance)
      for (const at of points) await runUntil(payment, at).catch(requireKilled)
      expectOnePayment(payment, await transfer({ ...payment.options, pollTimeoutMs: 2000 }))
    }),
    { numRuns: 60 },
  )
})

test('any network fault before or after Crossmint worked, at any calls ≡ one transfer', async () => {
  const faults = fc.array(fc.constantFrom('fine', 'lost request', 'lost answer', 'bad gateway'), {
    maxLength: 12,
  })
  await fc.assert(
    fc.asyncProperty(faults, fc.boolean(), async (plan, honourIdempotency) => {
      const payment = preparePayment({ honourIdempotency })
      let call = 0
      const client = clientOver(payment.options, async (url, init) => {
        const fault = plan[call++] ?? 'fine'
        if (fault === 'lost request') throw new TypeError('fetch failed')
        const answer = await payment.fake.fetch(url, init)
        if (fault === 'lost answer') throw new TypeError('fetch failed')
        return fault === 'bad gateway' ? new Response('<html>Bad Gateway</html>', { status: 502 }) : answer
      })
      for (let run = 0; run < 5; run++)
        await transfer({ ...payment.options, client }).catch(requireUnavailable)
      expectOnePayment(payment, await transfer({ ...payment.options, pollTimeoutMs: 2000 }))
    }),
    { numRuns: 50 },
  )
})

function expectOnePayment({ fake }: Payment, receipt: TransferReceipt): void {
  const approved = [...fake.transactions.values()].filter(one => one.submitted.length > 0)
  expect(fake.executed.length).toBe(1)
  expect(approved.map(one => one.id)).toEqual([receipt.transactionId])
  expect(receipt).toMatchObject({ reference: intent.reference, status: 'success' })
}

async function countPoints(knobs: Partial<Knobs>): Promise<number> {
  const process = mortal(preparePayment(knobs), Number.POSITIVE_INFINITY)
  await transfer(process.options)
  return process.passed()
}

async function runUntil(payment: Payment, at: number): Promise<TransferReceipt> {
  return transfer(mortal(payment, at).options)
}

/** A process that dies at its `at`-th point: nothing it attempts from then on has any effect. */
function mortal(
  payment: Payment,
  at: number,
): { readonly options: TransferOptions; readonly passed: () => number } {
  let point = 0
  const live = (): void => {
    if (point++ >= at) throw new Killed()
  }
  const around = async <T>(act: () => Promise<T>): Promise<T> => {
    live()
    const result = await act()
    live()
    return result
  }
  const journal: Journal = {
    read: payment.options.journal.read,
    exclusive: (reference, run) =>
      payment.options.journal.exclusive(reference, entry =>
        run({ read: entry.read, write: record => around(() => entry.write(record)) }),
      ),
  }
  const sleep = (milliseconds: number): Promise<void> =>
    around(() => payment.options.sleep?.(milliseconds) ?? Promise.resolve())
  const send: typeof fetch = (url, init) => around(() => payment.fake.fetch(url, init))
  const options: TransferOptions = {
    ...payment.options,
    journal,
    // A dead network makes the client pause and try again; the pause is where a dead process ends.
    client: clientOver({ ...payment.options, sleep }, send),
    sign: request => around(() => sign(request)),
    onStep: live,
    sleep,
    pollTimeoutMs: 2000,
  }
  return { options, passed: () => point }
}

class Killed extends Error {}

function requireKilled(error: unknown): void {
  if (!(error instanceof Killed)) throw error
}

function requireUnavailable(error: unknown): void {
  expect(error).toMatchObject({ code: expect.stringMatching(/^CROSSMINT_UNAVAILABLE$|^TRANSFER_PENDING$/) })
}
