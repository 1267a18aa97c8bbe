// What a request handler gets and gives.
import type { Chain } from '../chain/chain.ts'
import type { Project, Transaction } from './project.ts'
import type { TroubleState } from './trouble.ts'

export type Context = {
  readonly project: Project
  readonly chain: Chain
  readonly trouble: TroubleState
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** Of this server, without a trailing slash. */
  readonly url: string
  /** Sends an approved transaction to the chain, in the background. */
  readonly settle: (transaction: Transaction) => void
}

export type Request = {
  /** Path segments, decoded. */
  readonly params: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  /** Parsed JSON; `undefined` where the request has no body. */
  readonly body: unknown
  readonly idempotencyKey: string | undefined
}

export type Answer = { readonly status: number; readonly body: unknown }

export type Handler = (context: Context, request: Request) => Answer | Promise<Answer>
