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
  ])('error: a signature %s is bad', async (_, stdout) => {
    expect(await judge(stdout)).toBe('bad')
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
