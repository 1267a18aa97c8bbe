// What is said of signers that are good, bad or no signers at all: small programs that stand for them.
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Outcome } from '../context.ts'
import { createTerminal } from '../terminal.ts'
import { checkConformance } from './conformance.ts'

const directory = mkdtempSync(join(tmpdir(), 'coffer-conformance-'))

/**
 * The beginning of each signer: `sign` calls KMS and returns the members of the answer, `signature` what a good signer makes of
 * it, and the public key.
 */
const kms = `
import { createRequire } from 'node:module'
const require = createRequire(${JSON.stringify(import.meta.url)})
const { KMSClient, SignCommand } = require('@aws-sdk/client-kms')
const { KMS_KEY_ID: KeyId, COFFER_CONFORMANCE_DIGEST: digest, COFFER_CONFORMANCE_ADDRESS: address } = process.env
const sign = () => new KMSClient({}).send(new SignCommand({
  KeyId, Message: Buffer.from(digest.slice(2), 'hex'), MessageType: 'DIGEST', SigningAlgorithm: 'ECDSA_SHA_256',
}))
const signature = async () => {
  const { Signature, SigningKey, recoverAddress, toBeHex } = require('ethers')
  const der = Buffer.from((await sign()).Signature)
  const [r, s] = [der.subarray(4, 4 + der[3]), der.subarray(6 + der[3])].map(bytes => BigInt('0x' + bytes.toString('hex')))
  const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n
  const low = toBeHex(s > order / 2n ? order - s : s, 32)
  const both = [27, 28].map(v => Signature.from({ r: toBeHex(r, 32), s: low, v }))
  const { serialized } = both.find(each => recoverAddress(digest, each) === address)
  return { serialized, publicKey: SigningKey.recoverPublicKey(digest, serialized), SigningKey }
}
`

const check = (name: string, script: string, more: object = {}): Promise<Outcome> => {
  const file = join(directory, `${name}.mjs`)
  writeFileSync(file, kms + script)
  return checkConformance(
    { terminal: createTerminal(process, { json: true, color: false }) },
    {
      command: [process.execPath, file],
      timeout: 30,
      environment: { ...process.env, AWS_PROFILE: 'nobody', AWS_SESSION_TOKEN: 'x' },
      only: ['high-s'],
      ...more,
    },
  )
}

type Entry = {
  readonly name: string
  readonly verdict: string
  readonly outcomes: unknown
  readonly calls: unknown
  readonly said: unknown
}
const entries = ({ data }: Outcome): readonly Entry[] => data['behaviours'] as readonly Entry[]

describe('checkConformance', () => {
  test('error: a wrong signature is the worst, and is shown first', async () => {
    const outcome = await check('wrong', "await sign(); console.log('0x' + '11'.repeat(64) + '1b')", {
      only: ['low-s', 'disabled'],
    })
    expect(outcome.exitCode).toBe(8)
    expect(outcome.data).toMatchObject({ passed: 1, failed: 1 })
    expect(entries(outcome)).toMatchObject([
      { name: 'low-s', verdict: 'bad signature', outcomes: ['bad'], calls: { Sign: 1 } },
      { name: 'disabled', verdict: 'passed', outcomes: ['refused'] },
    ])
    expect(outcome.text.split('\n')[0]).toMatch(/^✗ low-s +BAD SIGNATURE +0\+1 /)
    expect(outcome.text).toContain('1 passed · 1 bad signature')
  })

  test('error: garbage that is called a success', async () => {
    const outcome = await check('garbage', "await sign(); console.log('garbage')")
    expect([outcome.exitCode, entries(outcome)[0]?.verdict]).toEqual([7, 'no signature'])
  })

  test('behavior: what a good signer prints besides does not matter', async () => {
    const script = `
      const { serialized, publicKey, SigningKey } = await signature()
      const besides = [address, digest, publicKey, SigningKey.computePublicKey(publicKey, true), 'a word']
      console.log([...besides, serialized, ...besides].join('\\n'))`
    const outcome = await check('talkative', script)
    expect(entries(outcome)).toMatchObject([{ verdict: 'passed', outcomes: ['signed'] }])
  })

  test('error: an s without its zeroes, however short', async () => {
    const script = `
      const { serialized } = await signature()
      const [r, s, v] = [serialized.slice(0, 66), serialized.slice(66, 130), serialized.slice(130)]
      console.log(r + s.replace(/^(00)+/, '') + v)`
    const only = [1, 3, 8, 16, 31].map(bytes => `short-s-${bytes}`)
    const outcome = await check('unpadded', script, { only })
    expect(outcome.exitCode).toBe(8)
    expect(entries(outcome).map(({ name, verdict }) => [name, verdict])).toEqual(
      only.map(name => [name, 'bad signature']),
    )
  })

  test('behavior: one that signs, and leaves a process on its standard output', async () => {
    const script = `
      require('node:child_process').spawn('sleep', ['1000'], { stdio: 'inherit' }).unref()
      console.log((await signature()).serialized)`
    const outcome = await check('leaving', script)
    expect(entries(outcome)).toMatchObject([{ verdict: 'passed', outcomes: ['signed'] }])
  })

  test.each([
    [{}, '127.0.0.1,localhost', '127.0.0.1,localhost'],
    [{ NO_PROXY: 'a.example' }, 'a.example,127.0.0.1,localhost', 'a.example,127.0.0.1,localhost'],
    [{ no_proxy: 'a.example' }, 'a.example,127.0.0.1,localhost', 'a.example,127.0.0.1,localhost'],
    [{ NO_PROXY: '*', no_proxy: 'b.example' }, '*', 'b.example,127.0.0.1,localhost'],
  ])('behavior: no proxy is between it and KMS: %j', async (more, upper, lower) => {
    const script = `
      const { HTTP_PROXY, NO_PROXY, no_proxy } = process.env
      console.error('Error: ' + [HTTP_PROXY, NO_PROXY, no_proxy].join(' '))
      process.exit(1)`
    const { PATH } = process.env
    const environment = { PATH, HTTP_PROXY: 'http://proxy.example', ...more }
    const outcome = await check('proxied', script, { environment })
    expect(entries(outcome)[0]?.said).toBe(`Error: http://proxy.example ${upper} ${lower}`)
  })

  test('error: one that hangs', async () => {
    const outcome = await check('hanging', 'await sign(); setInterval(() => 0, 1e6)', { timeout: 4 })
    expect([outcome.exitCode, entries(outcome)[0]?.verdict]).toEqual([7, 'hung'])
  })

  test('error: one that refuses what it should survive, with what it said', async () => {
    const outcome = await check('exiting', "await sign(); console.error('Error: no'); process.exit(1)")
    expect(outcome.exitCode).toBe(7)
    expect(entries(outcome)[0]).toMatchObject({ verdict: 'refused', said: 'Error: no' })
    expect(outcome.text).toContain('    Error: no')
  })

  test('error: one that never asks KMS has met nothing', async () => {
    const outcome = await check('idle', 'process.exit(1)', { only: ['disabled'] })
    expect([outcome.exitCode, entries(outcome)[0]?.verdict]).toEqual([7, 'unreached'])
  })

  test('behavior: exit code 0 where all was passed', async () => {
    const outcome = await check('refusing', 'await sign(); process.exit(1)', {
      only: ['disabled', 'swapped', 'throttled-always'],
    })
    expect([outcome.exitCode, outcome.data['passed']]).toEqual([0, 3])
    expect(entries(outcome).map(({ calls }) => calls)).toEqual([{ Sign: 1 }, { Sign: 3 }, { Sign: 2 }])
  })

  test('error: a behaviour that there is not', async () => {
    await expect(check('unused', '', { only: ['low-s', 'lows'] })).rejects.toThrowError(
      expect.objectContaining({ code: 'BEHAVIOUR_UNKNOWN' }),
    )
  })

  test('error: a command that there is not', async () => {
    await expect(check('unused', '', { command: ['/nowhere/sign'] })).rejects.toThrowError(
      expect.objectContaining({ code: 'COMMAND_NOT_STARTED' }),
    )
  })
})
