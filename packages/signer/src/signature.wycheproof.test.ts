// Project Wycheproof, ecdsa_secp256k1_sha256_test.json: signature verification with the traps of twenty years.
import { existsSync, readFileSync } from 'node:fs'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { hexToBytes } from '@noble/hashes/utils.js'
import { SigningKey as EthersSigningKey } from 'ethers'
import { describe, expect, test } from 'vitest'
import { nobleMulAdd } from '../test/nobleMulAdd.ts'
import { parserOf } from '../test/parserOf.ts'
import { encodeHex } from './hex.ts'
import { loadMulAdd, type MulAdd } from './mulAdd.ts'
import { parsePublicKey } from './publicKey.ts'
import { serializeSignature } from './serializeSignature.ts'
import type { Signature } from './signature.ts'

type Case = {
  readonly tcId: number
  readonly comment: string
  readonly flags: readonly string[]
  readonly msg: string
  readonly sig: string
  readonly result: 'valid' | 'invalid'
  readonly publicKeyPem: string
  readonly publicKeyDer: string
}
type Suite = {
  readonly numberOfTests: number
  readonly testGroups: readonly (Pick<Case, 'publicKeyPem' | 'publicKeyDer'> & {
    readonly tests: readonly Case[]
  })[]
}

const file = new URL(
  '../../../../shared/vectors/wycheproof-ecdsa_secp256k1_sha256_test.json',
  import.meta.url,
)
const present = existsSync(file)
const suite: Suite = present ? JSON.parse(readFileSync(file, 'utf8')) : { numberOfTests: 0, testGroups: [] }
const cases = suite.testGroups.flatMap(({ tests, publicKeyPem, publicKeyDer }) =>
  tests.map(test => ({ ...test, publicKeyPem, publicKeyDer })),
)

// Valid ECDSA that is refused all the same. Both have x(R) = r + n: Ethereum's yParity says only whether y(R) is odd,
// so that ecrecover would lift r to another point. KMS makes such a signature with a probability of 2⁻¹²⁸.
// (Valid cases whose s is above n/2 are no exceptions: they are accepted, and s is normalised.)
const UNRECOVERABLE = new Map([
  [350, 'k*G has a large x-coordinate'],
  [471, 'r = 2, x = n + 2 is the smallest possible x with a reduction'],
])

// Flags of cases whose r and s may even be right, but whose encoding is not DER. A parser that takes BER fails here.
const ENCODING = ['BerEncodedSignature', 'InvalidEncoding', 'InvalidTypesInSignature', 'MissingZero']

type Parse = (testCase: Case) => Signature

const caseParser = (mulAdd: MulAdd): Parse => {
  const parseSignature = parserOf(mulAdd)
  return ({ publicKeyPem, msg, sig }) =>
    parseSignature({
      der: hexToBytes(sig),
      digest: sha256(hexToBytes(msg)),
      publicKey: parsePublicKey(publicKeyPem),
    })
}

const codeOf = (parse: Parse, testCase: Case): unknown => {
  try {
    parse(testCase)
    return 'accepted'
  } catch (error) {
    return error instanceof Error && 'code' in error ? error.code : error
  }
}

const parsers = [
  ['libsecp256k1', caseParser(await loadMulAdd())],
  ['noble', caseParser(nobleMulAdd)],
] as const

describe.skipIf(!present).each(parsers)('Wycheproof, by %s', (_name, parse) => {
  test('all cases are run', () => {
    expect(cases.length).toBe(suite.numberOfTests)
    expect(new Set(cases.map(({ tcId }) => tcId)).size).toBe(476)
  })

  const valid = cases.filter(({ tcId, result }) => result === 'valid' && !UNRECOVERABLE.has(tcId))
  test.each(valid)('#$tcId $comment: accepted, low-s, recovers to the key', testCase => {
    const publicKey = parsePublicKey(testCase.publicKeyPem)
    expect(parsePublicKey(hexToBytes(testCase.publicKeyDer))).toEqual(publicKey)
    const signature = parse(testCase)
    expect(BigInt(signature.s)).toBeLessThanOrEqual(secp256k1.Point.Fn.ORDER / 2n)
    const hash = encodeHex(sha256(hexToBytes(testCase.msg)))
    expect(EthersSigningKey.recoverPublicKey(hash, serializeSignature(signature))).toBe(encodeHex(publicKey))
  })

  test.each(cases.filter(({ tcId }) => UNRECOVERABLE.has(tcId)))('#$tcId $comment: refused', testCase => {
    expect(testCase.result).toBe('valid')
    expect(UNRECOVERABLE.get(testCase.tcId)).toBe(testCase.comment)
    expect(codeOf(parse, testCase)).toBe('SIGNATURE_UNRECOVERABLE')
  })

  const invalid = cases.filter(({ result }) => result === 'invalid')
  test.each(invalid)('#$tcId $comment: refused', testCase => {
    const encoding = testCase.flags.some(flag => ENCODING.includes(flag))
    const expected = encoding ? ['SIGNATURE_MALFORMED'] : ['SIGNATURE_MALFORMED', 'SIGNATURE_MISMATCH']
    expect(expected).toContain(codeOf(parse, testCase))
  })

  test('the file has what this test claims to cover', () => {
    expect([...UNRECOVERABLE.keys()].every(id => cases.some(({ tcId }) => tcId === id))).toBe(true)
    for (const flag of ENCODING) expect(invalid.some(({ flags }) => flags.includes(flag))).toBe(true)
    const highS = valid.filter(({ sig }) => secp256k1.Signature.fromHex(sig, 'der').hasHighS())
    expect(highS.length).toBeGreaterThan(50)
  })
})
