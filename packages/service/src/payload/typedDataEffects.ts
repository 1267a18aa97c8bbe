// The hash of typed data and what a signature over it would permit, where its type is a known one.
import { type Address, type Hex, hashTypedData, keccak256 } from 'viem'
import { administrationMeanings } from './administrationMeanings.ts'
import type { Examined } from './examined.ts'
import { type Interpretation, type Meaning, unknownEffect } from './meaning.ts'
import { permit2Meanings, typeWithoutWitness } from './permit2Meanings.ts'
import { safeMeanings } from './safeMeanings.ts'
import { tokenMeanings } from './tokenMeanings.ts'
import type { TypedData, TypedDataPayload } from './typedData.ts'
import { definition, encodeType } from './typedDataTypes.ts'

/**
 * Finds out what typed data is.
 *
 * @param payload Typed data in which everything fits.
 * @param signerAddress Who signs it.
 * @returns Its hash by EIP-712, and its effects.
 */
export const examineTypedData = ({ typedData }: TypedDataPayload, signerAddress: Address): Examined => {
  const hash = hashTypedData(typedData)
  const { account, effects } = wrappedHash(typedData, hash, signerAddress) ??
    interpret(typedData, signerAddress) ?? { account: signerAddress, effects: [unknownEffect(typedData)] }
  return { chainId: typedData.domain.chainId, account, hash, effects, origin: '/payload/typedData' }
}

const interpretations: ReadonlyMap<string, Interpretation> = new Map([
  ...tokenMeanings,
  ...permit2Meanings,
  ...safeMeanings,
  ...administrationMeanings,
])

const interpret = (typedData: TypedData, signerAddress: Address): Meaning | undefined => {
  const type = typeWithoutWitness(typedData) ?? encodeType(typedData.types, typedData.primaryType)
  return interpretations.get(type)?.(typedData, signerAddress)
}

/**
 * Smart accounts have the hash of what is really approved wrapped in typed data of their own, so that it is for one account
 * only: `SafeMessage(bytes message)`, `CoinbaseSmartWalletMessage(bytes32 hash)`, `Kernel(bytes32 hash)`, `PersonalSign` and
 * `TypedDataSign` of ERC-7739, which has the account in the message, since its domain is that of the application. Whatever
 * has nothing but a hash in it is taken for such a wrapper.
 */
const wrappedHash = (typedData: TypedData, hash: Hex, signerAddress: Address): Meaning | undefined => {
  const { types, domain, primaryType, message } = typedData
  const account = domain.verifyingContract ?? signerAddress
  const all = definition(types, primaryType) ?? []
  if (primaryType === 'TypedDataSign') {
    const isStated = all.some(({ name, type }) => name === 'verifyingContract' && type === 'address')
    const stated = isStated ? (message['verifyingContract'] as Address) : account
    return { account: stated, effects: [{ kind: 'opaque', of: 'hash', hash }] }
  }
  const [only, ...others] = all
  if (only === undefined || others.length > 0 || !/^bytes(32)?$/.test(only.type)) return undefined
  const wrapped = message[only.name] as Hex
  const inner = wrapped.length === 66 ? wrapped : keccak256(wrapped)
  return { account, effects: [{ kind: 'opaque', of: 'hash', hash: inner }] }
}
