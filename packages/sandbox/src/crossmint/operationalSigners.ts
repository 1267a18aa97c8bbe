// Operational ("delegated") signers: registered with the approval of the admin signer. The sandbox keeps the
// register; its SimpleAccounts know one owner, so a transaction for such a signer is refused (see
// `signerOf`).
import { viewApprovals } from './approvals.ts'
import { invalid, notFound, unsupported } from './errors.ts'
import type { Context, Handler } from './handler.ts'
import { literal, object, optional, parse, text } from './input.ts'
import { chainName, sameLocator } from './locators.ts'
import {
  isRegistered,
  type OperationalSigner,
  type SignatureRequest,
  type Transaction,
  type Wallet,
} from './project.ts'
import { fileSignatureRequest } from './signatures.ts'
import { operationalSigner } from './signers.ts'
import { fileTransaction, signerOf, viewTransaction } from './transactions.ts'
import { walletOf } from './wallets.ts'

/**
 * `POST /wallets/{walletLocator}/signers`: the admin signer approves a signature, or, with
 * `deployImmediately`, a transaction.
 */
export const registerSigner: Handler = async (context, { params, body }) => {
  const wallet = walletOf(context.project, params)
  const { chain, deployImmediately } = parse(registration, body)
  const wanted = parse(operationalSigner, body)
  if (chain !== chainName) throw unsupported(`chain "${chain}"; it has ${chainName}`)
  const { locator } = wanted.signer
  if (sameLocator(locator, wallet.adminSigner.locator))
    throw invalid([`signer: ${locator} is the admin signer of this wallet`])
  const present = wallet.operationalSigners.get(locator.toLowerCase())
  if (present !== undefined && isRegistered(present))
    throw invalid([`signer: The delegated signer ${locator} is already approved`])
  // What still waits for its approval is returned again: a second request would leave the first one dangling.
  if (present !== undefined && present.registration?.status !== 'failed')
    return { status: 201, body: viewSigner(present, context.url) }

  const entry: OperationalSigner = {
    ...wanted,
    registration: await request(context, wallet, wanted, deployImmediately),
  }
  wallet.operationalSigners.set(locator.toLowerCase(), entry)
  return { status: 201, body: viewSigner(entry, context.url) }
}

/** `GET /wallets/{walletLocator}/signers/{signer}`; the admin signer is not found here */
export const getSigner: Handler = ({ project, url }, { params }) => {
  const { entry } = operationalSignerOf(walletOf(project, params), params)
  return { status: 200, body: viewSigner(entry, url) }
}

/**
 * `DELETE /wallets/{walletLocator}/signers/{signer}`: answers with a transaction; the signer goes when it
 * succeeds.
 */
export const removeSigner: Handler = async (context, { params, query }) => {
  const wallet = walletOf(context.project, params)
  parse(object({ chain: optional(literal(chainName)) }), Object.fromEntries(query))
  if (sameLocator(params['signer'] ?? '', wallet.adminSigner.locator))
    throw invalid(['signer: The admin signer cannot be removed'])
  const { key } = operationalSignerOf(wallet, params)
  const transaction = await fileEmptyCall(context, wallet, () => wallet.operationalSigners.delete(key))
  return { status: 200, body: viewTransaction(transaction, context.url) }
}

const registration = object({ chain: text, deployImmediately: optional(literal(true, false)) })

const request = (
  context: Context,
  wallet: Wallet,
  wanted: OperationalSigner,
  deployImmediately: boolean | undefined,
): Promise<Transaction> | SignatureRequest =>
  deployImmediately === true
    ? fileEmptyCall(context, wallet)
    : fileSignatureRequest(context, wallet, signerOf(wallet, undefined), wanted)

// What stands on chain for installing or removing a validator module: SimpleAccount has none, so the wallet
// calls itself with nothing to do.
const fileEmptyCall = (context: Context, wallet: Wallet, onSuccess?: () => void): Promise<Transaction> => {
  const call = { to: wallet.account.address, value: 0n, data: '0x' } as const
  const view = { ...call, value: '0' }
  return fileTransaction(context, {
    wallet,
    signer: signerOf(wallet, undefined),
    calls: [call],
    callViews: [view],
    onSuccess,
  })
}

const operationalSignerOf = (
  wallet: Wallet,
  params: Readonly<Record<string, string>>,
): { key: string; entry: OperationalSigner } => {
  const locator = params['signer'] ?? ''
  const key = locator.toLowerCase()
  const entry = wallet.operationalSigners.get(key)
  if (entry === undefined) throw notFound(`Signer ${locator}`)
  return { key, entry }
}

const viewSigner = (
  { signer, expiresAt, scopes, registration }: OperationalSigner,
  url: string,
): unknown => ({
  ...signer,
  ...(expiresAt === undefined ? {} : { expiresAt }),
  ...(scopes === undefined ? {} : { scopes }),
  ...(registration === undefined ? {} : { chains: { [chainName]: viewRegistration(registration, url) } }),
})

const viewRegistration = (registration: Transaction | SignatureRequest, url: string): unknown => {
  if (registration.status === 'success') return { status: 'success' }
  const { id, status } = registration
  const onChain =
    registration.kind === 'transaction' ? { onChain: viewTransaction(registration, url)['onChain'] } : {}
  return { status, id, approvals: viewApprovals(registration), ...onChain }
}
