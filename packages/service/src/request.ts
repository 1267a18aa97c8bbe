// The body of a signing request: what may be in it, and nothing else.
import type { Address, Hex } from 'viem'
import { address, boolean, type Field, hash, object, oneOf, optional, read, text } from './fields.ts'
import { parseJson } from './json.ts'
import { type Payload, payload } from './payload/payload.ts'
import type { Issue } from './problem.ts'

/** How the hash becomes the digest that the key signs. */
export type Scheme = 'eip191' | 'raw'

/** What is to be signed: a hash alone, or the payload that it is the hash of. */
export type Subject = { readonly scheme: Scheme } & (
  | { readonly message: Hex; readonly payload?: undefined }
  | { readonly message?: Hex | undefined; readonly payload: Payload }
)

/** A well-formed signing request. It is frozen. */
export type SigningRequest = Subject & {
  /** The address that the caller expects to sign, in EIP-55 form. */
  readonly signerAddress: Address
  /** The caller's own words for the log, such as an invoice number. */
  readonly reference?: string | undefined
  /** Whether the caller wants the decision and no signature. */
  readonly dryRun?: boolean | undefined
}

/**
 * Reads a request body.
 *
 * @param body JSON, as text or as UTF-8 bytes, of at most 64 KiB.
 * @returns The request.
 * @throws {BODY_TOO_LARGE} more than 64 KiB.
 * @throws {INVALID_REQUEST} with every fault of every field in `issues`: the first 100, and how many more there are.
 */
export const parseRequest = (body: string | Uint8Array): SigningRequest =>
  read(signingRequest, parseJson(body))

type Fields = {
  readonly message?: Hex | undefined
  readonly signerAddress: Address
  readonly payload?: Payload | undefined
  readonly scheme?: Scheme | undefined
  readonly reference?: string | undefined
  readonly dryRun?: boolean | undefined
}

const fields: Field<Fields> = object<Fields>({
  message: optional(hash),
  signerAddress: address,
  payload: optional(payload),
  scheme: optional(oneOf<Scheme>(['eip191', 'raw'], 'UNSUPPORTED_SCHEME')),
  reference: optional(text(128)),
  dryRun: optional(boolean),
})

/**
 * The schemes of each kind of payload, the default first. EIP-191 is what ERC-4337 wallets verify over a user operation
 * hash, and part of what a personal message is. The others have a prefix of their own inside what is hashed.
 */
const SCHEMES: Readonly<Record<Payload['kind'], readonly [Scheme, ...Scheme[]]>> = {
  userOperation: ['eip191', 'raw'],
  transaction: ['raw'],
  typedData: ['raw'],
  personalMessage: ['eip191'],
  authorization: ['raw'],
}
const HASH_SCHEMES = SCHEMES.userOperation

const signingRequest: Field<SigningRequest> = (value, path, issues) => {
  const request = fields(value, path, issues)
  const { message, payload } = request
  if (message === undefined && payload === undefined)
    issues.push({ path: '/message', code: 'REQUIRED', message: 'is required unless payload is given' })
  return Object.freeze({ ...request, scheme: schemeOf(request, issues) }) as SigningRequest
}

const schemeOf = ({ scheme, payload }: Fields, issues: Issue[]): Scheme => {
  // A payload of an unknown kind has a fault already.
  const schemes = payload === undefined ? HASH_SCHEMES : (SCHEMES[payload.kind] ?? HASH_SCHEMES)
  if (scheme !== undefined && !schemes.includes(scheme))
    issues.push({ path: '/scheme', code: 'INCONSISTENT', message: `must be ${schemes[0]} for this kind` })
  return scheme ?? schemes[0]
}
