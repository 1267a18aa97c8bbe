// A function as one writes it by hand: the SDK's Sign of a base64 message, and viem to find out which parity it is.
import { KMSClient, SignCommand } from '@aws-sdk/client-kms'
import { hashMessage, recoverAddress, serializeSignature, toHex } from 'viem'
import { address } from '../world.mjs'

const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n
const client = new KMSClient()

export function sign(digest) {
  return answer(Buffer.from(digest).toString('base64'), address)
}

/** Signs a message of 32 bytes in base64, as a wallet API gives it, with the EIP-191 prefix. */
export async function answer(message, signerAddress) {
  const hash = hashMessage({ raw: Buffer.from(message, 'base64') })
  const { Signature } = await client.send(
    new SignCommand({
      KeyId: process.env.KMS_KEY_ID,
      Message: Buffer.from(hash.slice(2), 'hex'),
      MessageType: 'DIGEST',
      SigningAlgorithm: 'ECDSA_SHA_256',
    }),
  )
  const rLength = Signature[3]
  const r = BigInt(toHex(Signature.subarray(4, 4 + rLength)))
  const given = BigInt(toHex(Signature.subarray(6 + rLength)))
  const s = given > ORDER / 2n ? ORDER - given : given
  for (const yParity of [0, 1]) {
    const signature = serializeSignature({
      r: toHex(r, { size: 32 }),
      s: toHex(s, { size: 32 }),
      yParity,
    })
    if ((await recoverAddress({ hash, signature })) === signerAddress) return signature
  }
  throw new Error('neither parity recovers the address')
}
