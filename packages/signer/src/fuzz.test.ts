// Mutated DER against OpenSSL: a signature or a public key is read exactly where OpenSSL reads the same, and is refused
// with one of the documented codes everywhere else. COFFER_FUZZ_RUNS multiplies the number of runs: docs/testing.md.
import { createPublicKey, generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { hexToBytes } from '@noble/hashes/utils.js'
import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { parsePublicKey } from './publicKey.ts'
import { PublicKeyError } from './publicKeyError.ts'
import { parseSignature, SignatureError } from './signature.ts'

const runs = Number(process.env['COFFER_FUZZ_RUNS'] ?? 1)
vi.setConfig({ testTimeout: 60_000 * Math.max(1, runs) })

/** One change of some bytes: what stands at a place is replaced by something else, of any length. */
type Edit = { readonly at: number; readonly remove: number; readonly insert: Uint8Array }

/** Tags, long and indefinite lengths, leading zeros, sign bits. */
const telling = ['00', '30', '02', '0200', '020100', '80', '8100', '8146', '820046', 'ff', '0000', '0500']

const edits: fc.Arbitrary<readonly Edit[]> = fc.array(
  fc.record({
    at: fc.nat({ max: 150 }),
    remove: fc.oneof(fc.constantFrom(0, 1, 1), fc.nat({ max: 40 })),
    insert: fc.oneof(fc.uint8Array({ maxLength: 3 }), fc.constantFrom(...telling.map(hexToBytes))),
  }),
  { maxLength: 3 },
)

const mutate = (bytes: Uint8Array, changes: readonly Edit[]): Uint8Array =>
  changes.reduce((old, { at, remove, insert }) => {
    const from = at % (old.length + 1)
    return Uint8Array.from([...old.subarray(0, from), ...insert, ...old.subarray(from + remove)])
  }, bytes)

const pairs = Array.from({ length: 3 }, () => generateKeyPairSync('ec', { namedCurve: 'secp256k1' }))
const spkiOf = (key: KeyObject): Buffer => key.export({ type: 'spki', format: 'der' })

describe('signatures', () => {
  const n = secp256k1.Point.Fn.ORDER
  const message = Buffer.from('a message')

  /** A DER INTEGER, of any sign. */
  const integer = (value: bigint): Uint8Array => {
    let length = 1
    while (BigInt.asIntN(8 * length, value) !== value) length++
    const digits = BigInt.asUintN(8 * length, value).toString(16)
    return Uint8Array.from([0x02, length, ...hexToBytes(digits.padStart(2 * length, '0'))])
  }
  const derOf = (r: bigint, s: bigint): Uint8Array => {
    const body = [...integer(r), ...integer(s)]
    return Uint8Array.from([0x30, body.length, ...body])
  }
  const accepts = async (key: KeyObject, der: Uint8Array): Promise<boolean> => {
    try {
      await parseSignature({ der, digest: sha256(message), publicKey: parsePublicKey(spkiOf(key)) })
      return true
    } catch (error) {
      expect(error).toBeInstanceOf(SignatureError)
      expect(error).toHaveProperty('code', expect.stringMatching(/^SIGNATURE_(?:MALFORMED|MISMATCH)$/))
      return false
    }
  }

  test('mutated bytes are accepted if and only if OpenSSL verifies them', async () => {
    const verdicts = new Set<boolean>()
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...pairs), edits, async ({ publicKey, privateKey }, changes) => {
        const der = mutate(sign('sha256', message, privateKey), changes)
        const verdict = verify('sha256', message, publicKey, der)
        verdicts.add(verdict)
        expect(await accepts(publicKey, der)).toBe(verdict)
      }),
      { numRuns: 500 * runs },
    )
    expect(verdicts.size).toBe(2)
  })

  test('mutated numbers are accepted if and only if OpenSSL verifies them', async () => {
    const change: fc.Arbitrary<(value: bigint) => bigint> = fc.constantFrom(
      (value: bigint) => value,
      (value: bigint) => value,
      (value: bigint) => n - value,
      (value: bigint) => n + value,
      (value: bigint) => -value,
      (value: bigint) => value - n,
      (value: bigint) => value + 2n ** 256n,
      (value: bigint) => value << 8n,
      () => 0n,
      () => 1n,
      () => n,
      () => 2n ** 512n,
    )
    const verdicts = new Set<boolean>()
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...pairs),
        change,
        change,
        async ({ publicKey, privateKey }, ofR, ofS) => {
          const { r, s } = secp256k1.Signature.fromBytes(
            Uint8Array.from(sign('sha256', message, privateKey)),
            'der',
          )
          const der = derOf(ofR(r), ofS(s))
          const verdict = verify('sha256', message, publicKey, der)
          verdicts.add(verdict)
          expect(await accepts(publicKey, der)).toBe(verdict)
        },
      ),
      { numRuns: 150 * runs },
    )
    expect(verdicts.size).toBe(2)
  })
})

describe('public keys', () => {
  /** What may be mistaken for a public key of secp256k1, and what is one. */
  const originals: readonly Uint8Array[] = [
    ...pairs.map(({ publicKey }) => spkiOf(publicKey)),
    ...pairs.map(({ publicKey }) => spkiOf(publicKey)),
    ...pairs.map(({ publicKey }) => compressed(publicKey)),
    ...pairs.map(({ privateKey }) => privateKey.export({ type: 'pkcs8', format: 'der' })),
    ...pairs.map(({ privateKey }) => privateKey.export({ type: 'sec1', format: 'der' })),
    spkiOf(generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).publicKey),
    spkiOf(generateKeyPairSync('ec', { namedCurve: 'secp256k1', paramEncoding: 'explicit' }).publicKey),
    spkiOf(generateKeyPairSync('rsa', { modulusLength: 512 }).publicKey),
    spkiOf(generateKeyPairSync('ed25519').publicKey),
    spkiOf(generateKeyPairSync('x25519').publicKey),
  ]

  test('mutated bytes are accepted if and only if OpenSSL reads them, and would write them the same', () => {
    const verdicts = new Set<boolean>()
    fc.assert(
      fc.property(fc.constantFrom(...originals), edits, (original, changes) => {
        const der = mutate(original, changes)
        const point = canonicalPoint(der)
        verdicts.add(point !== undefined)
        expect(parse(der)).toEqual(point)
      }),
      { numRuns: 500 * runs },
    )
    expect(verdicts.size).toBe(2)
  })

  test('a mutated PEM text is read as the key that it was, or not at all', () => {
    const text = fc.record({
      at: fc.nat({ max: 250 }),
      remove: fc.nat({ max: 30 }),
      insert: fc.oneof(
        fc.constantFrom('\r\n', '\n', ' ', '=', '-----', 'PRIVATE KEY', '\0', '\u2028', 'é'),
        fc.string({ maxLength: 4, unit: 'binary' }),
      ),
    })
    fc.assert(
      fc.property(fc.constantFrom(...pairs), fc.array(text, { maxLength: 2 }), ({ publicKey }, changes) => {
        const pem = changes.reduce(
          (old, { at, remove, insert }) => old.slice(0, at) + insert + old.slice(at + remove),
          String(publicKey.export({ type: 'spki', format: 'pem' })),
        )
        for (const input of [pem, new TextEncoder().encode(pem)]) {
          const point = parse(input)
          if (point !== undefined) expect(canonicalPoint(derIn(pem))).toEqual(point)
        }
      }),
      { numRuns: 150 * runs },
    )
  })

  /** The point, or undefined where the input was refused as documented. */
  const parse = (input: string | Uint8Array): Uint8Array | undefined => {
    try {
      return parsePublicKey(input)
    } catch (error) {
      expect(error).toBeInstanceOf(PublicKeyError)
      expect(error).toHaveProperty('code', expect.stringMatching(/^PUBLIC_KEY_[A-Z0-9_]+$/))
      return undefined
    }
  }
})

/** The uncompressed point of DER that OpenSSL takes for a secp256k1 key and would write in these very bytes. */
const canonicalPoint = (der: Uint8Array): Uint8Array | undefined => {
  const input = Buffer.from(der)
  try {
    const key = createPublicKey({ key: input, format: 'der', type: 'spki' })
    if (key.asymmetricKeyDetails?.namedCurve !== 'secp256k1') return undefined
    const { x = '', y = '' } = key.export({ format: 'jwk' })
    const isCanonical = der.length === 88 && spkiOf(key).equals(input)
    return isCanonical ? Uint8Array.from([4, ...decode(x), ...decode(y)]) : undefined
  } catch {
    return undefined
  }
}

const decode = (base64url: string): Buffer => Buffer.from(base64url, 'base64url')

const derIn = (pem: string): Uint8Array => Buffer.from(pem.replace(/-----[^-]*-----/g, ''), 'base64')

const compressed = (key: KeyObject): Uint8Array => {
  const point = spkiOf(key).subarray(-65)
  const tag = 2 + ((point[64] ?? 0) & 1)
  const algorithm = hexToBytes('301006072a8648ce3d020106052b8104000a')
  return Uint8Array.from([0x30, 0x36, ...algorithm, 0x03, 0x22, 0x00, tag, ...point.subarray(1, 33)])
}
