import { describe, expect, test } from 'vitest'
import { newSigner, PRINCIPAL, payload } from '../test/fixtures.ts'
import { NOON, starter } from '../test/policy.ts'
import { createHandler, type ProxyEvent } from './handler.ts'

const signer = await newSigner()
const body = JSON.stringify({ signerAddress: signer.address, payload: payload() })

/** A proxy event as API Gateway sends it, as far as it matters, with more fields than are read. */
const event = (changes: Partial<ProxyEvent> = {}): ProxyEvent => {
  const whole = {
    resource: '/',
    httpMethod: 'POST',
    queryStringParameters: null,
    headers: { 'Content-Type': 'application/json' },
    requestContext: {
      requestId: 'c6af9ac6-7b61-11e6-9a41-93e8deadbeef',
      stage: 'prod',
      identity: { userArn: PRINCIPAL.arn, sourceIp: PRINCIPAL.sourceIp, cognitoIdentityId: null },
    },
    body,
    isBase64Encoded: false,
    ...changes,
  }
  return whole
}

const start = () => {
  const lines: string[] = []
  const handler = createHandler({
    signer: async () => signer,
    policy: () => starter,
    now: () => NOON,
    log: line => void lines.push(line),
  })
  return {
    invoke: async (input: ProxyEvent) => {
      const result = await handler(input)
      return { ...result, body: JSON.parse(result.body) }
    },
    lines,
  }
}

test('default: a proxy event is answered with a proxy result', async () => {
  const { invoke, lines } = start()
  expect(await invoke(event())).toEqual({
    statusCode: 200,
    headers: expect.objectContaining({ 'content-type': 'application/json' }),
    body: expect.objectContaining({ requestId: 'c6af9ac6-7b61-11e6-9a41-93e8deadbeef' }),
    isBase64Encoded: false,
  })
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ principal: PRINCIPAL.arn, sourceIp: PRINCIPAL.sourceIp })
})

test('behavior: a base64 body is decoded', async () => {
  const { invoke } = start()
  const encoded = Buffer.from(body).toString('base64')
  expect(await invoke(event({ body: encoded, isBase64Encoded: true }))).toMatchObject({ statusCode: 200 })
  expect(await invoke(event({ body: encoded }))).toMatchObject({ statusCode: 400 })
})

test('behavior: the size cap is on the decoded body', async () => {
  const { invoke } = start()
  const encoded = Buffer.alloc(65_537, 0x20).toString('base64')
  expect(await invoke(event({ body: encoded, isBase64Encoded: true }))).toMatchObject({ statusCode: 413 })
})

test.each(['content-type', 'Content-Type', 'CONTENT-TYPE'])(
  'behavior: the header %s is found',
  async name => {
    const { invoke } = start()
    expect(await invoke(event({ headers: { [name]: 'text/plain' } }))).toMatchObject({ statusCode: 415 })
    expect(await invoke(event({ headers: null }))).toMatchObject({ statusCode: 200 })
  },
)

describe('error: without an identity', () => {
  const cases: Readonly<Record<string, ProxyEvent>> = {
    'a method without AWS_IAM': event({ requestContext: { requestId: '1', identity: { userArn: null } } }),
    'an empty ARN': event({ requestContext: { requestId: '1', identity: { userArn: '' } } }),
    'an identity in the body': event({
      requestContext: {},
      body: JSON.stringify({ ...JSON.parse(body), requestContext: { identity: { userArn: PRINCIPAL.arn } } }),
    }),
    'an invocation past API Gateway': JSON.parse(body),
    'an empty event': {},
  }
  test.each(Object.entries(cases))('%s', async (_name, input) => {
    expect(await start().invoke(input)).toMatchObject({ statusCode: 403, body: { code: 'IDENTITY_MISSING' } })
  })
})

test('behavior: what API Gateway leaves out is left out, and an id that is missing is none', async () => {
  const { invoke, lines } = start()
  const identity = { userArn: PRINCIPAL.arn, sourceIp: null }
  expect(await invoke(event({ requestContext: { identity } }))).toMatchObject({
    statusCode: 200,
    body: { requestId: 'none' },
  })
  const line = JSON.parse(lines[0] ?? '')
  expect(line).toMatchObject({ requestId: 'none', principal: PRINCIPAL.arn })
  expect(line).not.toHaveProperty('sourceIp')
  expect(await invoke(event({ headers: { Accept: 'text/plain' } }))).toMatchObject({ statusCode: 200 })
})

test('error: an absent body that is said to be base64', async () => {
  for (const body of [null, undefined])
    expect(await start().invoke(event({ body, isBase64Encoded: true }))).toMatchObject({
      statusCode: 400,
      body: { issues: [{ path: '', code: 'INVALID_JSON' }] },
    })
})

test('error: an absent body', async () => {
  expect(await start().invoke(event({ body: null }))).toMatchObject({
    statusCode: 400,
    body: { issues: [{ path: '', code: 'INVALID_JSON' }] },
  })
})
