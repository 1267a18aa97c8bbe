// Transfers and transactions: create, read, approve. A transfer is always sent as `regulated-transfer`.
import type { Address, Hex } from 'viem'
import { checkText, type Issue, readAddress, refuseIssues } from '../input.ts'
import { AnswerFault, array, object, type Reader } from './answer.ts'
import { nameLocator, path } from './locator.ts'
import { type Transaction, transaction } from './transaction.ts'
import type { Transport } from './transport.ts'

export type CreateTransfer = {
  /** Address or wallet locator of the treasury wallet. */
  readonly wallet: string
  /** Token locator, e.g. `base-sepolia:usdc`. */
  readonly token: string
  /** Address of a Crossmint wallet that belongs to a registered recipient. */
  readonly recipient: Address
  /** Decimal string of whole tokens, e.g. `1.50`. */
  readonly amount: string
  /** Signer locator; without it, Crossmint asks the wallet's admin signer. */
  readonly signer?: string | undefined
  /** Without one, a repeated call is a second transfer; so it is required. */
  readonly idempotencyKey: string
}

export type TransactionCalls = {
  /**
   * Creates a regulated transfer. Nothing moves until its message is signed and approved.
   *
   * @returns The transaction, usually `awaiting-approval`. Verify it with `verifyTransfer` before signing.
   * @throws {INVALID_INPUT} before sending. @throws {CROSSMINT_COMPLIANCE_REFUSED} with `reason`.
   * @throws {CROSSMINT_KYC_IN_PROGRESS} @throws {CROSSMINT_INSUFFICIENT_FUNDS} @throws {CrossmintError}
   */
  readonly createTransfer: (transfer: CreateTransfer) => Promise<Transaction>

  /** Reads a transaction. @throws {CROSSMINT_NOT_FOUND} @throws {CrossmintError} */
  readonly getTransaction: (wallet: string, id: string) => Promise<Transaction>

  /**
   * Lists a wallet's transactions.
   *
   * @param paging.page From 1. @param paging.perPage From 1; Crossmint's default is 10.
   * @throws {CrossmintError}
   */
  readonly listTransactions: (
    wallet: string,
    paging?: { readonly page?: number | undefined; readonly perPage?: number | undefined },
  ) => Promise<readonly Transaction[]>

  /**
   * Submits a signer's signature. Crossmint broadcasts the transaction when it has all approvals.
   *
   * @param approval.signer Signer locator, exactly as in `approvals.pending`.
   * @param approval.signature 65 bytes of `0x` hex.
   * @throws {CROSSMINT_ALREADY_SUBMITTED} @throws {CROSSMINT_QUORUM_REACHED} - either may be the echo of an earlier
   * attempt whose answer was lost: read the transaction. @throws {CrossmintError}
   */
  readonly approveTransaction: (
    wallet: string,
    id: string,
    approval: { readonly signer: string; readonly signature: Hex },
  ) => Promise<Transaction>
}

export function createTransactionCalls(send: Transport): TransactionCalls {
  return {
    createTransfer: async request => {
      const recipient = checkTransfer(request)
      const { amount, signer } = request
      return send({
        operation: 'create the transfer',
        method: 'POST',
        path: path`/2025-06-09/wallets/${request.wallet}/tokens/${request.token}/transfers`,
        body: { recipient, amount, signer, transactionType: 'regulated-transfer' },
        idempotencyKey: request.idempotencyKey,
        repeatable: true,
        read: transaction,
      })
    },
    getTransaction: async (wallet, id) =>
      send({
        operation: `read transaction ${id}`,
        method: 'GET',
        path: path`/2025-06-09/wallets/${wallet}/transactions/${id}`,
        repeatable: true,
        read: transactionWith(id),
      }),
    listTransactions: async (wallet, { page, perPage } = {}) => {
      const answer = await send({
        operation: `list the transactions of ${nameLocator(wallet)}`,
        method: 'GET',
        path: path`/2025-06-09/wallets/${wallet}/transactions`,
        query: { page: page?.toString(), perPage: perPage?.toString() },
        repeatable: true,
        read: object<{ transactions: readonly Transaction[] }>({ transactions: array(transaction) }),
      })
      return answer.transactions
    },
    approveTransaction: async (wallet, id, { signer, signature }) =>
      send({
        operation: `approve transaction ${id}`,
        method: 'POST',
        path: path`/2025-06-09/wallets/${wallet}/transactions/${id}/approvals`,
        body: { approvals: [{ signer, signature }] },
        repeatable: true,
        meaning: { 409: 'CROSSMINT_ALREADY_SUBMITTED', 422: 'CROSSMINT_QUORUM_REACHED' },
        read: transactionWith(id),
      }),
  }
}

/** An answer about another transaction is no answer. */
function transactionWith(id: string): Reader<Transaction> {
  return (value, at) => {
    const found = transaction(value, at)
    if (found.id !== id) throw new AnswerFault('id', `${id}, the transaction asked for`)
    return found
  }
}

function checkTransfer(request: CreateTransfer): Address {
  const issues: Issue[] = []
  const recipient = readAddress(request.recipient, 'recipient', issues)
  if (
    typeof request.amount !== 'string' ||
    !/^\d+(?:\.\d+)?$/.test(request.amount) ||
    /^[0.]+$/.test(request.amount)
  )
    issues.push({ field: 'amount', message: 'must be a decimal number above zero, such as 250 or 1.50' })
  if (!/^[!-~]{16,255}$/.test(request.idempotencyKey))
    issues.push({ field: 'idempotencyKey', message: 'must be 16 to 255 printable characters without spaces' })
  if (request.signer !== undefined) checkText(request.signer, 'signer', 512, issues)
  refuseIssues('transfer', issues)
  return recipient
}
