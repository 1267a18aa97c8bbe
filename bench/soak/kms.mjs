// A KMS with bad days: GetPublicKey and Sign over AWS JSON, one key, signatures by libsecp256k1. Of the requests to sign a few
// in a hundred go wrong, each in one of the ways below; and now and then all do for a while, so that circuits open.
//   GET /counts    what came of the requests since the last time that was asked
import { createServer } from 'node:http'
import { instantiateSecp256k1 } from '@bitauth/libauth'
import { keyArn, secretKey } from '../signing/world.mjs'

const SPKI_PREFIX = '3056301006072a8648ce3d020106052b8104000a034200'
const JSON_TYPE = 'application/x-amz-json-1.1'
/** One request in so many goes wrong. */
const TROUBLE_EVERY = 40
/** After so many requests, so many in a row fail. */
const OUTAGE_EVERY = 25_000
const OUTAGE = 40
const curve = await instantiateSecp256k1()
const publicKey = Buffer.concat([
  Buffer.from(SPKI_PREFIX, 'hex'),
  curve.derivePublicKeyUncompressed(secretKey),
]).toString('base64')

const refuse = (response, status, name) =>
  send(response, status, JSON.stringify({ __type: name, message: 'Not now' }))
const troubles = {
  throttled: response => refuse(response, 400, 'ThrottlingException'),
  'internal error': response => refuse(response, 500, 'KMSInternalException'),
  'bad gateway': response => send(response, 502, '<html>Bad Gateway</html>', 'text/html'),
  reset: response => response.socket.resetAndDestroy(),
  'hung up': response => response.socket.destroy(),
  'cut off': response => {
    response.writeHead(200, { 'content-type': JSON_TYPE, 'content-length': 400 })
    response.write('{"KeyId":', () => response.socket.destroy())
  },
  'stops half-way': response => {
    response.writeHead(200, { 'content-type': JSON_TYPE, 'content-length': 400 })
    response.write('{"KeyId":')
  },
  'too late': (response, answer) => setTimeout(() => send(response, 200, answer), 700).unref(),
  'too long': response => send(response, 200, JSON.stringify({ KeyId: 'x'.repeat(100_000) })),
  'no JSON': response => send(response, 200, '{"KeyId":'),
  'closes after it': (response, answer) => {
    response.setHeader('connection', 'close')
    send(response, 200, answer)
  },
  // Somebody may just be about to use the connection.
  'closes unannounced': (response, answer) => {
    const { socket } = response
    response.on('finish', () => setTimeout(() => socket.destroy(), 1))
    send(response, 200, answer)
  },
}
const names = Object.keys(troubles)
let counts = {}
let signed = 0

const server = createServer((request, response) => {
  const chunks = []
  request.on('data', chunk => chunks.push(chunk))
  request.on('end', () => {
    if (request.url === '/counts') {
      response.end(JSON.stringify(counts))
      counts = {}
      return
    }
    if (request.headers['x-amz-target'] === 'TrentService.GetPublicKey')
      return send(response, 200, JSON.stringify(publicKeyAnswer()))
    signed += 1
    const digest = Buffer.from(JSON.parse(Buffer.concat(chunks)).Message, 'base64')
    const trouble = troubleOf(signed)
    counts[trouble ?? 'signed'] = (counts[trouble ?? 'signed'] ?? 0) + 1
    const answer = JSON.stringify({
      KeyId: keyArn,
      SigningAlgorithm: 'ECDSA_SHA_256',
      Signature: Buffer.from(curve.signMessageHashDER(secretKey, digest)).toString('base64'),
    })
    if (trouble === undefined) send(response, 200, answer)
    else troubles[trouble](response, answer)
  })
})
server.keepAliveTimeout = 600_000
server.listen(0, '127.0.0.1', () => process.send(`http://127.0.0.1:${server.address().port}`))
process.on('disconnect', () => process.exit())

/** The trouble of the nth request; every kind comes in turn. */
function troubleOf(n) {
  if (n > OUTAGE && n % OUTAGE_EVERY < OUTAGE) return 'internal error'
  return n % TROUBLE_EVERY === 0 ? names[(n / TROUBLE_EVERY) % names.length] : undefined
}

function publicKeyAnswer() {
  return { KeyId: keyArn, KeySpec: 'ECC_SECG_P256K1', KeyUsage: 'SIGN_VERIFY', PublicKey: publicKey }
}

function send(response, status, body, type = JSON_TYPE) {
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body) })
  response.end(body)
}
