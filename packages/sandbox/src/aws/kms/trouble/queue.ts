// What is about to go wrong: troubles in the order in which they are due, and a count of the calls.
import { createRendezvous, type Rendezvous } from './rendezvous.ts'
import type { TroubleName } from './troubles.ts'

/** One thing that is to go wrong. */
export type TroubleOrder = {
  readonly trouble: TroubleName
  /** The operation that it befalls, for example `GetPublicKey`, or `*` for any; `Sign` unless given. */
  readonly operation?: string | undefined
  /** For how many calls; `always` is until it is cleared. One unless given. */
  readonly count?: number | 'always' | undefined
  /** Of `short-r` and `short-s`: the number of leading zero bytes; one unless given. */
  readonly bytes?: number | undefined
  /** Of `slow`; 1000 unless given. */
  readonly milliseconds?: number | undefined
}

/** Trouble on demand in KMS. */
export type KmsTrouble = {
  /** Sets what goes wrong from now on, in the place of what was set. Each call meets one trouble at most, the first that is due. */
  readonly set: (orders: readonly TroubleOrder[]) => void
  /** Ends all trouble. What it did to keys and aliases stays. */
  readonly clear: () => void
  /** What is still to come. */
  readonly pending: () => readonly TroubleOrder[]
  /** How many calls there were, by operation. */
  readonly calls: () => Readonly<Record<string, number>>
  /** How many of them met trouble. */
  readonly hits: () => number
}

/** What KMS itself needs of it besides. */
export type TroubleQueue = KmsTrouble & {
  readonly rendezvous: Rendezvous
  /** Counts a call and takes the trouble that is due for it. */
  readonly take: (operation: string) => TroubleOrder | undefined
}

/** Makes a queue with nothing in it. */
export const createTroubleQueue = (): TroubleQueue => {
  let queue: readonly TroubleOrder[] = []
  let hits = 0
  const calls = new Map<string, number>()
  return {
    set: orders => {
      queue = [...orders]
    },
    clear: () => {
      queue = []
    },
    pending: () => queue,
    calls: () => Object.fromEntries(calls),
    hits: () => hits,
    rendezvous: createRendezvous(),
    take: operation => {
      calls.set(operation, (calls.get(operation) ?? 0) + 1)
      const due = queue.find(order => ['*', operation].includes(order.operation ?? 'Sign'))
      if (!due) return undefined
      hits++
      queue = queue.flatMap(order => (order === due ? used(order) : [order]))
      return due
    },
  }
}

const used = (order: TroubleOrder): readonly TroubleOrder[] => {
  const { count = 1 } = order
  if (count === 'always') return [order]
  return count > 1 ? [{ ...order, count: count - 1 }] : []
}
