import { createRequire } from 'node:module'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createSandboxApiKey, isSandboxKeySignature, namedProject, sandboxProject } from './apiKey.ts'
import { decodeBase58, encodeBase58 } from './base58.ts'

const require = createRequire(import.meta.url)
// The SDK's own libraries.
const sdk = createRequire(require.resolve('@crossmint/wallets-sdk'))
const bs58 = sdk('bs58').default ?? sdk('bs58')
const nacl = createRequire(sdk.resolve('@crossmint/common-sdk-base'))('tweetnacl')

test('decodeBase58(encodeBase58(b)) = b, and both agree with bs58', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), bytes => {
      const text = encodeBase58(bytes)
      expect(text).toBe(bs58.encode(bytes))
      expect(Buffer.from(decodeBase58(text) ?? [])).toEqual(Buffer.from(bytes))
    }),
  )
})

test('a key has the form of a staging server key, and a signature that tweetnacl verifies', () => {
  const { apiKey, publicKey } = createSandboxApiKey()
  expect(apiKey).toMatch(/^sk_staging_[1-9A-HJ-NP-Za-km-z]+$/)
  const content = Buffer.from(bs58.decode(apiKey.slice('sk_staging_'.length))).toString()
  const [identity, signature] = content.split(':')
  expect(identity).toMatch(/^[0-9a-f-]{36}\.sandbox$/)
  const message = Buffer.from(`sk_staging.${identity}`)
  expect(nacl.sign.detached.verify(message, bs58.decode(signature ?? ''), bs58.decode(publicKey))).toBe(true)
})

test('a key names its project; every key another one', () => {
  const first = createSandboxApiKey().apiKey
  const second = createSandboxApiKey().apiKey
  expect(sandboxProject(first)).toMatch(/^[0-9a-f-]{36}$/)
  expect(sandboxProject(first)).not.toBe(sandboxProject(second))
  expect(namedProject(first)).toBe(sandboxProject(first))
})

test('error: a key changed in one character is no key of the sandbox', () => {
  const { apiKey } = createSandboxApiKey()
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: apiKey.length - 1 }),
      fc.constantFrom(...'123ABCabcz_.'),
      (index, other) => {
        fc.pre(apiKey[index] !== other)
        expect(sandboxProject(apiKey.slice(0, index) + other + apiKey.slice(index + 1))).toBeUndefined()
      },
    ),
  )
})

test('error: the sandbox key speaks for marked identities only', () => {
  const { secretKey } = nacl.sign.keyPair.fromSeed(Buffer.from('coffer sandbox: a worthless key.'))
  const accepts = (message: string) => {
    const bytes = Buffer.from(message)
    return isSandboxKeySignature(bytes, nacl.sign.detached(bytes, secretKey))
  }
  expect(accepts('sk_staging.a.sandbox')).toBe(true)
  expect(accepts('ck_production.a.sandbox')).toBe(false)
  expect(accepts('sk_production.a.sandbox')).toBe(false)
  expect(accepts('sk_staging-x.a.sandbox')).toBe(false)
  expect(accepts('sk_staging.a.0123456789abcdef0123456789abcdef')).toBe(false)
  expect(isSandboxKeySignature(Buffer.from('sk_staging.a.sandbox'), new Uint8Array(64))).toBe(false)
  expect(isSandboxKeySignature(Buffer.from('sk_staging.a.sandbox'), new Uint8Array(3))).toBe(false)
})
