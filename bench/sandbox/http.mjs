// Requests over connections that are kept, with as little of the client's own as there can be; some of them signed with SigV4.
import { createHash, createHmac } from 'node:crypto'
import { Agent, request } from 'node:http'
import { SignatureV4 } from '@smithy/signature-v4'

const agent = new Agent({ keepAlive: true })

/** Sends a request and reads its answer; a status other than expected ends the run. */
export function send(url, { method = 'POST', headers = {}, body = '' }) {
  return new Promise((resolve, reject) => {
    const sent = request(url, { agent, method, headers }, async answer => {
      const chunks = []
      for await (const chunk of answer) chunks.push(chunk)
      const text = Buffer.concat(chunks).toString()
      if (answer.statusCode < 300) resolve(JSON.parse(text))
      else reject(new Error(`${method} ${url}: ${answer.statusCode} ${text}`))
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

/** Makes a way to send signed requests to one service as one person. */
export function signedSender({ service, region, identity }) {
  const { accessKeyId, secretAccessKey } = identity
  const signer = new SignatureV4({
    service,
    region,
    credentials: { accessKeyId, secretAccessKey },
    sha256: Sha256,
  })
  return async (url, headers, body) => {
    const { host, hostname, port, pathname, protocol } = new URL(url)
    const signed = await signer.sign({
      method: 'POST',
      protocol,
      hostname,
      port: Number(port),
      path: pathname,
      headers: { host, ...headers },
      body,
    })
    return send(url, { headers: signed.headers, body })
  }
}

/** Node's own SHA-256, in the form that the SDK's signer asks for. */
class Sha256 {
  constructor(secret) {
    this.hash = secret === undefined ? createHash('sha256') : createHmac('sha256', secret)
  }
  update(data) {
    this.hash.update(data)
  }
  async digest() {
    return new Uint8Array(this.hash.digest())
  }
}
