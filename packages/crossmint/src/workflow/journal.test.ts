import { readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { intent } from '../../test/payment.ts'
import { temporaryDirectory } from '../../test/temporary.ts'
import { resolveIntent, toIdempotencyKey } from './intent.ts'
import { fileJournal } from './journal.ts'
import type { TransferRecord } from './record.ts'

const reference = intent.reference
const record: TransferRecord = {
  version: 1,
  intent: resolveIntent(intent),
  idempotencyKey: toIdempotencyKey(intent.walletAddress, reference),
  startedAt: '2026-11-22T09:00:00.000Z',
  updatedAt: '2026-11-22T09:00:00.000Z',
}

function open(): { directory: string; journal: ReturnType<typeof fileJournal>; file: () => string } {
  const directory = join(temporaryDirectory(), 'deep', 'journal')
  const file = (): string =>
    join(directory, readdirSync(directory).find(name => name.endsWith('.json')) ?? 'none')
  return { directory, journal: fileJournal(directory), file }
}

test('read(write(record)) = record', async () => {
  const { journal } = open()
  const receipt = {
    ...record.intent,
    status: 'success',
    transactionId: 't-1',
    userOperationHash: `0x${'ab'.repeat(32)}`,
    transactionHash: undefined,
    explorerLink: 'https://x.example/tx/1',
    completedAt: undefined,
    confirmedBy: 'activity',
  } as const
  const stages: readonly TransferRecord[] = [
    record,
    { ...record, transactionId: 't-1' },
    { ...record, transactionId: 't-1', signedNonce: '0x0', signedHashes: [`0x${'cd'.repeat(32)}`] },
    { ...record, transactionId: 't-1', signedNonce: '0x1', outcome: { status: 'success', receipt } },
    { ...record, outcome: { status: 'failed', reason: 'unknown', message: 'x'.repeat(500) } },
  ]
  for (const stage of stages) {
    await journal.exclusive(reference, entry => entry.write(stage))
    expect(await journal.read(reference)).toEqual(stage)
  }
})

test('any reference has a file of its own, readable by its owner only', async () => {
  const { directory, journal } = open()
  const names = fc.uniqueArray(
    fc.string({ minLength: 1, maxLength: 128 }).filter(one => /^[!-~]+$/.test(one)),
    { maxLength: 8 },
  )
  await fc.assert(
    fc.asyncProperty(names, async references => {
      for (const one of references)
        await journal.exclusive(one, entry =>
          entry.write({ ...record, intent: { ...record.intent, reference: one } }),
        )
      for (const one of references) expect((await journal.read(one))?.intent.reference).toBe(one)
    }),
    { numRuns: 10 },
  )
  for (const name of readdirSync(directory)) expect(name).toMatch(/^[0-9a-f]{64}\.json$/)
  if (process.platform === 'win32') return
  for (const name of readdirSync(directory)) expect(statSync(join(directory, name)).mode & 0o777).toBe(0o600)
  expect(statSync(directory).mode & 0o777).toBe(0o700)
})

test('behavior: an unused reference has no record', async () => {
  expect(await open().journal.read('never')).toBeUndefined()
})

describe('a process that dies while writing', () => {
  test('leaves a part of a temporary file; the record is intact, and the next run tidies up', async () => {
    const { directory, journal, file } = open()
    await journal.exclusive(reference, entry => entry.write(record))
    writeFileSync(`${file()}.0123456789abcdef.tmp`, readFileSync(file(), 'utf8').slice(0, 40))
    expect(await journal.exclusive(reference, entry => entry.read())).toEqual(record)
    expect(readdirSync(directory).length).toBe(1)
  })

  test('before the first rename: as if it never ran', async () => {
    const { directory, journal, file } = open()
    await journal.exclusive(reference, entry => entry.write(record))
    const temporary = `${file()}.0123456789abcdef.tmp`
    renameSync(file(), temporary)
    expect(await journal.exclusive(reference, entry => entry.read())).toBeUndefined()
    expect(readdirSync(directory)).toEqual([])
  })
})

describe('a damaged file stops the payment', () => {
  const text = JSON.stringify(record)
  test.each([
    ['cut off', text.slice(0, -20)],
    ['empty', ''],
    ['not an object', '[]'],
    ['another version', JSON.stringify({ ...record, version: 2 })],
    ['no intent', JSON.stringify({ ...record, intent: undefined })],
    [
      'an amount that is a number',
      JSON.stringify({ ...record, intent: { ...record.intent, amount: 250.5 } }),
    ],
    ['another reference', JSON.stringify({ ...record, intent: { ...record.intent, reference: 'INV-9' } })],
    ['half a receipt', JSON.stringify({ ...record, outcome: { status: 'success', receipt: {} } })],
    ['an outcome of no kind', JSON.stringify({ ...record, outcome: { status: 'maybe' } })],
    ['a hash that is none', JSON.stringify({ ...record, signedHashes: ['0x12'] })],
    ['a nonce that is none', JSON.stringify({ ...record, signedNonce: 'zero' })],
  ])('error: %s', async (_, damaged) => {
    const { journal, file } = open()
    await journal.exclusive(reference, entry => entry.write(record))
    writeFileSync(file(), damaged)
    await expect(journal.read(reference)).rejects.toMatchObject({ code: 'JOURNAL_CORRUPT', file: file() })
    await expect(journal.exclusive(reference, entry => entry.read())).rejects.toMatchObject({
      code: 'JOURNAL_CORRUPT',
    })
  })
})

test('error: held by another run', async () => {
  const { journal } = open()
  await journal.exclusive(reference, async () => {
    await expect(journal.exclusive(reference, async () => 'in')).rejects.toMatchObject({
      code: 'REFERENCE_BUSY',
      reference,
      pid: process.pid,
    })
  })
})
