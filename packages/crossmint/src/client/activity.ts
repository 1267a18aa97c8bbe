// What arrived and left on chain, as Crossmint's indexer saw it. An unstable endpoint, used only as a second opinion
// on a transaction that does not come to an end.
import type { Address, Hex } from 'viem'
import {
  AnswerFault,
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
import { nameLocator, path } from './locator.ts'
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
  /** ISO 8601 in UTC: nothing older. */
  readonly fromDate?: string | undefined
  /** `nextCursor` of the page before. */
  readonly cursor?: string | undefined
}

export type ActivityPage = {
  /** Items that cannot be read are left out: one odd token must not hide the rest. */
  readonly items: readonly Activity[]
  /** Undefined on the last page. */
  readonly nextCursor: string | undefined
}

export type ActivityCalls = {
  /** Lists a page of the transfers in and out of a wallet, newest first. @throws {CrossmintError} */
  readonly listActivity: (wallet: string, filter: ActivityFilter) => Promise<ActivityPage>
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

const page: Reader<{ data: readonly (Activity | undefined)[]; nextCursor: string | undefined }> = object<{
  data: readonly (Activity | undefined)[]
  nextCursor: string | undefined
}>({ data: array(readable(activity)), nextCursor: optional(text) })

export function createActivityCalls(send: Transport): ActivityCalls {
  return {
    listActivity: async (wallet, { chain, tokens, status, fromDate, cursor }) => {
      const { data, nextCursor } = await send({
        operation: `list the activity of ${nameLocator(wallet)}`,
        method: 'GET',
        path: path`/unstable/wallets/${wallet}/transfers`,
        query: { chain, tokens: tokens.join(','), status, fromDate, cursor },
        repeatable: true,
        read: page,
      })
      return { items: data.filter(item => item !== undefined), nextCursor }
    },
  }
}

/** Undefined for what the reader cannot read. */
function readable<T>(reader: Reader<T>): Reader<T | undefined> {
  return (value, at) => {
    try {
      return reader(value, at)
    } catch (error) {
      if (error instanceof AnswerFault) return undefined
      throw error
    }
  }
}
