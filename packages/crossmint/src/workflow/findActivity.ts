// A second opinion on a transaction that does not come to an end: did its transfer happen, by Crossmint's activity list?
import { isAddress } from 'viem'
import type { Activity } from '../client/activity.ts'
import type { CrossmintClient } from '../client/client.ts'
import { CrossmintError } from '../client/error.ts'
import type { Transaction } from '../client/transaction.ts'
import { type ResolvedIntent, toExpectedTransfer } from './intent.ts'

/** A busy wallet makes many in the time of one payment; but the end must come. */
const mostPages = 20

/** Crossmint's clock and the chain's may differ. */
const slackMs = 3_600_000

export type ActivitySearch = {
  readonly activity: Activity | undefined
  /** Whether the list was read to its end; only then does it say anything that there is none. */
  readonly complete: boolean
}

/** Searches for the activity that this transaction caused, with this recipient, token and amount. */
export async function findActivity(
  client: CrossmintClient,
  intent: ResolvedIntent,
  transaction: Transaction,
): Promise<ActivitySearch> {
  const { chain, walletAddress } = intent
  const symbol = intent.token.slice(chain.length + 1)
  const tokens = [isAddress(symbol) ? intent.token : symbol]
  const fromDate = new Date(Date.parse(transaction.createdAt) - slackMs).toISOString()
  let cursor: string | undefined
  try {
    for (let page = 0; page < mostPages; page++) {
      const filter = { chain, tokens, status: 'successful', fromDate, cursor } as const
      const { items, nextCursor } = await client.listActivity(walletAddress, filter)
      const activity = items.find(item => isCausedBy(item, intent, transaction))
      if (activity !== undefined || nextCursor === undefined) return { activity, complete: true }
      cursor = nextCursor
    }
  } catch (error) {
    // A second opinion that cannot be had is none.
    if (!(error instanceof CrossmintError)) throw error
  }
  return { activity: undefined, complete: false }
}

function isCausedBy(item: Activity, intent: ResolvedIntent, transaction: Transaction): boolean {
  const { type, status, transferId, onChain, recipient, token: moved } = item
  const expected = toExpectedTransfer(intent)
  return (
    type === 'wallets.transfer.out' &&
    status === 'succeeded' &&
    (transferId === transaction.id ||
      (transferId === undefined && isSame(onChain?.txId, transaction.onChain.txId))) &&
    recipient.address === expected.recipient &&
    moved.rawAmount === expected.amount &&
    (moved.contractAddress === undefined || moved.contractAddress === expected.token)
  )
}

function isSame(one: string | undefined, other: string | undefined): boolean {
  return one !== undefined && one === other
}
