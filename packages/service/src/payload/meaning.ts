// What typed data of a known type means.
import type { Address } from 'viem'
import type { Effect } from '../effects/effect.ts'
import type { TypedData } from './typedData.ts'
import type { Struct } from './typedDataValues.ts'

/** Whose authority typed data uses, and for what. */
export type Meaning = { readonly account: Address; readonly effects: readonly Effect[] }

/**
 * Tells what typed data means whose type, written out with all that it refers to, is a certain one. `undefined` where its
 * domain, or something else in it, is not as such data has it.
 */
export type Interpretation = (typedData: TypedData, signerAddress: Address) => Meaning | undefined

/** Interpretations by the type written out (encodeType of EIP-712). */
export type Interpretations = readonly (readonly [type: string, interpretation: Interpretation])[]

/** The message as what its type, written out, says that it is: its values have been read by that type. */
export const messageAs = <T extends { readonly [K in keyof T]: unknown }>(message: Struct): T =>
  message as unknown as T

/** The effect of typed data of which only the outside is understood. */
export const unknownEffect = ({ domain, primaryType }: TypedData): Effect => ({
  kind: 'typedData',
  verifyingContract: domain.verifyingContract,
  domainName: domain.name,
  primaryType,
})
