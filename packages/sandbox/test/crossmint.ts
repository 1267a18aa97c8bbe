// What every test of the Crossmint server needs: a chain, the server, a treasury, and a client that holds
// every answer against the OpenAPI document.
import type { Address, Hex } from 'viem'
import { generatePrivateKey, type PrivateKeyAccount, privateKeyToAccount } from 'viem/accounts'
import { expect } from 'vitest'
import { type Chain, startChain } from '../src/chain/chain.ts'
import { type Crossmint, type CrossmintOptions, startCrossmint } from '../src/crossmint/server.ts'
import { faultsOf } from './openapi.ts'

// Answers are JSON of many shapes; the tests say what they expect of them.
// biome-ignore lint/suspicious/noExplicitAny: see above
type Json = any
export type Answer = { readonly status: number; readonly body: Json; readonly headers: Headers }
export type Call = (
  method: string,
  path: string,
  body?: unknown,
  headers?: Record<string, string>,
) => Promise<Answer>

export type World = {
  readonly chain: Chain
  readonly crossmint: Crossmint
  /** Path below /api/2025-06-09, or whole where it begins with /api. */
  readonly call: Call
  /** The treasury's signer, as the KMS key is in production. */
  readonly signer: PrivateKeyAccount
  /** A deployed treasury wallet with 1000 USDC. */
  readonly treasury: Address
  readonly transfer: (body: object, headers?: Record<string, string>) => Promise<Answer>
  readonly approve: (transaction: Json, signature?: Hex) => Promise<Answer>
  /** The transaction, once it is no longer pending. */
  readonly settled: (transaction: Json) => Promise<Json>
  /** A registered user's wallet. */
  readonly recipient: (email: string, userDetails?: object) => Promise<Address>
  readonly stop: () => Promise<void>
}

export const startWorld = async (options: Partial<CrossmintOptions> = {}): Promise<World> => {
  const chain = await startChain()
  const crossmint = await startCrossmint({ chain, settleDelay: 0, ...options })
  const call = clientOf(crossmint.url, crossmint.apiKey)
  const signer = privateKeyToAccount(generatePrivateKey())
  const { body } = await call('POST', '/wallets', treasuryBody(signer.address, 'treasury'))
  const treasury: Address = body.address
  await chain.mint(chain.usdc, treasury, 1_000_000_000n)

  const pathOf = ({ id, onChain }: Json) =>
    `/wallets/${onChain?.userOperation.sender ?? treasury}/transactions/${id}`
  const world: Omit<World, 'stop'> = {
    chain,
    crossmint,
    call,
    signer,
    treasury,
    transfer: (body, headers) =>
      call('POST', `/wallets/${treasury}/tokens/base-sepolia:usdc/transfers`, body, headers),
    approve: async (transaction, signature) =>
      call('POST', `${pathOf(transaction)}/approvals`, {
        approvals: [
          {
            signer: `external-wallet:${signer.address}`,
            signature: signature ?? (await signer.signMessage({ message: { raw: messageOf(transaction) } })),
          },
        ],
      }),
    settled: async transaction => {
      for (;;) {
        const { body } = await call('GET', pathOf(transaction))
        if (body.status !== 'pending') return body
      }
    },
    recipient: async (email, userDetails = personalData) => {
      await call('PUT', `/users/email:${email}`, { userDetails })
      const { body } = await call('POST', '/wallets', {
        chainType: 'evm',
        type: 'smart',
        config: { adminSigner: { type: 'email', email } },
        owner: `email:${email}`,
      })
      return body.address
    },
  }
  // The first transaction deploys the wallet.
  const first = await world.transfer({ recipient: treasury, amount: '1' })
  await world.approve(first.body)
  await world.settled(first.body)
  return {
    ...world,
    stop: async () => {
      await crossmint.stop()
      await chain.stop()
    },
  }
}

export const messageOf = (transaction: Json): Hex => transaction.approvals.pending[0].message

export const personalData = {
  firstName: 'Ada',
  lastName: 'Byron',
  dateOfBirth: '1990-12-10',
  countryOfResidence: 'US',
}

export const treasuryBody = (address: string, alias: string): object => ({
  chainType: 'evm',
  type: 'smart',
  config: { adminSigner: { type: 'external-wallet', address }, delegatedSigners: [] },
  owner: 'COMPANY',
  alias,
})

/** A client that fails the test on any answer that does not conform to the OpenAPI document. */
export const clientOf =
  (url: string, apiKey: string): Call =>
  async (method, path, body, headers = {}) => {
    const whole = path.startsWith('/api') ? path : `/api/2025-06-09${path}`
    const response = await fetch(`${url}${whole}`, {
      method,
      headers: { 'x-api-key': apiKey, 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    const answer = { status: response.status, body: await response.json(), headers: response.headers }
    expect(response.headers.get('content-type')).toMatch(/^application\/json/)
    expect(faultsOf(method, new URL(response.url).pathname, answer.status, answer.body)).toEqual([])
    return answer
  }
