import { secp256k1 } from '@noble/curves/secp256k1.js'
import { computeAddress, getAddress, id } from 'ethers'
import fc from 'fast-check'
import { publicKeyToAddress as viemPublicKeyToAddress } from 'viem/utils'
import { describe, expect, test } from 'vitest'
import { checksumAddress, isAddress, publicKeyToAddress } from './address.ts'
import { encodeHex } from './hex.ts'

/** Any key pair: a secret scalar from 1 to n - 1. */
const secretKey = fc
  .bigInt({ min: 1n, max: secp256k1.Point.Fn.ORDER - 1n })
  .map(scalar => secp256k1.Point.Fn.toBytes(scalar))

const lowerCaseAddress = fc.uint8Array({ minLength: 20, maxLength: 20 }).map(bytes => encodeHex(bytes))

// https://eips.ethereum.org/EIPS/eip-55#test-cases
const EIP_55 = [
  '0x52908400098527886E0F7030069857D2E4169EE7',
  '0x8617E340B3D01FA5F11F306F4090FD50E238070D',
  '0xde709f2102306220921060314715629080e2fb77',
  '0x27b1fdb04752bbc536007a920d24acb045561c26',
  '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed',
  '0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359',
  '0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB',
  '0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb',
]

describe('publicKeyToAddress', () => {
  test('equals ethers and viem for any key', () => {
    fc.assert(
      fc.property(secretKey, key => {
        const point = secp256k1.getPublicKey(key, false)
        const address = publicKeyToAddress(point)
        expect(address).toBe(computeAddress(encodeHex(point)))
        expect(address).toBe(viemPublicKeyToAddress(encodeHex(point)))
      }),
    )
  })

  test('error: a compressed point', () => {
    const compressed = secp256k1.getPublicKey(secp256k1.utils.randomSecretKey(), true)
    expect(() => publicKeyToAddress(compressed)).toThrow(
      expect.objectContaining({ code: 'PUBLIC_KEY_COMPRESSED' }),
    )
  })
})

describe('checksumAddress', () => {
  test.each(EIP_55)('EIP-55 vector %s', address => {
    expect(checksumAddress(address.toLowerCase())).toBe(address)
    expect(checksumAddress(address)).toBe(address)
  })

  test('equals ethers for any address', () => {
    fc.assert(
      fc.property(lowerCaseAddress, address => {
        expect(checksumAddress(address)).toBe(getAddress(address))
      }),
    )
  })

  test('behavior: what is not an address has no checksum', () => {
    expect(checksumAddress('0x1234')).toBeUndefined()
  })
})

describe('isAddress', () => {
  test('any one letter in the other case makes a mixed-case address invalid', () => {
    const address = '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed'
    expect(isAddress(address)).toBe(true)
    for (const [i, digit] of [...address].entries()) {
      if (i < 2 || /[0-9]/.test(digit)) continue
      const other = digit === digit.toUpperCase() ? digit.toLowerCase() : digit.toUpperCase()
      expect(isAddress(address.slice(0, i) + other + address.slice(i + 1))).toBe(false)
    }
  })

  test.each([
    ['empty', ''],
    ['no prefix', '5aaeb6053f3e94c9b9a09f33669435e7ef1beaed'],
    ['upper-case prefix', '0X5aaeb6053f3e94c9b9a09f33669435e7ef1beaed'],
    ['upper-case digits without a valid checksum', '0x5AAEB6053F3E94C9B9A09F33669435E7EF1BEAED'],
    ['39 digits', '0x5aaeb6053f3e94c9b9a09f33669435e7ef1beae'],
    ['41 digits', '0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed0'],
    ['a digit that is not hex', '0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaeg'],
    ['a newline at the end', '0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed\n'],
    ['something in front', 'a0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed'],
  ])('behavior: %s is not an address', (_title, text) => {
    expect(isAddress(text)).toBe(false)
  })

  test.each([
    ['more digits', '5aaeb6053f3e94c9b9a09f33669435e7ef1beaed', '0123456789abcdef'.repeat(2)],
    ['a second prefix', '0x', 'de709f2102306220921060314715629080e2fb77'],
  ])(
    'behavior: %s is none, though the letters are in the case that the checksum asks for',
    (_title, head, tail) => {
      // ERC-55 without its 40 digits: a letter is in upper case where the hash has 8 or more.
      const checksummed = (text: string): string =>
        [...text].map((digit, i) => ((id(text)[i + 2] ?? '') >= '8' ? digit.toUpperCase() : digit)).join('')
      expect(`0x${checksummed('5aaeb6053f3e94c9b9a09f33669435e7ef1beaed')}`).toBe(EIP_55[4])
      const texts = Array.from({ length: 20 }, (_, i) => checksummed(`${head}${tail.slice(0, -1)}${i % 10}`))
      expect(texts.some(text => /[A-F]/.test(text))).toBe(true)
      for (const text of texts) expect(isAddress(`0x${text}`)).toBe(false)
    },
  )
})
