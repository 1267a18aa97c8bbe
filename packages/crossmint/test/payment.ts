// One payment under test: a fake Crossmint, a real journal on disk, a local key as the signing endpoint, and a clock
// that only moves when somebody sleeps.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Hex } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import {
  approveTransferStep,
  type CrossmintClient,
  createCrossmintClient,
  createTransferStep,
  fileJournal,
  type Sign,
  signTransferStep,
  type TransferIntent,
  type TransferOptions,
  type TransferRecord,
} from '../src/index.ts'
import { type Fake, fakeCrossmint, type Knobs, wallet } from './fakeCrossmint.ts'
import { temporaryDirectory } from './temporary.ts'

export const key = privateKeyToAccount(`0x${'11'.repeat(32)}`)

export const intent: TransferIntent = {
  reference: 'INV-1001',
  wallet: 'evm:smart:alias:treasury',
  walletAddress: wallet,
  chain: 'base-sepolia',
  token: 'usdc',
  recipient: '0x00000000000000000000000000000000000ac3e0',
  amount: '250.5',
  signerAddress: key.address,
}

/** Signs as the signing endpoint does: EIP-191 over the 32 bytes. */
export const sign: Sign = async ({ message }) => ({
  signature: await key.signMessage({ message: { raw: message } }),
})

/** An endpoint that must not be asked. */
export const neverSign: Sign = () => Promise.reject(new Error('the endpoint was asked'))

export type Payment = { readonly fake: Fake; readonly directory: string; readonly options: TransferOptions }

export function preparePayment(knobs: Partial<Knobs> = {}): Payment {
  const fake = fakeCrossmint(knobs)
  const directory = temporaryDirectory()
  const clock = fakeClock()
  const client = clientOver(clock, fake.fetch)
  return { fake, directory, options: { client, journal: fileJournal(directory), sign, intent, ...clock } }
}

/** A client that sends through this `fetch`. */
export function clientOver(
  clock: Pick<TransferOptions, 'sleep' | 'now'>,
  send: typeof fetch,
): CrossmintClient {
  const { sleep, now } = clock
  return createCrossmintClient({ apiKey: 'sk_staging_abc123', fetch: send, random: () => 0, sleep, now })
}

export function fakeClock(): {
  readonly sleep: (milliseconds: number) => Promise<void>
  readonly now: () => number
  readonly monotonicNow: () => number
} {
  let time = Date.UTC(2026, 10, 22)
  return {
    now: () => time,
    monotonicNow: () => time,
    sleep: async milliseconds => {
      time += milliseconds
    },
  }
}

/** The signature of a key that is not the signer's. */
export async function signWithAnotherKey(message: Hex): Promise<Hex> {
  return privateKeyToAccount(`0x${'22'.repeat(32)}`).signMessage({ message: { raw: message } })
}

/** Brings the payment to where only waiting is left. Returns the hash that was signed. */
export async function approve({ options }: Payment): Promise<Hex> {
  await createTransferStep(options)
  const { signature, message } = await signTransferStep({ ...options, reference: intent.reference })
  await approveTransferStep({ ...options, reference: intent.reference, signature })
  return message
}

/** Creates the transaction; it fails before anybody signs it. */
export async function failUnsigned({ fake, options }: Payment, reason: string): Promise<void> {
  await createTransferStep(options)
  for (const one of fake.transactions.values())
    Object.assign(one, { status: 'failed', error: { reason, message: 'no' } })
}

/** The right key's signature of the transaction as it is now. */
export async function signatureOf({ fake }: Payment): Promise<Hex> {
  const [transaction] = fake.transactions.values()
  return key.signMessage({ message: { raw: transaction?.hash ?? '0x' } })
}

export function countApprovals({ fake }: Payment): number {
  return fake.requests.filter(one => one.path.endsWith('/approvals')).length
}

export function recordOf({ directory }: Payment): TransferRecord {
  const file = readdirSync(directory).find(name => name.endsWith('.json')) ?? 'none'
  return JSON.parse(readFileSync(join(directory, file), 'utf8')) as TransferRecord
}
