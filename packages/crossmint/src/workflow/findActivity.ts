// A second opinion on a transaction that does not come to an end: did its transfer happen, by Crossmint's activity list?
import { isAddress } from 'viem'
import type { Activity } from '../client/activity.ts'
import type { CrossmintClient } from '../client/client.ts'
import { CrossmintError } from '../client/error.ts'
import type { Transaction } from '../client/transaction.ts'
import { type ResolvedIntent, toExpectedTransfer } from './intent.ts'

/** The activity that this transaction caused, with this recipient, token and amount; undefined if unknown. */
export async function findActivity(
  client: CrossmintClient,
  intent: ResolvedIntent,
  transaction: Transaction,
): Promise<Activity | undefined> {
  const { chain, walletAddress } = intent
  const expected = toExpectedTransfer(intent)
  const symbol = intent.token.slice(chain.length + 1)
  const tokens = [isAddress(symbol) ? intent.token : symbol]
  const list = await client
    .listActivity(walletAddress, { chain, tokens, status: 'successful' })
    .catch(ignoreRefusal)
  return list.find(
    ({ type, status, transferId, onChain, recipient, token: moved }) =>
      type === 'wallets.transfer.out' &&
      status === 'succeeded' &&
      (transferId === transaction.id ||
        (transferId === undefined && isSame(onChain?.txId, transaction.onChain.txId))) &&
      recipient.address === expected.recipient &&
      moved.rawAmount === expected.amount &&
      (moved.contractAddress === undefined || moved.contractAddress === expected.token),
  )
}

/** A second opinion that cannot be had changes nothing. */
function ignoreRefusal(error: unknown): readonly Activity[] {
  if (error instanceof CrossmintError) return []
  throw error
}

function isSame(one: string | undefined, other: string | undefined): boolean {
  return one !== undefined && one === other
}
