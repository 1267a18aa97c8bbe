// The error bodies of Crossmint's API (OpenAPI document, WalletV1Alpha2ErrorDTO and ...TransactionErrorDTO).
// Each has a top-level `message`: it is how Crossmint's SDK recognises a refused transfer.
import { BaseError, HttpRequestError, TimeoutError } from 'viem'

/** Why a transaction failed, or would: `error` of a transaction and of a 422 answer. */
export type TransactionError =
  | {
      readonly reason: 'build_failed' | 'failed_to_land_on_chain' | 'unknown' | 'sanctioned_wallet_address'
      readonly message: string
    }
  | { readonly reason: 'program_error'; readonly message: string }
  | {
      readonly reason: 'execution_reverted'
      readonly message: string
      readonly revert: {
        readonly type: 'contract_call'
        readonly reason: string
        readonly reasonData?: string
      }
    }

/** An answer other than success; thrown anywhere below the server, which sends it. */
export class CrossmintError extends Error {
  readonly code = 'CROSSMINT_ERROR'
  readonly status: number
  readonly body: Readonly<Record<string, unknown>>
  constructor(status: number, message: string, error: unknown = true) {
    super(message)
    this.name = 'CrossmintError'
    this.status = status
    this.body = { error, message }
  }
}

/**
 * A fault of the sandbox in one line. viem's messages go on with the URL and the body of its request; those
 * stay out.
 */
export const describeFault = (error: unknown): string => {
  if (!(error instanceof BaseError))
    return (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? ''
  if (error.walk(inner => inner instanceof HttpRequestError || inner instanceof TimeoutError) === null)
    return error.shortMessage
  return 'its chain does not answer. Has anvil ended? Then the sandbox has to be started again'
}

/** 400 with every fault, each as "path: what is wrong". */
export const invalid = (faults: readonly string[]): CrossmintError =>
  new CrossmintError(400, faults.join('; '))

export const notFound = (what: string): CrossmintError => new CrossmintError(404, `${what} not found`)

/** 501: the real API can do this, the sandbox cannot; `why` says why not. */
export const unsupported = (why: string): CrossmintError =>
  new CrossmintError(501, `Not supported by the sandbox: ${why}`)

/** 422 with a reason: a refused regulated transfer, or a transaction that would be reverted. */
export const unprocessable = (
  error: TransactionError | { readonly reason: string; readonly message: string },
): CrossmintError => new CrossmintError(422, error.message, error)
