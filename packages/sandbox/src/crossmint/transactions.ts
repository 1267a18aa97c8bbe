// Transactions: user operations that wait for their signer, go to the chain, and end in success or failure.
import { randomUUID } from 'node:crypto'
import { type Hex, numberToHex } from 'viem'
import type { Call } from '../chain/simpleAccount.ts'
import { CallRevertedError, type UserOperation } from '../chain/userOperation.ts'
import { approve, viewApprovals } from './approvals.ts'
import { type CrossmintError, invalid, notFound, unprocessable, unsupported } from './errors.ts'
import type { Context, Handler } from './handler.ts'
import { chainName, sameLocator } from './locators.ts'
import { pageOf } from './pages.ts'
import type { SendParams, Transaction, Wallet } from './project.ts'
import { isKeySigner, type KeySigner } from './signers.ts'
import { walletOf } from './wallets.ts'

/** `GET /wallets/{walletLocator}/transactions`, newest first */
export const listTransactions: Handler = ({ project, url }, { params, query }) => {
  const wallet = walletOf(project, params)
  const all = [...project.transactions.values()].filter(transaction => transaction.wallet === wallet)
  const page = pageOf(all, query)
  return { status: 200, body: { transactions: page.map(transaction => viewTransaction(transaction, url)) } }
}

/**
 * `GET /wallets/{walletLocator}/transactions/{transactionId}`, and the same below
 * `tokens/{tokenLocator}/transfers`
 */
export const getTransaction: Handler = (context, { params }) => {
  const { transaction } = transactionOf(context, params)
  const token = params['tokenLocator']
  if (token !== undefined && !sameLocator(token, transaction.sendParams?.token ?? ''))
    throw notFound(`Transfer ${transaction.id} of ${token}`)
  return { status: 200, body: viewTransaction(transaction, context.url) }
}

/** `POST /wallets/{walletLocator}/transactions/{transactionId}/approvals` */
export const approveTransaction: Handler = async (context, { params, body }) => {
  const { wallet, transaction } = transactionOf(context, params)
  const signature = await approve(wallet, transaction, body, context.now)
  transaction.status = 'pending'
  transaction.operation = { ...transaction.operation, signature }
  context.settle(transaction)
  return { status: 201, body: viewTransaction(transaction, context.url) }
}

export type NewTransaction = {
  readonly wallet: Wallet
  readonly signer: KeySigner
  readonly calls: readonly Call[]
  /** The calls as in answers. */
  readonly callViews: readonly unknown[]
  readonly sendParams?: SendParams | undefined
  readonly onSuccess?: (() => void) | undefined
}

/**
 * Builds the user operation and files the transaction as `awaiting-approval`.
 * @throws {CROSSMINT_ERROR} 422 when the calls would be reverted now
 */
export const fileTransaction = async (
  { project, chain, now }: Context,
  { wallet, signer, calls, callViews, sendParams, onSuccess }: NewTransaction,
): Promise<Transaction> => {
  const { operation, hash } = await chain
    .buildUserOperation(wallet.account, calls)
    .catch((error: unknown) => {
      throw error instanceof CallRevertedError ? simulationFailed(error) : error
    })
  const transaction: Transaction = {
    kind: 'transaction',
    id: randomUUID(),
    wallet,
    signer,
    message: hash,
    createdAt: now(),
    status: 'awaiting-approval',
    submitted: undefined,
    calls: callViews,
    operation,
    sendParams,
    onSuccess,
    txId: undefined,
    completedAt: undefined,
    error: undefined,
  }
  project.transactions.set(transaction.id, transaction)
  return transaction
}

/**
 * @param locator the signer the caller wants, echoed as written; the admin signer where it is left out
 * @throws {CROSSMINT_ERROR} 400 for one the wallet does not have, 501 for one that cannot sign for it in the
 *   sandbox
 */
export const signerOf = (wallet: Wallet, locator: string | undefined): KeySigner => {
  const { adminSigner, operationalSigners } = wallet
  if (locator !== undefined && operationalSigners.has(locator.toLowerCase()))
    throw unsupported(
      'its wallets are SimpleAccounts, which one owner signs for; ' +
        'use the admin signer, or test operational signers on staging',
    )
  if (locator !== undefined && !sameLocator(locator, adminSigner.locator))
    throw invalid([`signer: ${locator} is not a signer of this wallet`])
  if (!isKeySigner(adminSigner))
    throw unsupported(
      `nobody has the key of an ${adminSigner.type} signer here, so nothing can leave this wallet`,
    )
  return locator === undefined
    ? adminSigner
    : { ...adminSigner, locator, address: locator.slice(locator.indexOf(':') + 1) }
}

/**
 * As in answers. Without `error` unless it failed, and never with a top-level `message`: the SDK looks for
 * both.
 */
export const viewTransaction = (transaction: Transaction, url: string): Record<string, unknown> => ({
  id: transaction.id,
  chainType: 'evm',
  walletType: 'smart',
  status: transaction.status,
  params: { calls: transaction.calls, chain: chainName, signer: transaction.signer },
  onChain: {
    userOperation: viewOperation(transaction.operation),
    userOperationHash: transaction.message,
    ...(transaction.txId === undefined
      ? {}
      : { txId: transaction.txId, explorerLink: explorerLink(url, transaction.txId) }),
  },
  approvals: viewApprovals(transaction),
  ...(transaction.sendParams === undefined ? {} : { sendParams: transaction.sendParams }),
  createdAt: transaction.createdAt,
  ...(transaction.completedAt === undefined ? {} : { completedAt: transaction.completedAt }),
  ...(transaction.error === undefined ? {} : { error: transaction.error }),
})

/** This server shows the receipt there: no public explorer knows the sandbox's chain. */
export const explorerLink = (url: string, transactionHash: Hex): string => `${url}/tx/${transactionHash}`

const viewOperation = (operation: UserOperation): unknown =>
  Object.fromEntries(
    Object.entries(operation).map(([key, value]) => [
      key,
      typeof value === 'bigint' ? numberToHex(value) : value,
    ]),
  )

const transactionOf = (
  { project }: Context,
  params: Readonly<Record<string, string>>,
): { wallet: Wallet; transaction: Transaction } => {
  const wallet = walletOf(project, params)
  const id = params['transactionId'] ?? ''
  const transaction = project.transactions.get(id)
  if (transaction?.wallet !== wallet) throw notFound(`Transaction ${id}`)
  return { wallet, transaction }
}

const simulationFailed = ({ message, reason, data }: CallRevertedError): CrossmintError =>
  unprocessable({
    reason: 'execution_reverted',
    message: `Transaction simulation failed. ${message}`,
    revert: { type: 'contract_call', reason, reasonData: data },
  })
