// The floor: a server of node:http that reads a request and answers at once, with the bytes of an answer of KMS to Sign.
import { createServer } from 'node:http'

const answer = JSON.stringify({
  KeyId: 'arn:aws:kms:eu-north-1:123456789012:key/11111111-2222-4333-8444-555555555555',
  Signature: Buffer.alloc(71, 48).toString('base64'),
  SigningAlgorithm: 'ECDSA_SHA_256',
})
const server = createServer((request, response) => {
  request.resume().on('end', () => {
    response.writeHead(200, {
      'content-type': 'application/x-amz-json-1.1',
      'x-amzn-requestid': '11111111-2222-4333-8444-555555555555',
    })
    response.end(answer)
  })
})
server.keepAliveTimeout = 600_000
server.listen(0, '127.0.0.1', () => process.send(`http://127.0.0.1:${server.address().port}`))
process.on('disconnect', () => process.exit())
