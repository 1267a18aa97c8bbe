// What is on the wire: protocol, authentication and faults. The operations have tests of their own.
import { CreateKeyCommand, KMSClient, ListKeysCommand } from '@aws-sdk/client-kms'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createAdministratorSession } from '../../test/cloud.ts'
import type { Listener } from '../server.ts'
import { formatAmzDate } from './amzDate.ts'
import { canonicalRequest } from './canonicalRequest.ts'
import { type Cloud, createCloud } from './cloud.ts'
import { startAws } from './endpoint.ts'
import { createIdentities, type Identity } from './identity.ts'
import { algorithm, sign, stringToSign } from './signingKey.ts'

const region = 'us-east-1'
let cloud: Cloud
let server: Listener

beforeEach(() => start())

afterEach(() => server.stop())

describe('the protocol', () => {
  test('every answer has a request id of its own', async () => {
    const [a, b] = [await send({}), await send({})]
    expect(a.headers.get('x-amzn-requestid')).toMatch(/^[0-9a-f-]{36}$/)
    expect(a.headers.get('x-amzn-requestid')).not.toBe(b.headers.get('x-amzn-requestid'))
    expect(a.headers.get('content-type')).toBe('application/x-amz-json-1.1')
  })

  test('an operation without output has an empty body', async () => {
    const created = await send({ target: 'TrentService.CreateKey', body: createKey })
    const { KeyMetadata } = JSON.parse(created.body)
    const disabled = await send({
      target: 'TrentService.DisableKey',
      body: JSON.stringify({ KeyId: KeyMetadata.KeyId }),
    })
    expect(disabled).toMatchObject({ status: 200, body: '' })
  })

  test('behavior: timestamps are epoch seconds', async () => {
    const { body } = await send({ target: 'TrentService.CreateKey', body: createKey })
    expect(Math.abs(JSON.parse(body).KeyMetadata.CreationDate - Date.now() / 1000)).toBeLessThan(60)
  })

  test('behavior: members the model does not have are ignored', async () => {
    expect(await send({ body: '{"Marvel":1}' })).toMatchObject({ status: 200 })
  })

  test.each([
    'TrentService.Decrypt',
    'TrentService.',
    'TrentService.constructor',
    'DynamoDB_20120810.ListTables',
    '',
  ])('error: target %j', async target => {
    expect(await send({ target })).toMatchObject({
      status: 400,
      body: '{"__type":"UnknownOperationException"}',
    })
  })

  test.each(['', '{', 'null,', '\u0000'])('error: body %j is not JSON', async body => {
    expect(await send({ body })).toMatchObject({ status: 400, body: '{"__type":"SerializationException"}' })
  })

  test.each([
    ['[]', 'LIST_VALUE can not be converted to a Structure'],
    ['null', 'NULL_VALUE can not be converted to a Structure'],
    ['{"Limit":"1"}', 'STRING_VALUE can not be converted to a Integer'],
    ['{"Limit":1.5}', 'NUMBER_VALUE can not be converted to a Integer'],
    ['{"Marker":7}', 'NUMBER_VALUE can not be converted to a String'],
  ])('error: body %s has a wrong type', async (body, message) => {
    const answer = await send({ body })
    expect([answer.status, JSON.parse(answer.body)]).toEqual([
      400,
      { __type: 'SerializationException', message },
    ])
  })

  test.each([
    ['{"Message":"?"}', "'message' is not Base64."],
    ['{"Message":"YQ"}', "'message' is not Base64."],
    ['{"Message":[1]}', 'LIST_VALUE can not be converted to a Blob'],
    ['{"DryRun":"true"}', 'STRING_VALUE can not be converted to a Boolean'],
    ['{"GrantTokens":{}}', 'OBJECT_VALUE can not be converted to a List'],
  ])('error: %s for Sign', async (body, message) => {
    const answer = await send({ target: 'TrentService.Sign', body })
    expect(JSON.parse(answer.body)).toEqual({ __type: 'SerializationException', message })
  })

  test('error: every absent member of Sign is named', async () => {
    const { body } = await send({ target: 'TrentService.Sign', body: '{"KeyId":null}' })
    expect(JSON.parse(body)).toEqual({
      __type: 'ValidationException',
      message: ['keyId', 'message', 'signingAlgorithm']
        .map(name => `Value null at '${name}' failed to satisfy constraint: Member must not be null`)
        .join('; ')
        .replace(/^/, '3 validation errors detected: '),
    })
  })

  test.each([
    ['GET', 'application/x-amz-json-1.1'],
    ['POST', 'application/json'],
    ['POST', 'application/x-amz-json-1.0'],
    ['POST', 'application/x-amz-json-1.10'],
    ['POST', 'application/x-www-form-urlencoded-not'],
  ])('error: %s with %s', async (method, contentType) => {
    expect(await send({ method, contentType })).toMatchObject({
      status: 404,
      body: '<UnknownOperationException/>\n',
    })
  })

  test.each(['Application/X-AMZ-JSON-1.1', 'application/x-amz-json-1.1 ; charset=utf-8'])(
    'behavior: content type %s is the same media type',
    async contentType => {
      expect(await send({ contentType })).toMatchObject({ status: 200 })
    },
  )

  test.each(['/x', '//', '/keys/'])('error: the path %s', async path => {
    expect(await send({ path })).toMatchObject({ status: 404, body: '<UnknownOperationException/>\n' })
  })

  test('error: a body of more than a megabyte', async () => {
    expect(await send({ body: ' '.repeat(1024 * 1024 + 1) })).toMatchObject({ status: 413 })
  })

  test('error: a fault of ours tells nothing but that it is one, and the SDK tries again', async () => {
    await server.stop()
    let asked = 0
    const random = (): Uint8Array => {
      asked += 1
      throw new Error('no entropy')
    }
    await start({ random })
    const answer = await send({ target: 'TrentService.CreateKey', body: createKey })
    expect(answer.status).toBe(500)
    expect(JSON.parse(answer.body)).toEqual({
      __type: 'KMSInternalException',
      message: 'The request failed because of an internal error.',
    })
    const kms = client(cloud.identities.administrator, 2)
    await expect(
      kms.send(new CreateKeyCommand({ KeySpec: 'ECC_SECG_P256K1', KeyUsage: 'SIGN_VERIFY' })),
    ).rejects.toThrowError(expect.objectContaining({ name: 'KMSInternalException' }))
    expect(asked).toBe(3)
    kms.destroy()
  })
})

describe('authentication', () => {
  test('a user is accepted, and a session with its token', async () => {
    for (const identity of [cloud.identities.administrator, createAdministratorSession(cloud)]) {
      const kms = client(identity, 1)
      expect((await kms.send(new ListKeysCommand({}))).Keys).toEqual([])
      kms.destroy()
    }
  })

  test('error: an unsigned request', async () => {
    const response = await fetch(server.url, {
      method: 'POST',
      headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'TrentService.ListKeys' },
      body: '{}',
    })
    expect(response.status).toBe(400)
    expect(await response.json()).toEqual({
      __type: 'MissingAuthenticationTokenException',
      message: 'Missing Authentication Token',
    })
  })

  test.each<[string, () => Partial<Request>, string, string]>([
    [
      'an unknown access key',
      () => ({ identity: createIdentities().operator }),
      'UnrecognizedClientException',
      'The security token included in the request is invalid.',
    ],
    [
      'temporary credentials without their token',
      () => ({ identity: { ...createAdministratorSession(cloud), sessionToken: undefined } }),
      'UnrecognizedClientException',
      'The security token included in the request is invalid.',
    ],
    [
      'a wrong secret',
      () => ({ identity: { ...cloud.identities.operator, secretAccessKey: 'x' } }),
      'InvalidSignatureException',
      'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
    ],
    [
      'another region',
      () => ({ region: 'eu-west-1' }),
      'InvalidSignatureException',
      'Credential should be scoped to a valid region. ',
    ],
    [
      'another service',
      () => ({ service: 'execute-api' }),
      'InvalidSignatureException',
      "Credential should be scoped to correct service: 'kms'. ",
    ],
  ])('error: %s', async (_, request, __type, message) => {
    const answer = await send(request())
    expect([answer.status, JSON.parse(answer.body)]).toEqual([400, { __type, message }])
  })

  test('behavior: the clock is the one given; the SDK corrects its own by the Date header', async () => {
    await server.stop()
    await start({ now: () => Date.UTC(2030, 0, 1) })
    const answer = await send({})
    expect(answer.headers.get('date')).toBe('Tue, 01 Jan 2030 00:00:00 GMT')
    expect(JSON.parse(answer.body).message).toMatch(
      /^Signature expired: \d{8}T\d{6}Z is now earlier than 20291231T235500Z/,
    )
    const kms = client(cloud.identities.administrator, 2)
    expect((await kms.send(new ListKeysCommand({}))).Keys).toEqual([])
    kms.destroy()
  })

  test('error: nothing changes without a valid signature', async () => {
    const forged = { ...cloud.identities.operator, secretAccessKey: 'x' }
    await send({ target: 'TrentService.CreateKey', body: createKey, identity: forged })
    expect(JSON.parse((await send({})).body).Keys).toEqual([])
  })
})

const start = async (options: Parameters<typeof createCloud>[0] = {}): Promise<void> => {
  // The identities come first: a source of randomness that fails is for the keys alone.
  const made = createCloud({ region })
  cloud = { ...made, ...options, kms: { ...made.kms, ...options } } as Cloud
  server = await startAws({ cloud })
}

const createKey = '{"KeySpec":"ECC_SECG_P256K1","KeyUsage":"SIGN_VERIFY"}'

const client = (identity: Identity, maxAttempts: number): KMSClient => {
  const { accessKeyId, secretAccessKey, sessionToken = '' } = identity
  const credentials = { accessKeyId, secretAccessKey, sessionToken }
  return new KMSClient({ endpoint: server.url, region, credentials, maxAttempts })
}

type Request = {
  readonly method: string
  /** With its query. */
  readonly path: string
  readonly contentType: string
  readonly target: string
  readonly body: string
  readonly identity: Identity
  readonly region: string
  readonly service: string
}

type Answer = { readonly status: number; readonly headers: Headers; readonly body: string }

/** Signs and sends a request; ListKeys, unless told otherwise. */
const send = async (request: Partial<Request>): Promise<Answer> => {
  const { method = 'POST', path = '/', body = '{}', identity = cloud.identities.administrator } = request
  const amzDate = formatAmzDate(Date.now())
  const scope = {
    date: amzDate.slice(0, 8),
    region: request.region ?? region,
    service: request.service ?? 'kms',
  }
  const headers: Record<string, string> = {
    'content-type': request.contentType ?? 'application/x-amz-json-1.1',
    host: new URL(server.url).host,
    'x-amz-date': amzDate,
    ...(identity.sessionToken === undefined ? {} : { 'x-amz-security-token': identity.sessionToken }),
    'x-amz-target': request.target ?? 'TrentService.ListKeys',
  }
  const names = Object.keys(headers)
  const bytes = new Uint8Array(Buffer.from(method === 'GET' ? '' : body))
  const canonical = canonicalRequest(
    { method, url: path, rawHeaders: Object.entries(headers).flat(), body: bytes },
    names,
  )
  const signature = sign(identity, scope, stringToSign(amzDate, scope, canonical))
  const credential = `${identity.accessKeyId}/${Object.values(scope).join('/')}/aws4_request`
  const response = await fetch(server.url + path, {
    method,
    headers: {
      ...headers,
      authorization: `${algorithm} Credential=${credential}, SignedHeaders=${names.join(';')}, Signature=${signature}`,
    },
    ...(method === 'GET' ? {} : { body }),
  })
  return { status: response.status, headers: response.headers, body: await response.text() }
}
