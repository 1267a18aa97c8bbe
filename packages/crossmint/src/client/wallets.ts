// Wallets: create and read.
import type { Address } from 'viem'
import { checkText, type Issue, readAddress, refuseIssues } from '../input.ts'
import { address, array, object, oneOf, optional, type Reader, text, time } from './answer.ts'
import { nameLocator, path } from './locator.ts'
import type { SignerReference } from './transaction.ts'
import type { Transport } from './transport.ts'

export type AdminSigner =
  | { readonly type: 'external-wallet'; readonly address: Address }
  | { readonly type: 'email'; readonly email: string }

export type CreateWallet = {
  /** `COMPANY` makes it a treasury wallet; a user locator makes it that user's. */
  readonly owner: string
  readonly adminSigner: AdminSigner
  readonly alias?: string | undefined
  readonly idempotencyKey?: string | undefined
}

export type Wallet = {
  readonly chainType: 'evm'
  readonly type: 'smart'
  readonly address: Address
  readonly config: {
    readonly adminSigner: SignerReference
    readonly delegatedSigners: readonly SignerReference[] | undefined
  }
  readonly owner: string | undefined
  readonly alias: string | undefined
  readonly createdAt: string | undefined
}

export type WalletCalls = {
  /**
   * Creates an EVM smart wallet, or returns the one that this owner and alias already have.
   *
   * @param wallet Only with an idempotency key is the call repeated after a network fault.
   * @returns The wallet; an existing one may have another admin signer, so compare `config.adminSigner`.
   * @throws {INVALID_INPUT} before sending. @throws {CrossmintError}
   */
  readonly createWallet: (wallet: CreateWallet) => Promise<Wallet>

  /**
   * Reads a wallet.
   *
   * @param locator Address or wallet locator, e.g. `evm:smart:alias:treasury`.
   * @throws {CROSSMINT_NOT_FOUND} if there is none. @throws {CrossmintError}
   */
  readonly getWallet: (locator: string) => Promise<Wallet>
}

const signer: Reader<SignerReference> = object<SignerReference>({
  type: text,
  locator: text,
  address: optional(text),
})

const wallet: Reader<Wallet> = object<Wallet>({
  chainType: oneOf('evm'),
  type: oneOf('smart'),
  address,
  config: object<Wallet['config']>({ adminSigner: signer, delegatedSigners: optional(array(signer)) }),
  owner: optional(text),
  alias: optional(text),
  createdAt: optional(time),
})

export function createWalletCalls(send: Transport): WalletCalls {
  return {
    createWallet: async request => {
      const adminSigner = checkWallet(request)
      return send({
        operation: 'create the wallet',
        method: 'POST',
        path: '/2025-06-09/wallets',
        body: {
          chainType: 'evm',
          type: 'smart',
          config: { adminSigner },
          owner: request.owner,
          alias: request.alias,
        },
        idempotencyKey: request.idempotencyKey,
        repeatable: request.idempotencyKey !== undefined,
        read: wallet,
      })
    },
    getWallet: async locator =>
      send({
        operation: `read wallet ${nameLocator(locator)}`,
        method: 'GET',
        path: path`/2025-06-09/wallets/${locator}`,
        repeatable: true,
        read: wallet,
      }),
  }
}

/** Returns the admin signer as it is sent: Crossmint compares signer locators as text, so always in EIP-55 form. */
function checkWallet(request: CreateWallet): AdminSigner {
  const issues: Issue[] = []
  checkText(request.owner, 'owner', 320, issues)
  if (request.alias !== undefined && !/^[A-Za-z0-9_-]{1,100}$/.test(request.alias))
    issues.push({ field: 'alias', message: 'must be 1 to 100 letters, digits, hyphens or underscores' })
  const adminSigner = readAdminSigner(request.adminSigner, issues)
  refuseIssues('wallet', issues)
  return adminSigner
}

function readAdminSigner(signer: AdminSigner, issues: Issue[]): AdminSigner {
  if (signer.type === 'external-wallet')
    return { type: signer.type, address: readAddress(signer.address, 'adminSigner.address', issues) }
  if (!/^[^\s@]+@[^\s@]+$/.test(signer.email))
    issues.push({ field: 'adminSigner.email', message: 'must be an e-mail address' })
  return { type: signer.type, email: signer.email }
}
