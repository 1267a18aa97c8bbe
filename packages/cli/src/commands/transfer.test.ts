// What `coffer transfer` does before anything exists: it asks the signing service what its policy will say.
import { mkdtempSync, readdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileJournal, resolveIntent } from '@coffer/crossmint'
import { expect, test } from 'vitest'
import { acme, wallet } from '../../test/policy.ts'
import { loadConfig } from '../config.ts'
import { type Context, createContext } from '../context.ts'
import { toIntent } from '../payment.ts'
import { createTerminal } from '../terminal.ts'
import { runTransfer } from './transfer.ts'

const payment = { amount: '25', token: 'usdc', to: acme, reference: 'INV-1', yes: true }

/** A context in which Crossmint must not be reached, and how often the decision was asked for. */
const contextOf = async (decision: 'allow' | 'deny') => {
  const directory = mkdtempSync(join(tmpdir(), 'coffer-transfer-'))
  const settings = {
    wallet,
    signerAddress: acme,
    chain: 'base-sepolia',
    endpoint: 'https://sign.example.com/prod',
  }
  // Paying oneself is refused before anything else.
  const recipient = '0x5555555555555555555555555555555555555555'
  writeFileSync(join(directory, 'coffer.json'), JSON.stringify(settings))
  const context = createContext({
    config: await loadConfig({ directory, environment: { CROSSMINT_API_KEY: 'unused' } }),
    terminal: createTerminal(process, { json: true, color: false }),
    readStandardInput: async () => new Uint8Array(),
  })
  const counts = { decided: 0, crossmint: 0 }
  const mocked: Context = {
    ...context,
    endpoint: () =>
      Object.assign(() => Promise.reject(new Error('no signature is asked for')), {
        decide: async () => {
          counts.decided++
          return {
            ...({
              decision,
              effects: [],
              rules: [],
              issues: ['because'],
              digest: '0x',
              message: '0x',
            } as const),
            ...{ policyVersion: 'v', requestId: 'r' },
          }
        },
      }),
    crossmint: () => {
      counts.crossmint++
      return Promise.reject(new Error('Crossmint is asked'))
    },
  }
  return { context: mocked, counts, directory, payment: { ...payment, to: recipient } }
}

test('error: what the policy denies ends before Crossmint is asked or anything is recorded', async () => {
  const { context, counts, directory, payment } = await contextOf('deny')
  await expect(runTransfer(context, payment)).rejects.toMatchObject({ code: 'DENIED', exitCode: 3 })
  expect(counts).toEqual({ decided: 1, crossmint: 0 })
  expect(readdirSync(directory)).toEqual(['coffer.json'])
})

test('behavior: the decision comes before the question, so that the answer can depend on it', async () => {
  const { context, counts, payment } = await contextOf('allow')
  await expect(runTransfer(context, { ...payment, yes: false })).rejects.toMatchObject({
    code: 'NOT_CONFIRMED',
  })
  expect(counts).toEqual({ decided: 1, crossmint: 0 })
})

test('default: what it allows goes on to Crossmint', async () => {
  const { context, counts, payment } = await contextOf('allow')
  await expect(runTransfer(context, payment)).rejects.toThrow('Crossmint is asked')
  expect(counts).toEqual({ decided: 1, crossmint: 1 })
})

test('behavior: a payment that is on record already is carried on without asking again', async () => {
  const { context, counts, directory, payment } = await contextOf('deny')
  const intent = resolveIntent(toIntent(context, payment))
  const now = '2026-01-05T12:00:00.000Z'
  await fileJournal(join(directory, '.coffer', 'transfers')).exclusive(payment.reference, entry =>
    entry.write({ version: 1, intent, idempotencyKey: 'key', startedAt: now, updatedAt: now }),
  )
  await expect(runTransfer(context, payment)).rejects.toThrow('Crossmint is asked')
  expect(counts).toEqual({ decided: 0, crossmint: 1 })
})
