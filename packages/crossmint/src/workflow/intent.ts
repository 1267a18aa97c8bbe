// What a payment is: fixed before anything is sent, and bound to its reference for good.
import { createHash } from 'node:crypto'
import { type Address, zeroAddress } from 'viem'
import { formatAmount, parseAmount, readAmount } from '../amount.ts'
import { checkText, InvalidInputError, type Issue, readAddress, refuseIssues } from '../input.ts'
import { resolveToken, type Token, type TokenTable } from '../tokens.ts'
import type { ExpectedTransfer } from '../verify/verifyTransfer.ts'

export type TransferIntent = {
  /** The payment reference, 1 to 128 characters: an invoice number, a ticket. One reference, one payment. */
  readonly reference: string
  /** Wallet locator as the operator named it; calls go to `walletAddress`. */
  readonly wallet: string
  readonly walletAddress: Address
  /** Crossmint's name of the chain, e.g. `base-sepolia`. */
  readonly chain: string
  /** A symbol, e.g. `usdc`, or a contract address. */
  readonly token: string
  readonly recipient: Address
  /** Decimal string of whole tokens, e.g. `250` or `1.50`. */
  readonly amount: string
  /** Address of the external wallet (KMS key) that approves. */
  readonly signerAddress: Address
}

/** An intent with everything looked up and in canonical form. Plain JSON: it is what the journal keeps. */
export type ResolvedIntent = TransferIntent & {
  readonly chainId: number
  /** Token locator, e.g. `base-sepolia:usdc`. */
  readonly token: string
  readonly tokenAddress: Address
  readonly decimals: number
}

/**
 * Checks an intent and looks up its token.
 *
 * @throws {INVALID_INPUT} with every fault.
 */
export function resolveIntent(intent: TransferIntent, tokens?: TokenTable): ResolvedIntent {
  const issues: Issue[] = []
  checkReference(intent.reference, issues)
  checkText(intent.wallet, 'wallet', 400, issues)
  const walletAddress = readAddress(intent.walletAddress, 'walletAddress', issues)
  const recipient = readAddress(intent.recipient, 'recipient', issues)
  const signerAddress = readAddress(intent.signerAddress, 'signerAddress', issues)
  if (recipient === walletAddress)
    issues.push({ field: 'recipient', message: 'must not be the paying wallet itself' })
  if (recipient === zeroAddress) issues.push({ field: 'recipient', message: 'must not be the zero address' })
  const token = lookUpToken(intent, tokens, issues)
  if (recipient === token?.address)
    issues.push({ field: 'recipient', message: 'must not be the contract of the token' })
  const baseUnits = readAmount(intent.amount, token?.decimals, issues)
  refuseIssues('transfer', issues)
  if (token === undefined) throw new InvalidInputError('transfer', issues)
  return {
    reference: intent.reference,
    wallet: intent.wallet,
    walletAddress,
    chain: intent.chain,
    chainId: token.chainId,
    token: token.locator,
    tokenAddress: token.address,
    decimals: token.decimals,
    recipient,
    amount: formatAmount(baseUnits, token.decimals),
    signerAddress,
  }
}

/** The transfer that a transaction is compared with. `maximumFee` in wei. */
export function toExpectedTransfer(intent: ResolvedIntent, maximumFee?: bigint): ExpectedTransfer {
  return {
    wallet: intent.walletAddress,
    chainId: intent.chainId,
    token: intent.tokenAddress,
    recipient: intent.recipient,
    amount: parseAmount(intent.amount, intent.decimals),
    signer: intent.signerAddress,
    maximumFee,
  }
}

/**
 * The idempotency key of a payment, as a UUID (version 8, RFC 9562 section 5.8).
 *
 * A pure function of wallet and reference, with no salt: it survives the loss of the journal. Amount and recipient are
 * left out on purpose: a second payment under the same reference then meets the first transaction, and the comparison
 * refuses it.
 */
export function toIdempotencyKey(walletAddress: Address, reference: string): string {
  const input = `coffer transfer 1\n${walletAddress.toLowerCase()}\n${reference}`
  const bytes = createHash('sha256').update(input, 'utf8').digest()
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6)
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8)
  return bytes.toString('hex', 0, 16).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

/** Two references that look alike must not be two payments. */
function checkReference(reference: string, issues: Issue[]): void {
  checkText(reference, 'reference', 128, issues)
  if (typeof reference !== 'string') return
  if (reference.normalize('NFKC') !== reference)
    issues.push({ field: 'reference', message: 'must be in Unicode normalization form KC' })
  if (/(?! )[\s\p{Z}\p{Default_Ignorable_Code_Point}]/u.test(reference))
    issues.push({
      field: 'reference',
      message: 'must have no white space but plain spaces, and nothing invisible',
    })
}

function lookUpToken(
  intent: TransferIntent,
  tokens: TokenTable | undefined,
  issues: Issue[],
): Token | undefined {
  const faults: Issue[] = []
  checkText(intent.chain, 'chain', 100, faults)
  checkText(intent.token, 'token', 100, faults)
  issues.push(...faults)
  if (faults.length > 0) return undefined
  try {
    return resolveToken({ chain: intent.chain, token: intent.token, tokens })
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error
    issues.push(...error.issues)
    return undefined
  }
}
