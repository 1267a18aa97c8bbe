// Requests that two policies could decide differently: every kind of effect, over all that either policy knows.
import type { Effect, Prepared } from '@coffer/service'
import type { Inquiry, Policy } from '@coffer/service/policy'
import { type Address, zeroHash } from 'viem'
import {
  candidateAddresses,
  candidateAmounts,
  candidateChains,
  candidatePrincipals,
  candidateSelectors,
  candidateTimes,
  candidateTokens,
  candidateWallets,
  unknownAddress,
} from './candidates.ts'
import { signerStandIn } from './names.ts'

/** How many requests are generated at most. */
export const maximumGenerated = 4000

/** Effects of one request, and whose. */
type Asked = Pick<Prepared, 'kind' | 'chainId' | 'account' | 'effects'>

/**
 * Generates requests, the same ones for the same policies.
 *
 * @param policies Both policies.
 * @returns The requests, and whether there would have been more than `maximumGenerated`.
 */
export function generateInquiries(policies: readonly Policy[]): {
  readonly inquiries: readonly Inquiry[]
  readonly isCut: boolean
} {
  const asked = [
    ...ofSigner(policies),
    ...candidateWallets(policies).flatMap(wallet => ofWallet(policies, wallet)),
  ]
  const inquiries = candidateTimes(policies).flatMap(time =>
    candidatePrincipals(policies).flatMap(arn =>
      asked.map((one): Inquiry => ({ principal: { arn }, time, prepared: toPrepared(one) })),
    ),
  )
  return { inquiries: spread(inquiries, maximumGenerated), isCut: inquiries.length > maximumGenerated }
}

/** So many of them, evenly out of all. */
function spread<T>(all: readonly T[], limit: number): readonly T[] {
  if (all.length <= limit) return all
  return all.filter(
    (_, index) => Math.floor((index * limit) / all.length) !== Math.floor(((index - 1) * limit) / all.length),
  )
}

function ofWallet(
  policies: readonly Policy[],
  wallet: { readonly address: Address; readonly chainId: number; readonly factories: readonly Address[] },
): readonly Asked[] {
  const { address: account, chainId } = wallet
  const one = (...effects: readonly Effect[]): Asked => ({ kind: 'userOperation', chainId, account, effects })
  const addresses = candidateAddresses(policies, chainId)
  const factories = [...new Set([...wallet.factories, unknownAddress])]
  const moves = moneyEffects(policies, chainId, account)
  return [
    ...moves.map(effect => one(effect)),
    // Several at once, which rules may treat otherwise than each alone.
    ...smallest(moves).map(effect => one(effect, effect)),
    ...candidateAmounts(policies, 18).map(maximum => one({ kind: 'fee', payer: account, maximum })),
    ...factories.map(factory => one({ kind: 'deployment', factory, account })),
    ...addresses.flatMap(to => [
      ...candidateSelectors(policies).map(selector => one({ kind: 'call', to, selector, value: 0n })),
      one({ kind: 'nftTransfer', collection: unknownAddress, from: account, to, tokenId: 1n, amount: 1n }),
      one({
        kind: 'approvalForAll',
        collection: unknownAddress,
        owner: account,
        operator: to,
        approved: true,
      }),
      one({ kind: 'delegatecall', to }),
    ]),
    one({ kind: 'administration', to: account, action: 'addOwnerAddress(address)' }),
    one({ kind: 'rawScheme' }),
  ]
}

/** The smallest transfer of each token to each; amounts come ascending. */
function smallest(moves: readonly Effect[]): readonly Effect[] {
  const seen = new Set<string>()
  return moves.filter(effect => {
    if (effect.kind !== 'transfer') return false
    const key = `${effect.asset}:${effect.to}`
    return !seen.has(key) && seen.add(key) !== undefined
  })
}

/** Of the key's own account. */
function ofSigner(policies: readonly Policy[]): readonly Asked[] {
  const account = signerStandIn
  const one = (kind: Prepared['kind'], chainId: number | undefined, effect: Effect): Asked => ({
    kind,
    chainId,
    account,
    effects: [effect],
  })
  return [
    one('hash', undefined, { kind: 'opaque', of: 'hash', hash: zeroHash }),
    one('hash', undefined, { kind: 'rawScheme' }),
    one('personalMessage', undefined, { kind: 'message', text: 'text', hash: zeroHash }),
    one('typedData', undefined, {
      kind: 'typedData',
      verifyingContract: unknownAddress,
      domainName: 'name',
      primaryType: 'Type',
    }),
    one('authorization', 0, { kind: 'delegation', to: unknownAddress, chainId: 0 }),
    ...candidateChains(policies).flatMap(chainId => [
      one('authorization', chainId, { kind: 'delegation', to: unknownAddress, chainId }),
      ...moneyEffects(policies, chainId, account).flatMap(effect => [
        one('transaction', chainId, effect),
        one('typedData', chainId, effect),
      ]),
    ]),
  ]
}

/** Transfers and allowances: each token, to each that could be told apart, at each amount that rules speak of. */
function moneyEffects(policies: readonly Policy[], chainId: number, account: Address): readonly Effect[] {
  const addresses = candidateAddresses(policies, chainId)
  return candidateTokens(policies, chainId).flatMap(({ address: asset, decimals }) => {
    const amounts = candidateAmounts(policies, decimals)
    return [
      ...addresses.flatMap(to =>
        amounts.map((amount): Effect => ({ kind: 'transfer', asset, from: account, to, amount })),
      ),
      ...(asset === 'native' ? [] : [...amounts, unlimited]).flatMap((amount): readonly Effect[] =>
        asset === 'native'
          ? []
          : [
              ...addresses.map(
                (spender): Effect => ({ kind: 'approval', asset, owner: account, spender, amount }),
              ),
              ...(amount === unlimited ? [] : wraps(asset, amount)),
            ],
      ),
    ]
  })
}

const unlimited = 2n ** 256n - 1n

function wraps(asset: Address, amount: bigint): readonly Effect[] {
  return [
    { kind: 'wrap', asset, amount },
    { kind: 'unwrap', asset, amount },
  ]
}

function toPrepared(asked: Asked): Prepared {
  return {
    ...asked,
    scheme: asked.effects.some(({ kind }) => kind === 'rawScheme') ? 'raw' : 'eip191',
    signerAddress: signerStandIn,
    hash: zeroHash,
    digest: zeroHash,
    origin: '/payload',
  }
}
