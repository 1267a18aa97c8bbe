// What arrived and left on chain, as Crossmint's indexer saw it. An unstable endpoint, used only as a second opinion
// on a transaction that does not come to an end.
import type { Address, Hex } from 'viem'
import {
  address,
  array,
  baseUnits,
  hex,
  link,
  object,
  oneOf,
  optional,
  type Reader,
  text,
  time,
} from './answer.ts'
import { path } from './locator.ts'
import type { Transport } from './transport.ts'

export type Activity = {
  readonly type: 'wallets.transfer.in' | 'wallets.transfer.out'
  readonly status: 'succeeded' | 'failed'
  /** Id of the transaction that caused it, where Crossmint knows it. */
  readonly transferId: string | undefined
  readonly sender: { readonly address: Address }
  readonly recipient: { readonly address: Address }
  /** `rawAmount` is in base units. */
  readonly token: {
    readonly locator: string
    readonly rawAmount: bigint
    readonly contractAddress: Address | undefined
  }
  readonly completedAt: string
  readonly onChain: { readonly txId: Hex; readonly explorerLink: string | undefined } | undefined
}

export type ActivityFilter = {
  readonly chain: string
  /** Symbols or token locators. */
  readonly tokens: readonly string[]
  readonly status: 'successful' | 'failed'
}

export type ActivityCalls = {
  /** Lists recent transfers in and out of a wallet, newest first. @throws {CrossmintError} */
  readonly listActivity: (wallet: string, filter: ActivityFilter) => Promise<readonly Activity[]>
}

const activity: Reader<Activity> = object<Activity>({
  type: oneOf('wallets.transfer.in', 'wallets.transfer.out'),
  status: oneOf('succeeded', 'failed'),
  transferId: optional(text),
  sender: object<Activity['sender']>({ address }),
  recipient: object<Activity['recipient']>({ address }),
  token: object<Activity['token']>({
    locator: text,
    rawAmount: baseUnits,
    contractAddress: optional(address),
  }),
  completedAt: time,
  onChain: optional(
    object<{ txId: Hex; explorerLink: string | undefined }>({ txId: hex(32), explorerLink: link }),
  ),
})

export function createActivityCalls(send: Transport): ActivityCalls {
  return {
    listActivity: async (wallet, { chain, tokens, status }) => {
      const answer = await send({
        operation: `list the activity of ${wallet}`,
        method: 'GET',
        path: path`/unstable/wallets/${wallet}/transfers`,
        query: { chain, tokens: tokens.join(','), status },
        repeatable: true,
        read: object<{ data: readonly Activity[] }>({ data: array(activity) }),
      })
      return answer.data
    },
  }
}
