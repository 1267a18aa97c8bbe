// Faults injected into the whole workflow, at every call it makes: to Crossmint, to the signing endpoint, to the journal.
// Whatever happens, money moves at most once, and what is reported in the end is what became of it.
import { readdirSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import type { Knobs } from '../../test/fakeCrossmint.ts'
import { EndpointDown } from '../../test/faults.ts'
import {
  type FaultyWorld,
  faultyWorld,
  foreignPayments,
  type Manner,
  type Plan,
  type Report,
  received,
  stepByStep,
} from '../../test/faultyWorld.ts'
import { intent, type Payment, recordOf } from '../../test/payment.ts'
import { CrossmintError } from '../client/error.ts'
import type { TransferReceipt } from './receipt.ts'
import { transfer } from './transfer.ts'

/** Multiplies the number of runs: docs/testing.md. */
const runs = Number(process.env['COFFER_FUZZ_RUNS'] ?? 1)
vi.setConfig({ testTimeout: 60_000 * Math.max(1, runs) })

const amount = 250_500_000n
const reverted = { reason: 'execution_reverted', message: 'paused' }

const worlds: Readonly<Record<string, Partial<Knobs>>> = {
  'settled at once': { reads: 0 },
  'idempotency keys ignored': { reads: 0, honourIdempotency: false },
  'pending for ever, though executed': { reads: 0, stuck: true },
  'not executed': { reads: 0, failure: reverted },
  'reported as failed, though executed': { reads: 0, failure: reverted, failsButMoves: true },
}

const manners: Readonly<Record<string, Manner>> = { 'in one call': transfer, 'step by step': stepByStep }
const foreign = await foreignPayments()

/** By default each world in one manner; a long run takes every world in either. */
const combinations = Object.keys(worlds).flatMap(world =>
  Object.keys(manners)
    .filter(manner => runs > 1 || (world === 'settled at once') === (manner === 'step by step'))
    .map(manner => [world, manner] as const),
)

describe.each(combinations)('%s, %s', (world, manner) => {
  test('each fault alone, at each call ≡ the money moves at most once, and the report is true', async () => {
    const calm = await pay(new Map(), world, manner)
    expect(calm.happened).toEqual([])
    expect(calm.calls.length).toBeGreaterThan(6)
    for (const [at, faults] of [...calm.calls.entries()].slice(firstOf(world, calm)))
      for (const fault of faults.keys()) await pay(new Map([[at, fault]]), world, manner)
  })
})

/** Up to the signature all worlds are alike: by default two of them are tried from the beginning. */
function firstOf(world: string, { calls }: FaultyWorld): number {
  const isWhole = runs > 1 || world === 'settled at once' || world === 'idempotency keys ignored'
  return isWhole ? 0 : calls.findIndex(faults => faults.includes('another key signs'))
}

test('up to four faults, at any calls of any runs ≡ the same', async () => {
  const plans = fc.array(fc.tuple(fc.nat({ max: 24 }), fc.nat({ max: 29 })), { minLength: 2, maxLength: 4 })
  await fc.assert(
    fc.asyncProperty(
      plans,
      fc.constantFrom(...Object.keys(worlds)),
      fc.constantFrom(...Object.keys(manners)),
      async (plan, world, manner) => {
        await pay(new Map(plan), world, manner)
      },
    ),
    { numRuns: 50 * runs },
  )
})

/** Runs a payment until nothing goes wrong any more, and holds every report against the truth. */
async function pay(plan: Plan, world: string, manner: string): Promise<FaultyWorld> {
  const faulty = faultyWorld(plan, worlds[world] ?? {}, foreign)
  const run = manners[manner] ?? transfer
  for (let again = 0; again <= plan.size; again++) {
    const { report, disturbed } = await faulty.run(run)
    expectHonest(faulty, report)
    if (disturbed) continue
    expectFinal(faulty, report, worlds[world] ?? {})
    await expectReadable(faulty)
    return faulty
  }
  throw new Error(`no run without a fault: ${faulty.happened.join(', ')}`)
}

/** After any run: what has moved, has moved once; nothing is said that could lead to a second payment. */
function expectHonest({ payment, happened, signatures }: FaultyWorld, report: Report): void {
  const moved = received(payment.fake, intent.recipient)
  const story = happened.join(', ')
  expect(moved === 0n || moved === amount, story).toBe(true)
  expect(payment.fake.executed.length, story).toBe(moved === 0n ? 0 : 1)
  for (const { signature } of approvalsSent(payment)) expect(signatures, story).toContain(signature)
  if (report === undefined) return
  if ('receipt' in report) expectPaid(payment, report.receipt, story)
  else expectNoInvitation(report.error, signatures.length > 0, story)
}

function approvalsSent({ fake }: Payment): readonly { readonly signature: string }[] {
  const bodies = fake.requests.filter(one => one.path.endsWith('/approvals')).map(one => one.body)
  return bodies.flatMap(body => (body as { readonly approvals: { readonly signature: string }[] }).approvals)
}

/** An error that is known, and that never has a payment made again which may have been signed. */
function expectNoInvitation(error: unknown, isSigned: boolean, story: string): void {
  if (!(error instanceof EndpointDown) && !(error instanceof CrossmintError))
    expect(error, story).toMatchObject({ code: expect.stringMatching(knownCodes) })
  const { message } = error as Error
  if (/pay under a new reference/i.test(message) && !/do not pay under a new/i.test(message))
    expect(isSigned, `${story}: ${message}`).toBe(false)
}

const knownCodes =
  /^(?:TRANSFER_(?:PENDING|FAILED|MISMATCH)|JOURNAL_WRITE_FAILED|SIGNATURE_REFUSED|SIGNED_TRANSFER_CHANGED|NOT_APPROVED|NOTHING_TO_SIGN)$/

/** After a run in which nothing went wrong. */
function expectFinal({ payment, happened }: FaultyWorld, report: Report, knobs: Partial<Knobs>): void {
  const story = happened.join(', ')
  const moved = received(payment.fake, intent.recipient)
  const isForeign = foreign.transactions.some(one => one.id === recordOf(payment).transactionId)
  const isFailure = knobs.failure !== undefined && knobs.failsButMoves !== true
  if (isForeign) {
    // Bound to a transaction that is not this payment: nothing was, or will be, signed.
    const code = expect.stringMatching(/^(?:TRANSFER_MISMATCH|SIGNED_TRANSFER_CHANGED)$/)
    expect(report, story).toMatchObject({ error: { code } })
    expect([moved, recordOf(payment).outcome], story).toEqual([0n, undefined])
  } else if (isFailure) {
    expect(report, story).toMatchObject({ error: { code: 'TRANSFER_FAILED', signed: { hashes: [{}] } } })
    expect([moved, recordOf(payment).outcome?.status], story).toEqual([0n, 'failed'])
  } else {
    expect(report, story).toHaveProperty('receipt')
    expect([moved, recordOf(payment).outcome?.status], story).toEqual([amount, 'success'])
  }
}

function expectPaid({ fake }: Payment, receipt: TransferReceipt, story: string): void {
  const [only] = fake.executed
  expect(receipt, story).toMatchObject({
    status: 'success',
    reference: intent.reference,
    transactionId: only?.transaction.id,
    userOperationHash: only?.transaction.hash,
    transactionHash: only?.transaction.txId,
  })
}

/** The journal can be read, and nothing of the runs that died is left in it. */
async function expectReadable({ payment }: FaultyWorld): Promise<void> {
  const { reference } = intent
  expect(await payment.options.journal.read(reference)).toEqual(recordOf(payment))
  expect(readdirSync(payment.directory).filter(name => !/^[0-9a-f]{64}\.json$/.test(name))).toEqual([])
}
