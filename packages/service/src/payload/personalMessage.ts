// Payload kind `personalMessage`: text or bytes to be signed as EIP-191 has it. https://eips.ethereum.org/EIPS/eip-191
import { type Address, type Hex, hashMessage, keccak256, stringToHex } from 'viem'
import type { Effect } from '../effects/effect.ts'
import { bytes, type Field, fault, object, oneOf, optional, unicode } from '../fields.ts'
import type { Examined } from './examined.ts'

export type PersonalMessagePayload = { readonly kind: 'personalMessage' } & (
  | { readonly text: string; readonly bytes?: undefined }
  | { readonly text?: undefined; readonly bytes: Hex }
)

type Fields = {
  readonly kind: 'personalMessage'
  readonly text?: string | undefined
  readonly bytes?: Hex | undefined
}

const fields: Field<Fields> = object<Fields>({
  kind: oneOf(['personalMessage'], 'UNSUPPORTED_KIND'),
  text: optional(unicode),
  bytes: optional(bytes),
})

/** The reader of a payload of kind `personalMessage`: exactly one of `text` and `bytes`. */
export const personalMessagePayload: Field<PersonalMessagePayload> = (value, path, issues) => {
  const payload = fields(value, path, issues)
  if (payload.text !== undefined && payload.bytes !== undefined)
    issues.push(fault(payload.bytes, `${path}/bytes`, 'INCONSISTENT', 'must not be given with text'))
  if (payload.text === undefined && payload.bytes === undefined)
    issues.push({ path: `${path}/text`, code: 'REQUIRED', message: 'is required unless bytes is given' })
  return payload as PersonalMessagePayload
}

/**
 * Finds out what a personal message is.
 *
 * @param payload The message.
 * @param signerAddress Who signs it.
 * @returns As hash its EIP-191 digest; and its effect. A message of 32 bytes may be any hash, so nothing is known of it.
 */
export const examinePersonalMessage = (payload: PersonalMessagePayload, signerAddress: Address): Examined => {
  const raw = payload.text === undefined ? payload.bytes : stringToHex(payload.text)
  return {
    chainId: undefined,
    account: signerAddress,
    hash: hashMessage({ raw }),
    effects: [messageEffect(raw)],
    origin: payload.text === undefined ? '/payload/bytes' : '/payload/text',
  }
}

const messageEffect = (raw: Hex): Effect =>
  raw.length === 66
    ? { kind: 'opaque', of: 'hash', hash: raw }
    : { kind: 'message', text: printable(raw), hash: keccak256(raw) }

/** The text that bytes are the UTF-8 of, where people can read it: line breaks are all the control it may have. */
const printable = (raw: Hex): string | undefined => {
  try {
    const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
    const text = decoder.decode(Buffer.from(raw.slice(2), 'hex'))
    return /[\p{C}\p{Zl}\p{Zp}]/u.test(text.replaceAll('\n', '')) ? undefined : text
  } catch {
    return undefined
  }
}
