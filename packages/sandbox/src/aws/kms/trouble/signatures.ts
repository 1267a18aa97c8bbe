// Signatures that are not what was asked for, or that only a careful reader takes. secp256k1; other keys sign as ever.
import { secp256k1 } from '@noble/curves/secp256k1.js'
import { sha256 } from '@noble/hashes/sha2.js'
import type { Random } from '../../random.ts'
import { createKeyMaterial } from '../createKey.ts'
import { keySpec } from '../keySpec.ts'
import { integer, integerContents, longFormSequence, sequence, signatureValue } from './der.ts'
import { changeOutput, inputOf, type Measure, type Trouble } from './exchange.ts'
import { type Signing, signWithShortR, signWithShortS } from './nonces.ts'

const order = secp256k1.Point.Fn.ORDER

/** A signature that was made, and what it was made of. */
type Made = Signing & { readonly r: bigint; readonly s: bigint; readonly random: Random }

const lower = (s: bigint): bigint => (s > order / 2n ? order - s : s)

const signature =
  (make: (made: Made, measure: Measure) => Uint8Array | undefined): Trouble =>
  (exchange, measure) =>
    changeOutput(exchange, (output, { spec, secretKey }) => {
      if (spec !== keySpec) return output
      const { r, s } = secp256k1.Signature.fromBytes(fromBase64(output['Signature']), 'der')
      const digest = digestOf(inputOf(exchange.request))
      const bytes = make({ r, s, secretKey, digest, random: exchange.cloud.random }, measure)
      return bytes && { ...output, Signature: Buffer.from(bytes).toString('base64') }
    })

export const highS: Trouble = signature(({ r, s }) => signatureValue(r, order - lower(s)))
export const lowS: Trouble = signature(({ r, s }) => signatureValue(r, lower(s)))

export const shortR: Trouble = signature((made, { bytes }) => {
  const found = signWithShortR(made, bytes)
  return found && signatureValue(found.r, found.s)
})
export const shortS: Trouble = signature((made, { bytes }) => {
  const found = signWithShortS(made, bytes)
  return found && signatureValue(found.r, found.s)
})

export const zeroR: Trouble = signature(({ s }) => signatureValue(0n, s))
export const zeroS: Trouble = signature(({ r }) => signatureValue(r, 0n))
export const orderR: Trouble = signature(({ s }) => signatureValue(order, s))
export const orderS: Trouble = signature(({ r }) => signatureValue(r, order))
/** The same modulo the order, in 33 bytes. */
export const overflowingS: Trouble = signature(({ r, s }) => signatureValue(r, order + s))

export const anotherKeysSignature: Trouble = signature(({ digest, random }) =>
  secp256k1.sign(digest, secp256k1.utils.randomSecretKey(random(48)), ecdsa),
)
/** Another key has signed, and the answer says which. */
export const anotherKey: Trouble = exchange =>
  changeOutput(exchange, output => {
    const { arn, secretKey } = createKeyMaterial(exchange.cloud.kms, keySpec)
    const der = secp256k1.sign(digestOf(inputOf(exchange.request)), secretKey, ecdsa)
    return { ...output, KeyId: arn, Signature: Buffer.from(der).toString('base64') }
  })
export const anotherDigest: Trouble = signature(({ digest, secretKey }) =>
  secp256k1.sign(sha256(digest), secretKey, ecdsa),
)

export const longFormLength: Trouble = signature(({ r, s }) =>
  longFormSequence(integer(integerContents(r)), integer(integerContents(s))),
)
export const paddedInteger: Trouble = signature(({ r, s }) =>
  sequence(integer(Buffer.concat([Buffer.of(0), integerContents(r)])), integer(integerContents(s))),
)
/** s in its upper half, so that the missing byte makes it negative. */
export const negativeInteger: Trouble = signature(({ r, s }) =>
  sequence(integer(integerContents(r)), integer(integerContents(order - lower(s)).subarray(1))),
)
export const trailingBytes: Trouble = signature(({ r, s }) =>
  Buffer.concat([signatureValue(r, s), Buffer.of(0, 0)]),
)
export const trailingInteger: Trouble = signature(({ r, s }) =>
  sequence(integer(integerContents(r)), integer(integerContents(s)), integer(Buffer.of(1))),
)
/** As JOSE has it. */
export const rawSignature: Trouble = signature(({ r, s }) =>
  Buffer.concat([secp256k1.Point.Fn.toBytes(r), secp256k1.Point.Fn.toBytes(s)]),
)

export const noSignature: Trouble = exchange =>
  changeOutput(exchange, ({ Signature: _signature, ...others }) => others)

export const anotherPublicKey: Trouble = exchange =>
  changeOutput(exchange, (output, { spec }) => {
    const published = fromBase64(output['PublicKey'])
    const { publicKey } = createKeyMaterial(exchange.cloud.kms, spec)
    // The point is the last part of a SubjectPublicKeyInfo.
    const head = published.subarray(0, published.length - publicKey.length)
    return { ...output, PublicKey: Buffer.concat([head, publicKey]).toString('base64') }
  })

const ecdsa = { prehash: false, lowS: true, format: 'der' } as const

const digestOf = (input: Readonly<Record<string, unknown>>): Uint8Array => {
  const message = fromBase64(input['Message'])
  return input['MessageType'] === 'DIGEST' ? message : sha256(message)
}

const fromBase64 = (value: unknown): Uint8Array => new Uint8Array(Buffer.from(String(value), 'base64'))
