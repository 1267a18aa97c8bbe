// A KMS that is never what is waited for: GetPublicKey and Sign over AWS JSON, one key, signatures by libsecp256k1, half of
// them with s above n/2 as KMS has them. It believes every caller, and counts what it is asked.
//   GET /counts    how often each operation was asked since it started
import { createServer } from 'node:http'
import { instantiateSecp256k1 } from '@bitauth/libauth'
import { keyArn, secretKey } from './world.mjs'

const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n
const SPKI_PREFIX = '3056301006072a8648ce3d020106052b8104000a034200'
const curve = await instantiateSecp256k1()
const publicKey = Buffer.concat([
  Buffer.from(SPKI_PREFIX, 'hex'),
  curve.derivePublicKeyUncompressed(secretKey),
]).toString('base64')
const counts = { GetPublicKey: 0, Sign: 0 }

const operations = {
  GetPublicKey: () => ({
    KeyId: keyArn,
    KeySpec: 'ECC_SECG_P256K1',
    CustomerMasterKeySpec: 'ECC_SECG_P256K1',
    KeyUsage: 'SIGN_VERIFY',
    SigningAlgorithms: ['ECDSA_SHA_256'],
    PublicKey: publicKey,
  }),
  Sign: ({ Message }) => ({
    KeyId: keyArn,
    SigningAlgorithm: 'ECDSA_SHA_256',
    Signature: sign(Buffer.from(Message, 'base64')).toString('base64'),
  }),
}

const server = createServer((request, response) => {
  const chunks = []
  request.on('data', chunk => chunks.push(chunk))
  request.on('end', () => {
    if (request.url === '/counts') return response.end(JSON.stringify(counts))
    const operation = request.headers['x-amz-target'].split('.')[1]
    counts[operation]++
    const answer = JSON.stringify(operations[operation](JSON.parse(Buffer.concat(chunks))))
    response.writeHead(200, {
      'content-type': 'application/x-amz-json-1.1',
      'content-length': Buffer.byteLength(answer),
      'x-amzn-requestid': '11111111-2222-4333-8444-555555555555',
    })
    response.end(answer)
  })
})
server.keepAliveTimeout = 600_000
server.listen(0, '127.0.0.1', () => process.send(`http://127.0.0.1:${server.address().port}`))
process.on('disconnect', () => process.exit())

function sign(digest) {
  const compact = Buffer.from(curve.signMessageHashCompact(secretKey, digest))
  const s = compact.subarray(32)
  const high = (digest[31] & 1) === 1
  const other = Buffer.from((ORDER - BigInt(`0x${s.toString('hex')}`)).toString(16).padStart(64, '0'), 'hex')
  const integers = [compact.subarray(0, 32), high ? other : s].map(derInteger)
  const body = Buffer.concat(integers)
  return Buffer.concat([Buffer.of(0x30, body.length), body])
}

function derInteger(bytes) {
  const first = bytes.findIndex(byte => byte !== 0)
  const shortest = bytes.subarray(first)
  const padded = shortest[0] >= 0x80 ? Buffer.concat([Buffer.of(0), shortest]) : shortest
  return Buffer.concat([Buffer.of(0x02, padded.length), padded])
}
