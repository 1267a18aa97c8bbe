import { SigningKey } from 'ethers'
import fc from 'fast-check'
import type { Hex } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { describe, expect, test } from 'vitest'
import { judgeOutcome, type Outcome } from './outcome.ts'

const secret: Hex = `0x${'11'.repeat(32)}`
const digest: Hex = `0x${'5a'.repeat(32)}`
const { address } = privateKeyToAccount(secret)
// By ethers, judged by viem.
const { serialized: signature, r, s, v, yParity } = new SigningKey(secret).sign(digest)
const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n

const judge = (stdout: string, more: object = {}): Promise<Outcome> =>
  judgeOutcome({ exitCode: 0, isTimedOut: false, stdout, ...more }, { digest, address })

describe('judgeOutcome', () => {
  test.each([
    ['alone', signature],
    ['in a line of its own', `signing...\n${signature}\ndone\n`],
    ['without 0x, in capitals, with spaces around', `  ${signature.slice(2).toUpperCase()} \r\n`],
    ['with a parity of 0 or 1', `${signature.slice(0, -2)}0${yParity}\n`],
    ['two times', `${signature}\n${signature}\n`],
    ['after one that does not hold', `${'00'.repeat(65)}\n${signature}\n`],
  ])('default: the signature, %s', async (_, stdout) => {
    expect(await judge(stdout)).toBe('signed')
  })

  const highS = `0x${(order - BigInt(s)).toString(16).padStart(64, '0')}`
  test.each([
    ['of another digest', new SigningKey(secret).sign(`0x${'5b'.repeat(32)}`).serialized],
    ['of another key', new SigningKey(digest).sign(digest).serialized],
    ['with the other parity', `${signature.slice(0, -2)}${v === 27 ? '1c' : '1b'}`],
    ['with the parity 2', `${signature.slice(0, -2)}02`],
    ['with s in the upper half', `${r}${highS.slice(2)}${v === 27 ? '1c' : '1b'}`],
    ['with r of zero', `0x${'00'.repeat(32)}${s.slice(2)}1b`],
    ['a byte short', `0x${signature.slice(4)}`],
    ['a byte long', `${signature}00`],
    ['after one that holds', `${signature}\n${'00'.repeat(65)}`],
    ['in DER, of an s of one byte', `30250220${r.slice(2)}020101`],
    ['with all of what follows r in place of s', `${signature.slice(0, -2)}0201051b`],
  ])('error: a signature %s is bad', async (_, stdout) => {
    expect(await judge(stdout)).toBe('bad')
  })

  // What is left of r and s when they are printed as numbers, in front of a v of 27.
  test.each([
    ['of 16 bytes', `${r.slice(2)}${'5a'.repeat(16)}1b`],
    ['of one byte', `${r.slice(2)}5a1b`],
    ['of one digit, with a v of 0', `${r.slice(2)}50`],
    ['of one byte, and r of 31', `${'5a'.repeat(31)}5a1b`],
    ['of one byte, and r that is a point with it', `02${'00'.repeat(31)}01`],
  ])('error: s %s without its zeroes is bad', async (_, printed) => {
    expect(await judge(printed)).toBe('bad')
    expect(await judge(`${signature}\n0x${printed}\n`)).toBe('bad')
  })

  const own = new SigningKey(secret)
  const other = new SigningKey(digest)
  const spki = '3056301006072a8648ce3d020106052b8104000a034200'
  test.each([
    ['the public key', own.publicKey],
    ['the public key, compressed', own.compressedPublicKey],
    ['the public key as KMS gives it', `0x${spki}${own.publicKey.slice(2)}`],
    ['x and y', own.publicKey.slice(4)],
    ['the public key of another', other.publicKey],
    ['the digest', digest],
    ['the address', address],
    ['a signature within a sentence', `signature: ${'00'.repeat(65)}`],
  ])('behavior: %s is not taken for a signature', async (_, printed) => {
    expect(await judge(`${printed}\n${signature}\n`)).toBe('signed')
    expect(await judge(`${signature}\n${printed.toUpperCase()}\n`)).toBe('signed')
    expect(await judge(`${'00'.repeat(65)}\n${printed}\n`)).toBe('bad')
    expect(await judge(printed)).toBe('nothing')
  })

  test('error: what is as long as a public key and no point is a bad signature', async () => {
    expect(await judge(`04${own.publicKey.slice(4, -2)}${own.publicKey.endsWith('00') ? '01' : '00'}`)).toBe(
      'bad',
    )
    expect(await judge(`03${'ff'.repeat(32)}`)).toBe('bad')
    expect(await judge(other.compressedPublicKey)).toBe('bad')
  })

  test('behavior: r that begins as a point does is a signature like any other', async () => {
    const digests = Array.from(
      { length: 4_096 },
      (_, index): Hex => `0x${index.toString(16).padStart(64, '0')}`,
    )
    const found = digests.find(each => own.sign(each).r.startsWith('0x04')) ?? digest
    const { serialized } = own.sign(found)
    expect(serialized).toMatch(/^0x04/)
    const ended = { exitCode: 0, isTimedOut: false, stdout: serialized }
    expect(await judgeOutcome(ended, { digest: found, address })).toBe('signed')
    expect(await judge(serialized)).toBe('bad')
  })

  test('a signature of which a digit is another is bad', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(129), fc.constantFrom(...'0123456789abcdef'), async (at, digit) => {
        fc.pre(signature.charAt(at + 2) !== digit)
        const changed = `${signature.slice(0, at + 2)}${digit}${signature.slice(at + 3)}`
        expect(await judge(changed)).toBe('bad')
      }),
      { numRuns: 50 },
    )
  })

  test.each([['garbage'], [''], [`address ${address}`], [`signature: ${signature}`]])(
    'error: %j is no signature',
    async stdout => {
      expect(await judge(stdout)).toBe('nothing')
    },
  )

  test('behavior: an exit code other than 0 is a refusal, whatever was printed', async () => {
    expect(await judge(signature, { exitCode: 1 })).toBe('refused')
    expect(await judge('', { exitCode: undefined })).toBe('refused')
  })

  test('behavior: one that was ended after its time hangs, whatever it had printed', async () => {
    expect(await judge(signature, { exitCode: undefined, isTimedOut: true })).toBe('hung')
  })
})
