// What happens to an approved transaction: after a delay it goes to the chain, and its status follows what
// came of it.
import { setMaxListeners } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import type { Chain } from '../chain/chain.ts'
import { describeFault, type TransactionError } from './errors.ts'
import type { Transaction } from './project.ts'
import type { TroubleState } from './trouble.ts'

export type Settlement = {
  /** Takes the transaction to its end, in the background. */
  readonly settle: (transaction: Transaction) => void
  /** Abandons what has not been sent, and resolves when nothing is under way. */
  readonly stop: () => Promise<void>
}

export const createSettlement = (chain: Chain, trouble: TroubleState, now: () => number): Settlement => {
  const stopping = new AbortController()
  // One for each transaction that waits, however many do.
  setMaxListeners(0, stopping.signal)
  const underWay = new Set<Promise<void>>()

  const run = async (transaction: Transaction): Promise<void> => {
    await delay(trouble.settleAfter, undefined, { signal: stopping.signal })
    const { hold, transaction: error } = trouble
    if (hold === 'before-sending') return
    trouble.transaction = undefined
    const end = error === undefined ? await include(chain, transaction) : { error }
    if (hold === 'after-landing') return
    finish(transaction, end, now())
  }
  return {
    settle: transaction => {
      const settling = run(transaction).catch(error => {
        if (!stopping.signal.aborted)
          finish(
            transaction,
            { error: { reason: 'unknown', message: `The sandbox failed: ${describeFault(error)}` } },
            now(),
          )
      })
      underWay.add(settling)
      settling.finally(() => underWay.delete(settling))
    },
    stop: async () => {
      stopping.abort()
      await Promise.all(underWay)
    },
  }
}

type End = { readonly txId?: Transaction['txId']; readonly error?: TransactionError }

const finish = (transaction: Transaction, { txId, error }: End, time: number): void => {
  transaction.txId = txId
  transaction.completedAt = time
  transaction.error = error
  transaction.status = error === undefined ? 'success' : 'failed'
  if (error === undefined) transaction.onSuccess?.()
}

const include = async (chain: Chain, { operation }: Transaction): Promise<End> => {
  const inclusion = await chain.handleOps(operation)
  switch (inclusion.status) {
    case 'success':
      return { txId: inclusion.transactionHash }
    case 'reverted': {
      const { reason, transactionHash } = inclusion
      const message = `The user operation was reverted: ${reason}`
      const error: TransactionError = {
        reason: 'execution_reverted',
        message,
        revert: { type: 'contract_call', reason },
      }
      return { txId: transactionHash, error }
    }
    case 'refused':
      return {
        error: {
          reason: 'failed_to_land_on_chain',
          message: `The EntryPoint refused the user operation: ${explain(inclusion.reason)}`,
        },
      }
  }
}

// Of the EntryPoint's codes, the ones a user meets, with what to do about them.
const explain = (reason: string): string => {
  const hint = hints.find(([code]) => reason.startsWith(code))?.[1]
  return hint === undefined ? reason : `${reason}. ${hint}`
}

const hints: readonly (readonly [string, string])[] = [
  [
    'AA10',
    'It was created before the wallet was deployed, and another transaction has deployed it since: create it again.',
  ],
  [
    'AA23',
    'The wallet rejects the form of the signature: it has to be low-s, by the signer itself, not by a smart wallet.',
  ],
  [
    'AA24',
    'The signature does not fit: the wallet verifies EIP-191 (personal_sign over the 32 bytes), not the raw hash.',
  ],
]
