// The paths the sandbox serves, below /api, and the handler of each.
import { listActivity } from './activity.ts'
import { fundWallet, getBalances, getBalancesOld } from './balances.ts'
import { createTransaction } from './calls.ts'
import { CrossmintError, invalid } from './errors.ts'
import type { Handler } from './handler.ts'
import { getSigner, registerSigner, removeSigner } from './operationalSigners.ts'
import { approveSignature, createSignature, getSignature, listSignatures } from './signatures.ts'
import { approveTransaction, getTransaction, listTransactions } from './transactions.ts'
import { createTransfer } from './transfers.ts'
import { putLegalDocument, putUser } from './users.ts'
import { createWallet, getWallet } from './wallets.ts'

const wallet = '/2025-06-09/wallets/:walletLocator'
const transfers = `${wallet}/tokens/:tokenLocator/transfers`

const routes: readonly (readonly [string, string, Handler])[] = [
  ['POST', '/2025-06-09/wallets', createWallet],
  ['GET', wallet, getWallet],
  ['GET', `${wallet}/balances`, getBalances],
  ['POST', transfers, createTransfer],
  ['GET', `${transfers}/:transactionId`, getTransaction],
  ['POST', `${wallet}/transactions`, createTransaction],
  ['GET', `${wallet}/transactions`, listTransactions],
  ['GET', `${wallet}/transactions/:transactionId`, getTransaction],
  ['POST', `${wallet}/transactions/:transactionId/approvals`, approveTransaction],
  ['POST', `${wallet}/signers`, registerSigner],
  ['GET', `${wallet}/signers/:signer`, getSigner],
  ['DELETE', `${wallet}/signers/:signer`, removeSigner],
  ['POST', `${wallet}/signatures`, createSignature],
  ['GET', `${wallet}/signatures`, listSignatures],
  ['GET', `${wallet}/signatures/:signatureId`, getSignature],
  ['POST', `${wallet}/signatures/:signatureId/approvals`, approveSignature],
  ['PUT', '/2025-06-09/users/:userLocator', putUser],
  ['PUT', '/2025-06-09/users/:userLocator/legal-documents', putLegalDocument],
  // The SDK asks for collectibles; the sandbox has none.
  ['GET', `${wallet}/nfts`, () => ({ status: 200, body: [] })],
  ['GET', '/unstable/wallets/:walletLocator/transfers', listActivity],
  ['GET', '/unstable/wallets/:walletLocator/balances', getBalances],
  ['GET', '/v1-alpha2/wallets/:walletLocator/balances', getBalancesOld],
  ['POST', '/v1-alpha2/wallets/:walletLocator/balances', fundWallet],
  ['GET', '/2024-09-26/wallets/:walletLocator/balances', getBalancesOld],
  ['POST', '/2024-09-26/wallets/:walletLocator/balances', fundWallet],
]

/**
 * @param path of the request, below /api, still encoded
 * @throws {CROSSMINT_ERROR} 400 for a path that cannot be decoded, 404 for an unknown one, 405 for another
 *   method's
 */
export const findRoute = (
  method: string,
  path: string,
): { readonly handler: Handler; readonly params: Readonly<Record<string, string>> } => {
  const segments = path.split('/').map(decode)
  const matching = routes.flatMap(([routeMethod, pattern, handler]) => {
    const params = match(pattern.split('/'), segments)
    return params === undefined ? [] : [{ routeMethod, handler, params }]
  })
  const found = matching.find(({ routeMethod }) => routeMethod === method)
  if (found !== undefined) return found
  if (matching.length > 0) throw new CrossmintError(405, `${method} is not allowed here`)
  throw new CrossmintError(404, `The sandbox does not serve ${method} /api${path}`)
}

const decode = (segment: string): string => {
  try {
    return decodeURIComponent(segment)
  } catch {
    throw invalid([`path: "${segment}" is not percent-encoded correctly`])
  }
}

const match = (
  pattern: readonly string[],
  segments: readonly string[],
): Record<string, string> | undefined => {
  if (pattern.length !== segments.length) return undefined
  const params: Record<string, string> = {}
  for (const [index, expected] of pattern.entries()) {
    const segment = segments[index] ?? ''
    if (expected.startsWith(':') && segment !== '') params[expected.slice(1)] = segment
    else if (expected !== segment) return undefined
  }
  return params
}
