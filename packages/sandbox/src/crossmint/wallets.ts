// Wallets: EVM smart accounts of the company (treasury wallets) or of a user, created once and found by many
// locators.
import { randomUUID } from 'node:crypto'
import { keccak256, stringToBytes } from 'viem'
import { invalid, notFound, unsupported } from './errors.ts'
import type { Handler } from './handler.ts'
import { array, literal, object, optional, parse, strictObject, string, text } from './input.ts'
import { canonicalUser, company, isUserLocator, parseWalletLocator } from './locators.ts'
import { isRegistered, type OperationalSigner, type Project, type Wallet } from './project.ts'
import { adminSigner, operationalSigner, ownerAddress, type Signer } from './signers.ts'

/**
 * `POST /wallets`: 201 and a new wallet, or 200 and the one that owner and alias, or the idempotency key,
 * name.
 */
export const createWallet: Handler = async ({ project, chain, now }, { body, idempotencyKey }) => {
  const input = parseWallet(body)
  const make = async (): Promise<Wallet> => {
    const owner = ownerAddress(input.adminSigner)
    const salt = saltOf(project, input)
    const address = await chain.accountAddress(owner, salt)
    if (project.wallets.some(wallet => wallet.account.address === address))
      throw invalid(['config.creationSeed: A wallet with this seed and signer configuration already exists'])
    const wallet: Wallet = {
      account: { address, owner, salt },
      adminSigner: input.adminSigner,
      owner: input.owner,
      alias: input.alias,
      createdAt: now(),
      operationalSigners: new Map(
        input.operationalSigners.map(entry => [entry.signer.locator.toLowerCase(), entry]),
      ),
    }
    project.wallets.push(wallet)
    return wallet
  }
  const name = nameOf(input)
  let existing = false
  const { record, replayed } = await project.walletReplays(idempotencyKey, input, async () => {
    const named = await project.namedWallets(name, name, make)
    existing = named.replayed
    return named.record
  })
  return { status: existing || replayed ? 200 : 201, body: viewWallet(record) }
}

/** `GET /wallets/{walletLocator}` */
export const getWallet: Handler = ({ project }, { params }) => ({
  status: 200,
  body: viewWallet(walletOf(project, params)),
})

/**
 * @throws {CROSSMINT_ERROR} 400 for a text that is no wallet locator, 404 for a wallet the project does not
 * have
 */
export const walletOf = (project: Project, params: Readonly<Record<string, string>>): Wallet => {
  const locator = params['walletLocator'] ?? ''
  const wallet = findWallet(project, locator, 'walletLocator')
  if (wallet === undefined) throw notFound(`Wallet ${locator}`)
  return wallet
}

/** @param path names the input in a fault */
export const findWallet = (project: Project, locator: string, path: string): Wallet | undefined => {
  const wanted = parseWalletLocator(locator, path)
  return project.wallets.find(wallet =>
    wanted.kind === 'address'
      ? wallet.account.address.toLowerCase() === wanted.address
      : (wallet.owner ?? company) === wanted.owner && wallet.alias === wanted.alias,
  )
}

const viewWallet = (wallet: Wallet): unknown => ({
  chainType: 'evm',
  type: 'smart',
  address: wallet.account.address,
  config: {
    adminSigner: wallet.adminSigner,
    delegatedSigners: [...wallet.operationalSigners.values()].filter(isRegistered).map(entry => entry.signer),
  },
  ...(wallet.owner === undefined ? {} : { owner: wallet.owner }),
  ...(wallet.alias === undefined ? {} : { alias: wallet.alias }),
  createdAt: wallet.createdAt,
})

type WalletInput = {
  readonly adminSigner: Signer
  readonly operationalSigners: readonly OperationalSigner[]
  readonly creationSeed: string | undefined
  readonly owner: string | undefined
  readonly alias: string | undefined
}

const parseWallet = (body: unknown): WalletInput => {
  const kind = parse(
    object({
      chainType: literal('evm', 'solana', 'aptos', 'sui', 'stellar'),
      type: optional(literal('smart', 'mpc')),
    }),
    body,
  )
  if (kind.chainType !== 'evm' || kind.type === 'mpc')
    throw unsupported('only EVM smart wallets ("chainType":"evm","type":"smart")')
  const { config, owner, alias } = parse(walletBody, body)
  return {
    adminSigner: config.adminSigner,
    operationalSigners: config.delegatedSigners ?? [],
    creationSeed: config.creationSeed,
    owner: owner === undefined || owner === company ? owner : canonicalUser(owner),
    alias,
  }
}

const walletBody = object({
  config: strictObject({
    adminSigner,
    delegatedSigners: optional(array(operationalSigner)),
    creationSeed: optional(text),
  }),
  owner: optional(
    string(
      value => value === company || isUserLocator(value),
      'must be COMPANY, or a user locator such as email:<email> or userId:<id>',
    ),
  ),
  alias: optional(
    string(value => /^[^:\s]+$/.test(value), 'must not be empty, nor contain a colon or white space'),
  ),
})

// A user has one wallet of each alias, and one without; the company one of each alias, and any number
// without.
const nameOf = ({ owner = company, alias }: WalletInput): string | undefined =>
  owner === company && alias === undefined ? undefined : JSON.stringify([owner, alias])

// The address is a function of signer and seed; where no seed is given, the wallet's name is one.
const saltOf = (project: Project, input: WalletInput): bigint => {
  const seed = input.creationSeed ?? nameOf(input) ?? randomUUID()
  return BigInt(keccak256(stringToBytes(JSON.stringify([project.id, seed]))))
}
