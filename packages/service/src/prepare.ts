// From a request to what would be signed and what that would permit, both from the same frozen object.
import { type Address, type Hex, hashMessage } from 'viem'
import type { Effect } from './effects/effect.ts'
import { userOperationEffects, userOperationHash } from './payload/userOperation.ts'
import { ServiceError } from './problem.ts'
import type { Subject } from './request.ts'

/** What would be signed, and what the signature would permit. Frozen. */
export type Prepared = {
  /** The chain on which the signature is valid; undefined where it is not known. */
  readonly chainId: number | undefined
  /** The account that would act; undefined where it is not known. */
  readonly account: Address | undefined
  /** The 32-byte hash to approve: computed from the payload, or the bare hash that was given. */
  readonly hash: Hex
  /** The 32 bytes that the key signs: the hash itself (`raw`), or its EIP-191 digest. */
  readonly digest: Hex
  readonly effects: readonly Effect[]
}

/**
 * Computes hash, digest and effects of a request.
 *
 * @param subject A request of `parseRequest`: its `message`, its `payload` or both, and its `scheme`.
 * @returns Hash, digest and effects. A bare hash has the one effect `opaque`.
 * @throws {HASH_MISMATCH} `message` is not the hash of the payload.
 * @see https://eips.ethereum.org/EIPS/eip-191
 */
export const prepare = (subject: Subject): Prepared => {
  const { chainId, account, hash, effects } = examine(subject)
  const digest = subject.scheme === 'raw' ? hash : hashMessage({ raw: hash })
  for (const effect of effects) Object.freeze(effect)
  return Object.freeze({ chainId, account, hash, digest, effects: Object.freeze(effects) })
}

const examine = ({ message, payload }: Subject): Omit<Prepared, 'digest'> => {
  if (payload === undefined)
    return {
      chainId: undefined,
      account: undefined,
      hash: message,
      effects: [{ kind: 'opaque', of: 'hash', hash: message }],
    }
  const hash = userOperationHash(payload)
  if (message !== undefined && message !== hash)
    throw new ServiceError('HASH_MISMATCH', [
      {
        path: '/message',
        code: 'HASH_MISMATCH',
        message: `is ${message}, but the payload hashes to ${hash}`,
      },
    ])
  return {
    chainId: payload.chainId,
    account: payload.userOperation.sender,
    hash,
    effects: userOperationEffects(payload),
  }
}
