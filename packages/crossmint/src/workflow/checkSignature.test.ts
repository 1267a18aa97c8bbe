import { hashMessage as ethersHashMessage, getBytes, SigningKey } from 'ethers'
import fc from 'fast-check'
import type { Hex } from 'viem'
import { expect, test } from 'vitest'
import { key, signWithAnotherKey } from '../../test/payment.ts'
import { checkSignature } from './checkSignature.ts'

const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n
const message: Hex = `0x${'5a'.repeat(32)}`
const refused = { code: 'SIGNATURE_REFUSED', signerAddress: key.address }

test("any message: the signer's signature, made by ethers, is accepted; with any byte changed it is refused", async () => {
  const ethersKey = new SigningKey(`0x${'11'.repeat(32)}`)
  const bytes32 = fc
    .uint8Array({ minLength: 32, maxLength: 32 })
    .map(some => `0x${Buffer.from(some).toString('hex')}` as Hex)
  await fc.assert(
    fc.asyncProperty(
      bytes32,
      fc.nat({ max: 64 }),
      fc.integer({ min: 1, max: 255 }),
      async (any, at, flip) => {
        const signature = ethersKey.sign(ethersHashMessage(getBytes(any))).serialized as Hex
        await checkSignature(any, signature, key.address)
        const changed = Buffer.from(signature.slice(2), 'hex')
        changed.writeUInt8(changed.readUInt8(at) ^ flip, at)
        await expect(checkSignature(any, `0x${changed.toString('hex')}`, key.address)).rejects.toMatchObject(
          refused,
        )
      },
    ),
    { numRuns: 40 },
  )
})

test('error: a high s, though it recovers to the signer', async () => {
  const signature = await key.signMessage({ message: { raw: message } })
  const s = (order - BigInt(`0x${signature.slice(66, 130)}`)).toString(16).padStart(64, '0')
  const high = `${signature.slice(0, 66)}${s}${signature.endsWith('1b') ? '1c' : '1b'}` as Hex
  await expect(checkSignature(message, high, key.address)).rejects.toThrow('its s is high')
})

test("error: another key's signature", async () => {
  await expect(
    checkSignature(message, await signWithAnotherKey(message), key.address),
  ).rejects.toThrowErrorMatchingInlineSnapshot(
    `[SignatureRefusedError: the signature was not submitted: it recovers to 0x1563915e194D8CfBA1943570603F7606A3115508, where 0x19E7E376E7C213B7E7e7e46cc70A5dD086DAff2A must have signed (EIP-191). Check the signing endpoint, its key and the wallet's signer address]`,
  )
})

test('error: the raw hash signed, without EIP-191', async () => {
  await expect(checkSignature(message, await key.sign({ hash: message }), key.address)).rejects.toMatchObject(
    refused,
  )
})

test.each<[string, Hex]>([
  ['64 bytes', `0x${'01'.repeat(64)}`],
  ['v 0', `0x${'01'.repeat(64)}00`],
  ['nothing', '0x'],
  ['an ERC-6492 envelope', `0x${'01'.repeat(580)}`],
  ['zero r and s', `0x${'00'.repeat(64)}1b`],
])('error: %s', async (_, signature) => {
  await expect(checkSignature(message, signature, key.address)).rejects.toMatchObject(refused)
})
