// A payment in a world where things go wrong on plan, and money moves when the chain executes an operation. What a run
// reports can then be held against what became of the money.
import { createHash } from 'node:crypto'
import { type Address, decodeFunctionData, erc20Abi, type Hex, isAddressEqual, parseAbi } from 'viem'
import {
  approveTransferStep,
  createTransferStep,
  type Journal,
  signTransferStep,
  type TransferOptions,
  type TransferReceipt,
  transfer,
  waitTransferStep,
} from '../src/index.ts'
import type { Fake, FakeTransaction, Knobs } from './fakeCrossmint.ts'
import { type Faults, Killed, requestFaults, signFaults, writeFaults } from './faults.ts'
import { clientOver, intent, type Payment, preparePayment, sign } from './payment.ts'

/** Which fault happens at which call, counted over all runs; a number past the end of a call's faults starts again. */
export type Plan = ReadonlyMap<number, number>

/** How a run ended: a receipt, or what it threw; `undefined` for a process that was killed. */
export type Report = { readonly receipt: TransferReceipt } | { readonly error: unknown } | undefined

/** How a payment is made, by one process or several. */
export type Manner = (options: TransferOptions) => Promise<TransferReceipt>

export type FaultyWorld = {
  readonly payment: Payment
  /** Runs a new process. @returns How it ended, and whether anything went wrong on the way. */
  readonly run: (manner: Manner) => Promise<{ readonly report: Report; readonly disturbed: boolean }>
  /** The names of the faults that each call so far could have had. */
  readonly calls: readonly (readonly string[])[]
  /** The names of the faults that happened. */
  readonly happened: readonly string[]
  /** What the right key has signed. */
  readonly signatures: readonly Hex[]
}

/** Other payments from the same wallet: one that awaits its approval, and one that is done. */
export type Foreign = {
  readonly transactions: readonly FakeTransaction[]
  /** How Crossmint answers each. */
  readonly answers: readonly unknown[]
}

export async function foreignPayments(): Promise<Foreign> {
  const { fake, options } = preparePayment()
  const other = { ...intent, recipient: '0x000000000000000000000000000000000000f0e1', amount: '7' } as const
  await createTransferStep({ ...options, intent: { ...other, reference: 'INV-998' } })
  const open = fake.bodies.at(-1)
  await transfer({ ...options, intent: { ...other, reference: 'INV-999' } })
  return { transactions: [...fake.transactions.values()], answers: [open, fake.bodies.at(-1)] }
}

/** Starts a world in which nobody has paid yet. */
export function faultyWorld(
  plan: Plan,
  knobs: Partial<Knobs>,
  { transactions, answers }: Foreign,
): FaultyWorld {
  const payment = preparePayment(knobs)
  const { fake, directory, options } = payment
  const name = createHash('sha256').update(intent.reference).digest('hex')
  for (const one of transactions) fake.transactions.set(one.id, structuredClone(one))
  const calls: (readonly string[])[] = []
  const happened: string[] = []
  const answered = new Map<string, unknown>()
  const signatures: Hex[] = []

  const run = async (manner: Manner): Promise<{ readonly report: Report; readonly disturbed: boolean }> => {
    const before = happened.length
    let dead = false
    const live = (): void => {
      if (dead) throw new Killed()
    }
    const reach = async <T, About>(
      faults: Faults<T, About>,
      about: About,
      act: () => Promise<T>,
    ): Promise<T> => {
      live()
      const planned = plan.get(calls.length)
      calls.push(faults.map(([fault]) => fault))
      const [fault, happen] = (planned === undefined ? undefined : faults[planned % faults.length]) ?? []
      if (fault === undefined || happen === undefined) return act()
      happened.push(fault)
      try {
        return await happen(act, about)
      } catch (error) {
        dead ||= error instanceof Killed
        throw error
      }
    }
    const send: typeof fetch = (url, init) => {
      const path = new URL(String(url)).pathname
      const earlier =
        answered.get(path.replace(/\/approvals$/, '')) ?? (path.startsWith('/api/unstable') && { data: [] })
      return reach(requestFaults, { foreign: answers, earlier }, async () => {
        const answer = await fake.fetch(url, init)
        remember(answered, path, fake.bodies.at(-1))
        return answer
      })
    }
    const journal: Journal = {
      read: options.journal.read,
      exclusive: (reference, steps) =>
        options.journal.exclusive(reference, entry =>
          steps({
            read: entry.read,
            write: record => reach(writeFaults, { directory, name }, () => entry.write(record)),
          }),
        ),
    }
    const sleep = async (milliseconds: number): Promise<void> => {
      live()
      await options.sleep?.(milliseconds)
    }
    const process: TransferOptions = {
      ...options,
      journal,
      client: clientOver({ ...options, sleep }, send),
      sign: request =>
        reach(signFaults, request.message, async () => {
          const signed = await sign(request)
          signatures.push(signed.signature)
          return signed
        }),
      onStep: live,
      sleep,
      pollTimeoutMs: 1000,
    }
    const report = await manner(process).then(
      receipt => ({ receipt }),
      (error: unknown) => ({ error }),
    )
    return { report: dead ? undefined : report, disturbed: happened.length > before }
  }
  return { payment, run, calls, happened, signatures }
}

/** Step by step, as an operator who looks at what each step says would. */
export async function stepByStep(options: TransferOptions): Promise<TransferReceipt> {
  const step = { ...options, reference: intent.reference }
  const { transaction } = await createTransferStep(options)
  if (transaction.status === 'awaiting-approval') {
    const { signature } = await signTransferStep(step)
    await approveTransferStep({ ...step, signature })
  }
  return waitTransferStep(step)
}

/** What the chain has moved from the treasury wallet to this address, in base units. */
export function received({ executed }: Fake, recipient: Address): bigint {
  const amounts = executed.map(({ transaction }) => {
    const { to, amount } = readPayment(transaction.userOperation['callData'] as Hex)
    return isAddressEqual(to, recipient) ? amount : 0n
  })
  return amounts.reduce((sum, amount) => sum + amount, 0n)
}

const account = parseAbi(['function execute(address dest, uint256 value, bytes func)'])

function readPayment(callData: Hex): { readonly to: Address; readonly amount: bigint } {
  const [, , data] = decodeFunctionData({ abi: account, data: callData }).args
  const call = decodeFunctionData({ abi: erc20Abi, data })
  if (call.functionName !== 'transfer') throw new Error('the chain executed something else')
  const [to, amount] = call.args
  return { to, amount }
}

/** Keeps the first answer about each thing: that is the most stale there can be. */
function remember(answered: Map<string, unknown>, path: string, body: unknown): void {
  const id = (body as { readonly id?: string }).id
  const about =
    id === undefined ? path : `${path.replace(/\/(?:tokens|transactions)\/.*$/, '')}/transactions/${id}`
  if (!answered.has(about)) answered.set(about, body)
}
