// A server that speaks AWS JSON 1.1 as KMS does, with a key of its own, and that misbehaves in every way it is told to.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import { encodePublicKey } from '../src/publicKey.ts'

const SECRET = Uint8Array.from(Buffer.from('4c'.repeat(32), 'hex'))
const POINT = secp256k1.getPublicKey(SECRET, false)
export const PUBLIC_KEY: Uint8Array = encodePublicKey(POINT)
export const ARN = 'arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab'
export const OTHER_ARN = 'arn:aws:kms:eu-central-1:111122223333:key/99999999-12ab-34cd-56ef-1234567890ab'

export type Call = {
  readonly operation: string
  readonly headers: IncomingMessage['headers']
  readonly input: Readonly<Record<string, unknown>>
  /** Which connection it came over, counted from 0. */
  readonly connection: number
}

/** What a server does with a request: the response and its connection are its to use. */
export type Answer = (response: ServerResponse, socket: Socket) => unknown

export const json = (
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = { 'content-type': 'application/x-amz-json-1.1' },
): Answer => {
  const content = typeof body === 'string' ? body : JSON.stringify(body)
  return response => response.writeHead(status, headers).end(content)
}

/** KMS answers client errors with 400, whatever its model says. */
export const refuse = (
  name: string,
  message?: string,
  status: number = 400,
  headers: Readonly<Record<string, string>> = {},
): Answer =>
  json(
    status,
    { __type: name, ...(message === undefined ? {} : { message }) },
    { 'content-type': 'application/x-amz-json-1.1', ...headers },
  )

export const hangUp: Answer = (_response, socket) => socket.destroy()
export const sayNothing: Answer = () => undefined
export const stopHalfWay: Answer = response =>
  response
    .writeHead(200, { 'content-type': 'application/x-amz-json-1.1', 'content-length': '100' })
    .write('{')
export const cutOff: Answer = (response, socket) => {
  response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1', 'content-length': '100' })
  response.write('{"KeyId":', () => socket.destroy())
}
/** Bytes in place of a response. */
export const raw =
  (bytes: string): Answer =>
  (_response, socket) =>
    socket.end(bytes)

export const publicKeyBody = (
  changes: Readonly<Record<string, unknown>> = {},
): Readonly<Record<string, unknown>> => ({
  KeyId: ARN,
  PublicKey: Buffer.from(PUBLIC_KEY).toString('base64'),
  KeySpec: 'ECC_SECG_P256K1',
  CustomerMasterKeySpec: 'ECC_SECG_P256K1',
  KeyUsage: 'SIGN_VERIFY',
  SigningAlgorithms: ['ECDSA_SHA_256'],
  ...changes,
})

export const signatureBody = (
  { input }: Call,
  changes: Readonly<Record<string, unknown>> = {},
): Readonly<Record<string, unknown>> => {
  const digest = Uint8Array.from(Buffer.from(String(input['Message']), 'base64'))
  const der = secp256k1.sign(digest, SECRET, { prehash: false, lowS: false, format: 'der' })
  const signature = Buffer.from(der).toString('base64')
  return { KeyId: ARN, Signature: signature, SigningAlgorithm: 'ECDSA_SHA_256', ...changes }
}

/** As KMS answers where nothing is wrong. */
export const answerWell = (call: Call): Answer =>
  json(200, call.operation === 'Sign' ? signatureBody(call) : publicKeyBody())

export type KmsServer = {
  readonly endpoint: string
  readonly calls: Call[]
  /** What the next answers are, in order; afterwards it answers well. */
  readonly next: ((call: Call) => Answer)[]
  /** What every answer is, once `next` is used up. */
  always: (call: Call) => Answer
  readonly stop: () => Promise<void>
}

/** Starts a server on a free port. Each answer has the header x-amzn-requestid: `request-1`, `request-2`, ... */
export const startKmsServer = async (): Promise<KmsServer> => {
  const connections: Socket[] = []
  const server = createServer(async (request, response) => {
    const call: Call = {
      operation: String(request.headers['x-amz-target']).replace('TrentService.', ''),
      headers: request.headers,
      input: JSON.parse(await text(request)),
      connection: connections.indexOf(request.socket),
    }
    kms.calls.push(call)
    response.setHeader('x-amzn-requestid', `request-${kms.calls.length}`)
    const answer = kms.next.shift() ?? kms.always
    answer(call)(response, request.socket)
  })
  // A connection that idles is closed by the client or not at all.
  server.keepAliveTimeout = 0
  server.on('connection', socket => connections.push(socket))
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const kms: KmsServer = {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls: [],
    next: [],
    always: answerWell,
    stop: async () => {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    },
  }
  return kms
}
