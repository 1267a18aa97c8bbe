// From a request to what would be signed and what that would permit, both from the same frozen object.
import type { Address, Hex } from 'viem'
import type { Effect } from './effects/effect.ts'
import type { Examined } from './payload/examined.ts'
import { examinePayload, type Payload } from './payload/payload.ts'
import { hashMessage32 } from './payload/userOperationHash.ts'
import { ServiceError } from './problem.ts'
import type { Scheme, SigningRequest } from './request.ts'

/** What would be signed, and what the signature would permit. Frozen. */
export type Prepared = {
  /** The kind of payload; `hash` where there is none. */
  readonly kind: 'hash' | Payload['kind']
  readonly scheme: Scheme
  /** The chain on which the signature is valid, 0 for every chain; undefined where it is not known. */
  readonly chainId: number | undefined
  /** The account whose authority is used: a smart account, the owner of tokens, or else the signer. */
  readonly account: Address
  /** Who is to sign. */
  readonly signerAddress: Address
  /** The 32-byte hash to approve: computed from the payload, or the bare hash that was given. */
  readonly hash: Hex
  /** The 32 bytes that the key signs: the hash itself, or the EIP-191 digest of a hash or user operation hash. */
  readonly digest: Hex
  readonly effects: readonly Effect[]
  /** JSON Pointer of the field of the request that the effects come from. */
  readonly origin: string
}

/**
 * Computes hash, digest and effects of a request.
 *
 * @param request A request of `parseRequest`.
 * @returns Hash, digest and effects. A bare hash has the one effect `opaque`, and `rawScheme` where it is signed as it is.
 * @throws {HASH_MISMATCH} `message` is not the hash of the payload.
 * @see https://eips.ethereum.org/EIPS/eip-191
 */
export const prepare = (request: SigningRequest): Prepared => {
  const { scheme, signerAddress, payload } = request
  const { effects, ...examined } = examine(request)
  const kind = payload?.kind ?? 'hash'
  // Of the other kinds the hash is made with a prefix already.
  const prefixable = kind === 'hash' || kind === 'userOperation'
  const digest = prefixable && scheme === 'eip191' ? hashMessage32(examined.hash) : examined.hash
  const all: readonly Effect[] =
    prefixable && scheme === 'raw' ? [...effects, { kind: 'rawScheme' }] : effects
  for (const effect of all) Object.freeze(effect)
  return Object.freeze({
    kind,
    scheme,
    signerAddress,
    ...examined,
    digest,
    effects: Object.freeze([...all]),
  })
}

const examine = ({ message, payload, signerAddress }: SigningRequest): Examined => {
  if (payload === undefined)
    return {
      chainId: undefined,
      account: signerAddress,
      hash: message,
      effects: [{ kind: 'opaque', of: 'hash', hash: message }],
      origin: '/message',
    }
  const examined = examinePayload(payload, signerAddress)
  if (message === undefined || message === examined.hash) return examined
  const text = `is ${message}, but the payload hashes to ${examined.hash}`
  throw new ServiceError('HASH_MISMATCH', [{ path: '/message', code: 'HASH_MISMATCH', message: text }])
}
