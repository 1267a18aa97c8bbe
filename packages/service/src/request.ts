// The body of a signing request: what may be in it, and nothing else.
import type { Address, Hex } from 'viem'
import { address, type Field, hash, object, oneOf, optional, read, text } from './fields.ts'
import { parseJson } from './json.ts'
import { type UserOperationPayload, userOperationPayload } from './payload/userOperation.ts'

/** How the hash becomes the digest that the key signs. */
export type Scheme = 'eip191' | 'raw'

/** What is to be signed: a hash alone, or the payload that it is the hash of. */
export type Subject = { readonly scheme: Scheme } & (
  | { readonly message: Hex; readonly payload?: undefined }
  | { readonly message?: Hex | undefined; readonly payload: UserOperationPayload }
)

/** A well-formed signing request. It is frozen. */
export type SigningRequest = Subject & {
  /** The address that the caller expects to sign, in EIP-55 form. */
  readonly signerAddress: Address
  /** The caller's own words for the log, such as an invoice number. */
  readonly reference?: string | undefined
}

/**
 * Reads a request body.
 *
 * @param body JSON, as text or as UTF-8 bytes, of at most 64 KiB.
 * @returns The request.
 * @throws {BODY_TOO_LARGE} more than 64 KiB.
 * @throws {INVALID_REQUEST} with every fault of every field in `issues`.
 */
export const parseRequest = (body: string | Uint8Array): SigningRequest =>
  read(signingRequest, parseJson(body))

const scheme = oneOf<Scheme>(['eip191', 'raw'], 'UNSUPPORTED_SCHEME')

type Fields = {
  readonly message?: Hex | undefined
  readonly signerAddress: Address
  readonly payload?: UserOperationPayload | undefined
  readonly scheme: Scheme
  readonly reference?: string | undefined
}

const fields: Field<Fields> = object<Fields>({
  message: optional(hash),
  signerAddress: address,
  payload: optional(userOperationPayload),
  // EIP-191 is what ERC-4337 wallets verify over a user operation hash.
  scheme: (value, path, issues) => (value === undefined ? 'eip191' : scheme(value, path, issues)),
  reference: optional(text(128)),
})

const signingRequest: Field<SigningRequest> = (value, path, issues) => {
  const request = fields(value, path, issues)
  const { message, payload } = request
  if (message === undefined && payload === undefined)
    issues.push({ path: '/message', code: 'REQUIRED', message: 'is required unless payload is given' })
  return request as SigningRequest
}
