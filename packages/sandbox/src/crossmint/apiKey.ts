// Crossmint's API keys: <origin>_<environment>_<base58("<projectId>.<rest>:<signature>")>, signed with
// ed25519 over "<origin>_<environment>.<projectId>.<rest>". Crossmint's SDK checks the signature offline,
// against Crossmint's keys; `@coffer/sandbox/crossmint-sdk` makes it accept the sandbox's too.
import { randomUUID } from 'node:crypto'
import { ed25519 } from '@noble/curves/ed25519.js'
import { decodeBase58, encodeBase58 } from './base58.ts'

export type SandboxApiKey = {
  /** A server key of the staging environment: `sk_staging_...` */
  readonly apiKey: string
  /** The ed25519 key it is signed with: 32 bytes, base58. */
  readonly publicKey: string
}

/** Makes an API key of a new project. Each project sees its own wallets, users and transactions only. */
export const createSandboxApiKey = (): SandboxApiKey => {
  const identity = `${randomUUID()}.${marker}`
  const signature = ed25519.sign(signedBytes(identity), signingKey)
  const content = Buffer.from(`${identity}:${encodeBase58(signature)}`)
  return { apiKey: `${prefix}_${encodeBase58(content)}`, publicKey: encodeBase58(sandboxPublicKey) }
}

/** @returns the project of a key made by `createSandboxApiKey`; `undefined` for any other text */
export const sandboxProject = (apiKey: string): string | undefined => {
  const { identity, signature } = splitKey(apiKey) ?? {}
  if (
    identity === undefined ||
    signature === undefined ||
    !isSandboxKeySignature(signedBytes(identity), signature)
  )
    return undefined
  return identity.split('.')[0]
}

/** @returns the project named in any server key of the staging environment, whoever signed it */
export const namedProject = (apiKey: string): string | undefined => splitKey(apiKey)?.identity.split('.')[0]

/** True for a signature of the sandbox over the identity of a staging server key of its own, and over nothing else. */
export const isSandboxKeySignature = (message: Uint8Array, signature: Uint8Array): boolean =>
  isSandboxIdentity(Buffer.from(message).toString()) &&
  signature.length === 64 &&
  ed25519.verify(signature, message, sandboxPublicKey)

const prefix = 'sk_staging'
// Stands where a real key has 32 hex characters, so that no key can be taken for a real one.
const marker = 'sandbox'
// Published here, and so worth nothing: what it signs opens the sandbox on this machine only. It is fixed so
// that the preload, which runs in another process, knows its public key.
const signingKey = Buffer.from('coffer sandbox: a worthless key.')
const sandboxPublicKey = ed25519.getPublicKey(signingKey)

const signedBytes = (identity: string): Uint8Array => Buffer.from(`${prefix}.${identity}`)

const isSandboxIdentity = (message: string): boolean =>
  message.startsWith(`${prefix}.`) && message.endsWith(`.${marker}`)

const splitKey = (apiKey: string): { identity: string; signature: Uint8Array | undefined } | undefined => {
  if (!apiKey.startsWith(`${prefix}_`)) return undefined
  const content = decodeBase58(apiKey.slice(prefix.length + 1))
  if (content === undefined) return undefined
  const [, identity, signature] =
    /^([0-9a-f-]{36}\.[^.:]+):(\w+)$/.exec(Buffer.from(content).toString()) ?? []
  if (identity === undefined || signature === undefined) return undefined
  return { identity, signature: decodeBase58(signature) }
}
