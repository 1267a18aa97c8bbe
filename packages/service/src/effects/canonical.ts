// Canonical ABI decoding. A contract may read a sloppy encoding (dirty padding, odd offsets, bytes left over) in its own
// way, so arguments count as understood only if they encode again to the very same bytes.
// https://docs.soliditylang.org/en/latest/abi-spec.html#strict-encoding-mode
import {
  type AbiParameter,
  type DecodeAbiParametersReturnType,
  decodeAbiParameters,
  encodeAbiParameters,
  type Hex,
} from 'viem'

/** The values that canonical decoding gives for these parameters. */
export type CanonicalValues<parameters extends readonly AbiParameter[]> =
  DecodeAbiParametersReturnType<parameters>

/**
 * Decodes ABI-encoded values, accepting the canonical encoding alone.
 *
 * @param parameters Types of the values.
 * @param data The encoded values, as lower-case hex.
 * @returns The values; `undefined` where the encoding is not the canonical one.
 */
export const decodeCanonical = <const parameters extends readonly AbiParameter[]>(
  parameters: parameters,
  data: Hex,
): CanonicalValues<parameters> | undefined => {
  try {
    const values = decodeAbiParameters(parameters, data)
    const again = encodeAbiParameters<readonly AbiParameter[]>(parameters, values as readonly unknown[])
    return again === data ? values : undefined
  } catch {
    return undefined
  }
}

/**
 * Splits call data.
 *
 * @param data Call data, as lower-case hex.
 * @returns The 4-byte selector and the encoded arguments. Shorter call data is all selector.
 */
export const splitCallData = (data: Hex): { readonly selector: Hex; readonly parameters: Hex } => ({
  selector: `0x${data.slice(2, 10)}`,
  parameters: `0x${data.slice(10)}`,
})
