// Each trouble as a client sees it on the wire.
import { secp256k1 } from '@noble/curves/secp256k1.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type RawAnswer, requestKms } from '../../../../test/kmsRequest.ts'
import type { Listener } from '../../../server.ts'
import { type Cloud, createCloud } from '../../cloud.ts'
import { startAws } from '../../endpoint.ts'
import { createKeyMaterial } from '../createKey.ts'
import type { Key } from '../store.ts'
import { behaviours } from './behaviours.ts'
import { digestForShortS, leadingZeroBytes } from './nonces.ts'
import type { TroubleOrder } from './queue.ts'
import { troubles } from './troubles.ts'

const order = secp256k1.Point.CURVE().n
const alias = 'alias/trouble'
const digest = new Uint8Array(32).fill(7)

let cloud: Cloud
let server: Listener
let key: Key

beforeEach(async () => {
  cloud = createCloud()
  key = createKeyMaterial(cloud.kms, 'ECC_SECG_P256K1')
  cloud.kms.keys.set(key.id, key)
  cloud.kms.aliases.set(alias, { name: alias, keyId: key.id, createdAt: 0, updatedAt: 0 })
  server = await startAws({ cloud })
})

afterEach(() => server.stop())

const sign = (message = digest, keyId = key.arn, patience = 5_000): Promise<RawAnswer> =>
  requestKms(
    cloud,
    'Sign',
    {
      KeyId: keyId,
      Message: Buffer.from(message).toString('base64'),
      MessageType: 'DIGEST',
      SigningAlgorithm: 'ECDSA_SHA_256',
    },
    patience,
  )

const signIn = (trouble: TroubleOrder, message = digest): Promise<RawAnswer> => {
  cloud.kmsTrouble.set([trouble])
  return sign(message)
}

const outputOf = ({ body }: RawAnswer): { KeyId: string; Signature: string; __type: string } =>
  JSON.parse(body)

const derOf = async (trouble: TroubleOrder, message = digest): Promise<Buffer> =>
  Buffer.from(outputOf(await signIn(trouble, message)).Signature, 'base64')

/** r and s of strict DER, by a reader of its own. */
const scalarsOf = (der: Buffer): { r: bigint; s: bigint } => {
  const [, hexR = '', hexS = ''] = splitDer(der)
  return { r: BigInt(`0x${hexR}`), s: BigInt(`0x${hexS}`) }
}

const splitDer = (der: Buffer): readonly string[] => {
  expect([der[0], der[1], der[2]]).toEqual([0x30, der.length - 2, 0x02])
  const lengthR = der[3] ?? 0
  expect([der[4 + lengthR], der[5 + lengthR]]).toEqual([0x02, der.length - 6 - lengthR])
  return ['', der.subarray(4, 4 + lengthR).toString('hex'), der.subarray(6 + lengthR).toString('hex')]
}

const isValid = (r: bigint, s: bigint, message = digest): boolean =>
  secp256k1.verify(new secp256k1.Signature(r, s).toBytes('compact'), message, key.publicKey, {
    prehash: false,
    lowS: false,
  })

describe('s and r', () => {
  test.each([
    ['high-s', (s: bigint) => s > order / 2n],
    ['low-s', (s: bigint) => s <= order / 2n],
  ] as const)('behavior: %s, always', async (trouble, isIt) => {
    for (let index = 0; index < 6; index++) {
      const { r, s } = scalarsOf(await derOf({ trouble }))
      expect(isIt(s)).toBe(true)
      expect(isValid(r, s)).toBe(true)
    }
  })

  test.each([1, 2, 11])('behavior: r with %i leading zero bytes', async bytes => {
    const { r, s } = scalarsOf(await derOf({ trouble: 'short-r', bytes }))
    expect(leadingZeroBytes(r)).toBe(bytes)
    expect(isValid(r, s)).toBe(true)
  })

  test.each([1, 5, 31])('behavior: s with %i leading zero bytes, of a digest made for it', async bytes => {
    const message = new Uint8Array(digestForShortS(key.secretKey, bytes, cloud.random))
    const { r, s } = scalarsOf(await derOf({ trouble: 'short-s', bytes }, message))
    expect(leadingZeroBytes(s)).toBe(bytes)
    expect(isValid(r, s, message)).toBe(true)
  })

  test('error: a signature that cannot be had is said not to be', async () => {
    const answer = await signIn({ trouble: 'short-s', bytes: 9 })
    expect([answer.status, outputOf(answer).__type]).toEqual([400, 'ValidationException'])
  })

  test.each([
    ['zero-r', 0, 0n],
    ['zero-s', 1, 0n],
    ['order-r', 0, order],
    ['order-s', 1, order],
  ] as const)('behavior: %s', async (trouble, index, expected) => {
    const { r, s } = scalarsOf(await derOf({ trouble }))
    expect([r, s][index]).toBe(expected)
  })

  test('behavior: overflowing-s is right modulo the order', async () => {
    const { r, s } = scalarsOf(await derOf({ trouble: 'overflowing-s' }))
    expect(s > order).toBe(true)
    expect(isValid(r, s - order)).toBe(true)
  })
})

describe('who has signed what', () => {
  test('behavior: another-keys-signature, under the name of the right one', async () => {
    const answer = await signIn({ trouble: 'another-keys-signature' })
    const { r, s } = scalarsOf(Buffer.from(outputOf(answer).Signature, 'base64'))
    expect(outputOf(answer).KeyId).toBe(key.arn)
    expect(isValid(r, s)).toBe(false)
  })

  test('behavior: another-key, under its own name', async () => {
    const answer = await signIn({ trouble: 'another-key' })
    const { r, s } = scalarsOf(Buffer.from(outputOf(answer).Signature, 'base64'))
    expect(outputOf(answer).KeyId).toMatch(/^arn:aws:kms:/)
    expect(outputOf(answer).KeyId).not.toBe(key.arn)
    expect(isValid(r, s)).toBe(false)
  })

  test('behavior: another-key-id, by the right key', async () => {
    const answer = await signIn({ trouble: 'another-key-id' })
    const { r, s } = scalarsOf(Buffer.from(outputOf(answer).Signature, 'base64'))
    expect(outputOf(answer).KeyId).toMatch(/^arn:aws:kms:/)
    expect(outputOf(answer).KeyId).not.toBe(key.arn)
    expect(isValid(r, s)).toBe(true)
  })

  test('behavior: another-digest', async () => {
    const { r, s } = scalarsOf(await derOf({ trouble: 'another-digest' }))
    expect(isValid(r, s)).toBe(false)
    expect(isValid(r, s, sha256(digest))).toBe(true)
  })

  test('behavior: another-public-key, of the same form', async () => {
    const publicKey = async (): Promise<Buffer> => {
      const { body } = await requestKms(cloud, 'GetPublicKey', { KeyId: key.arn })
      return Buffer.from(JSON.parse(body).PublicKey, 'base64')
    }
    const right = await publicKey()
    cloud.kmsTrouble.set([{ trouble: 'another-public-key', operation: 'GetPublicKey' }])
    const wrong = await publicKey()
    expect(wrong.subarray(0, 24)).toEqual(right.subarray(0, 24))
    expect(wrong.subarray(24)).not.toEqual(right.subarray(24))
    expect(secp256k1.utils.isValidPublicKey(new Uint8Array(wrong.subarray(23)))).toBe(true)
  })

  test('behavior: alias-repointed befalls whoever names the key by its alias, and lasts', async () => {
    cloud.kmsTrouble.set([{ trouble: 'alias-repointed' }])
    expect(outputOf(await sign(digest, key.arn)).KeyId).toBe(key.arn)
    const { KeyId } = outputOf(await sign(digest, alias))
    expect(KeyId).not.toBe(key.arn)
    expect(outputOf(await sign(digest, alias)).KeyId).toBe(KeyId)
  })

  test.each([
    ['disabled', 'DisabledException'],
    ['pending-deletion', 'KMSInvalidStateException'],
  ] as const)('behavior: a key that is %s stays so', async (trouble, type) => {
    expect(outputOf(await signIn({ trouble })).__type).toBe(type)
    expect(cloud.kmsTrouble.pending()).toEqual([])
    expect(outputOf(await sign()).__type).toBe(type)
  })
})

describe('encoding', () => {
  /** Every encoding that is not DER, bent back. */
  const straight: Readonly<Record<string, (bytes: Buffer) => Buffer>> = {
    'long-form-length': bytes => Buffer.concat([bytes.subarray(0, 1), bytes.subarray(2)]),
    'padded-integer': bytes => {
      expect(bytes.subarray(4, 5)).toEqual(Buffer.of(0))
      const length = (bytes[3] ?? 0) - 1
      return Buffer.concat([Buffer.of(0x30, bytes.length - 3, 2, length), bytes.subarray(5)])
    },
    'negative-integer': bytes => {
      const at = 4 + (bytes[3] ?? 0)
      expect(bytes[at + 2]).toBeGreaterThanOrEqual(0x80)
      return Buffer.concat([
        Buffer.of(0x30, bytes.length - 1),
        bytes.subarray(2, at),
        Buffer.of(2, (bytes[at + 1] ?? 0) + 1, 0),
        bytes.subarray(at + 2),
      ])
    },
    'trailing-bytes': bytes => {
      expect(bytes.subarray(-2)).toEqual(Buffer.of(0, 0))
      return bytes.subarray(0, -2)
    },
    'trailing-integer': bytes => {
      expect(bytes.subarray(-3)).toEqual(Buffer.of(2, 1, 1))
      return Buffer.concat([Buffer.of(0x30, bytes.length - 5), bytes.subarray(2, -3)])
    },
  }

  test.each(Object.entries(straight))('behavior: %s around a signature that holds', async (trouble, bend) => {
    const bytes = await derOf({ trouble: trouble as TroubleOrder['trouble'] })
    expect(() => secp256k1.Signature.fromBytes(bytes, 'der')).toThrowError()
    const { r, s } = scalarsOf(bend(bytes))
    expect(isValid(r, s)).toBe(true)
  })

  test('behavior: raw-signature', async () => {
    const bytes = await derOf({ trouble: 'raw-signature' })
    expect(bytes).toHaveLength(64)
    const { r, s } = secp256k1.Signature.fromBytes(new Uint8Array(bytes), 'compact')
    expect(isValid(r, s)).toBe(true)
  })

  test('behavior: no-signature, and all the rest', async () => {
    const output = outputOf(await signIn({ trouble: 'no-signature' }))
    expect(output).toEqual({ KeyId: key.arn, SigningAlgorithm: 'ECDSA_SHA_256' })
  })
})

describe('refusals', () => {
  test.each([
    ['throttled', 400, 'ThrottlingException'],
    ['internal-error', 500, 'KMSInternalException'],
    ['expired-credentials', 400, 'ExpiredTokenException'],
    ['clock-skew', 400, 'InvalidSignatureException'],
  ] as const)('behavior: %s, for one call', async (trouble, status, type) => {
    const answer = await signIn({ trouble })
    expect([answer.status, outputOf(answer).__type]).toEqual([status, type])
    expect((await sign()).status).toBe(200)
  })

  test('behavior: the Date header tells by how much the clock is off', async () => {
    const { headers } = await signIn({ trouble: 'clock-skew' })
    const ahead = Date.parse(String(headers['date'])) - Date.now()
    expect(Math.round(ahead / 60_000)).toBe(10)
  })

  test('behavior: error-page is HTML', async () => {
    const { status, headers, body } = await signIn({ trouble: 'error-page' })
    expect([status, headers['content-type'], body.slice(0, 6)]).toEqual([503, 'text/html', '<html>'])
  })
})

describe('delivery', () => {
  test('behavior: reset, without a byte of an answer', async () => {
    expect(await signIn({ trouble: 'reset' })).toMatchObject({ status: 0, body: '', fault: 'ECONNRESET' })
  })

  test('behavior: cut, after half of what was announced', async () => {
    const { headers, body, fault } = await signIn({ trouble: 'cut' })
    expect(body.length).toBe(Math.floor(Number(headers['content-length']) / 2))
    expect(fault).toBe('ECONNRESET')
  })

  test('behavior: stalled, after half of what was announced', async () => {
    cloud.kmsTrouble.set([{ trouble: 'stalled' }])
    const { headers, body, fault } = await sign(digest, key.arn, 300)
    expect(body.length).toBe(Math.floor(Number(headers['content-length']) / 2))
    expect(fault).toBe('SILENCE')
  })

  test('behavior: silence', async () => {
    cloud.kmsTrouble.set([{ trouble: 'silence' }])
    expect(await sign(digest, key.arn, 300)).toEqual({ status: 0, headers: {}, body: '', fault: 'SILENCE' })
  })

  test('behavior: slow, and right', async () => {
    cloud.kmsTrouble.set([{ trouble: 'slow', milliseconds: 600, count: 2 }])
    expect(await sign(digest, key.arn, 200)).toMatchObject({ status: 0, fault: 'SILENCE' })
    expect((await sign()).status).toBe(200)
  })

  test('behavior: truncated, with a length that fits', async () => {
    const { status, headers, body, fault } = await signIn({ trouble: 'truncated' })
    expect([status, fault, Number(headers['content-length'])]).toEqual([200, undefined, body.length])
    expect(body).toMatch(/^\{"KeyId"/)
    expect(() => JSON.parse(body)).toThrowError()
  })

  test('behavior: empty-body', async () => {
    expect(await signIn({ trouble: 'empty-body' })).toMatchObject({ status: 200, body: '' })
  })

  test('behavior: wrong-content-type, of the right answer', async () => {
    const answer = await signIn({ trouble: 'wrong-content-type' })
    expect(answer.headers['content-type']).toBe('text/html')
    expect(outputOf(answer).KeyId).toBe(key.arn)
  })
})

describe('two at once', () => {
  const both = async (trouble: 'reordered' | 'swapped'): Promise<readonly (readonly [number, boolean])[]> => {
    cloud.kmsTrouble.set([{ trouble, count: 2 }])
    const order: (readonly [number, boolean])[] = []
    const one = async (fill: number): Promise<void> => {
      const message = new Uint8Array(32).fill(fill)
      const { r, s } = scalarsOf(Buffer.from(outputOf(await sign(message)).Signature, 'base64'))
      order.push([fill, isValid(r, s, message)])
    }
    const first = one(1)
    // The second leaves when the first has arrived.
    await expect.poll(() => cloud.kmsTrouble.hits()).toBe(1)
    await Promise.all([first, one(2)])
    return order
  }

  test('behavior: reordered, the first is answered last', async () => {
    expect(await both('reordered')).toEqual([
      [2, true],
      [1, true],
    ])
  })

  test("behavior: swapped, each gets the other's answer", async () => {
    expect((await both('swapped')).map(([, isRight]) => isRight)).toEqual([false, false])
  })

  test('behavior: one that stays alone is answered in the end', async () => {
    const { r, s } = scalarsOf(await derOf({ trouble: 'swapped' }))
    expect(isValid(r, s)).toBe(true)
  })
})

describe('other keys and operations', () => {
  test('behavior: keys of another curve sign as ever', async () => {
    const other = createKeyMaterial(cloud.kms, 'ECC_NIST_P256')
    cloud.kms.keys.set(other.id, other)
    cloud.kmsTrouble.set([{ trouble: 'zero-r' }])
    expect(outputOf(await sign(digest, other.arn)).Signature.length).toBeGreaterThan(88)
  })

  test('behavior: what KMS refuses is refused in its own words', async () => {
    const answer = await signIn({ trouble: 'zero-r' }, new Uint8Array(31))
    expect(outputOf(answer).__type).toBe('ValidationException')
  })

  test('behavior: only the operation named is befallen, and as often as was said', async () => {
    cloud.kmsTrouble.set([{ trouble: 'throttled', operation: 'GetPublicKey', count: 2 }])
    const statusOf = async (): Promise<number> =>
      (await requestKms(cloud, 'GetPublicKey', { KeyId: key.arn })).status
    expect((await sign()).status).toBe(200)
    expect([await statusOf(), await statusOf(), await statusOf()]).toEqual([400, 400, 200])
    expect(cloud.kmsTrouble.calls()).toEqual({ Sign: 1, GetPublicKey: 3 })
    expect(cloud.kmsTrouble.hits()).toBe(2)
  })
})

test('the conformance run has every trouble, under names of their own', () => {
  const used = new Set(behaviours.flatMap(({ orders }) => orders.map(({ trouble }) => trouble)))
  expect([...used].toSorted()).toEqual(Object.keys(troubles).toSorted())
  expect(new Set(behaviours.map(({ name }) => name)).size).toBe(behaviours.length)
})
