import { describe, expect, test } from 'vitest'
import {
  createSigningEndpoint,
  type EndpointDecision,
  EndpointError,
  type EndpointReply,
} from './endpoint.ts'

const request = { signerAddress: `0x${'11'.repeat(20)}`, message: `0x${'22'.repeat(32)}` }
const reply: EndpointReply = {
  signature: `0x${'33'.repeat(65)}`,
  signerAddress: `0x${'11'.repeat(20)}`,
  digest: `0x${'44'.repeat(32)}`,
  message: `0x${'22'.repeat(32)}`,
  scheme: 'eip191',
  keyId: 'arn',
  rules: ['payouts', 'fees'],
  policyVersion: 'ab'.repeat(32),
  requestId: 'r',
}

type Sent = { readonly url: string; readonly init: RequestInit }

/** An endpoint whose answers are given in order. */
function endpoint(
  answers: readonly (Response | Error)[],
  options: { url?: string; region?: () => Promise<string> } = {},
): { ask: () => Promise<EndpointReply>; decide: () => Promise<EndpointDecision>; sent: Sent[] } {
  const sent: Sent[] = []
  const call = createSigningEndpoint({
    url: options.url ?? 'https://abc123.execute-api.eu-north-1.amazonaws.com/prod',
    region: options.region ?? (async () => Promise.reject(new Error('must not be asked'))),
    credentials: async () => ({
      accessKeyId: 'AKIDEXAMPLE',
      secretAccessKey: 'secret',
      sessionToken: 'token',
    }),
    fetch: async (url, init) => {
      sent.push({ url: String(url), init: init ?? {} })
      const answer = answers[sent.length - 1]
      if (answer === undefined || answer instanceof Error) throw answer ?? new Error('no more answers')
      return answer
    },
  })
  return { ask: () => call(request), decide: () => call.decide(request), sent }
}

const ok = (): Response => Response.json(reply)
const soon = { headers: { 'retry-after': '0' } }
const problem = (status: number, code: string, more: object = {}): Response =>
  Response.json({ title: 'T', status, code, detail: 'D.', requestId: 'r-1', ...more }, { status, ...soon })

describe('the hint to a denial', () => {
  const denial = async (user: string, because: string): Promise<readonly string[]> => {
    const text = `User: ${user} is not authorized to perform: execute-api:Invoke on resource: arn:aws:execute-api:eu-north-1:********9012:abc123/prod/POST/ ${because}`
    const error: unknown = await endpoint([Response.json({ Message: text }, { status: 403 })])
      .ask()
      .catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'ENDPOINT_FORBIDDEN', exitCode: 4 })
    return error instanceof EndpointError ? error.hints : []
  }
  const missing = 'because no identity-based policy allows the execute-api:Invoke action'

  test('names who must be let in, and how', async () => {
    expect((await denial('arn:aws:iam::123456789012:user/team/ann', missing))[0]).toMatch(
      /coffer operator add ann$/,
    )
    expect((await denial('arn:aws:sts::123456789012:assumed-role/Payments/ann@acme', missing))[0]).toMatch(
      /role Payments in: coffer deploy --parameters OperatorRoleArns/,
    )
  })

  test("names the endpoint's own policy where that denies", async () => {
    const because = 'with an explicit deny in a resource-based policy'
    expect((await denial('arn:aws:iam::999999999999:user/ann', because))[0]).toMatch(/another account/)
  })
})

describe('the request', () => {
  test("is scoped to execute-api and the Region of the URL's host, and carries the session token", async () => {
    const { ask, sent } = endpoint([ok()])
    expect(await ask()).toEqual(reply)
    const [{ url, init } = { url: '', init: {} }] = sent
    const headers = new Headers(init.headers)
    expect(init.redirect).toBe('error')
    expect(url).toBe('https://abc123.execute-api.eu-north-1.amazonaws.com/prod/')
    expect(headers.get('authorization')).toMatch(
      /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/\d{8}\/eu-north-1\/execute-api\/aws4_request, /,
    )
    expect(headers.get('x-amz-security-token')).toBe('token')
    expect(JSON.parse(String(init.body))).toEqual(request)
  })

  test("behavior: a host of one's own needs a Region from elsewhere", async () => {
    const named = endpoint([ok()], { url: 'https://sign.example.com', region: async () => 'eu-west-1' })
    await named.ask()
    expect(new Headers(named.sent[0]?.init.headers).get('authorization')).toContain('/eu-west-1/execute-api/')
    const unnamed = endpoint([ok()], { url: 'https://sign.example.com' })
    await expect(unnamed.ask()).rejects.toMatchObject({ code: 'REGION_MISSING', exitCode: 2 })
    expect(unnamed.sent).toHaveLength(0)
  })
})

describe('answers', () => {
  test.each([
    ['a refusal', problem(403, 'BLIND_SIGNING_REFUSED'), 'BLIND_SIGNING_REFUSED', 3],
    ['wrong input', problem(400, 'INVALID_REQUEST'), 'INVALID_REQUEST', 2],
    ["another key's address", problem(409, 'WRONG_SIGNER_ADDRESS'), 'WRONG_SIGNER_ADDRESS', 3],
    [
      "API Gateway's refusal",
      Response.json({ message: 'Forbidden' }, { status: 403 }),
      'ENDPOINT_FORBIDDEN',
      4,
    ],
    [
      "IAM's refusal",
      Response.json({ Message: 'User: x is not authorized' }, { status: 403 }),
      'ENDPOINT_FORBIDDEN',
      4,
    ],
    ['a web page', new Response('<html>', { status: 404 }), 'ENDPOINT_UNEXPECTED_ANSWER', 3],
    ['200 without a signature', Response.json({}), 'ENDPOINT_UNEXPECTED_ANSWER', 8],
  ])('error: %s is not repeated', async (_, answer, code, exitCode) => {
    const { ask, sent } = endpoint([answer])
    await expect(ask()).rejects.toMatchObject({ code, exitCode })
    expect(sent).toHaveLength(1)
  })

  test('error: every issue is in the message, with its field', async () => {
    const issues = [
      { path: '/message', message: 'must be 32 bytes' },
      { path: '', message: 'too much' },
    ]
    const error = await endpoint([problem(400, 'INVALID_REQUEST', { issues })])
      .ask()
      .catch((thrown: EndpointError) => thrown)
    expect(error).toBeInstanceOf(EndpointError)
    expect((error as EndpointError).message).toBe('D.\n  - /message: must be 32 bytes\n  - too much')
    expect((error as EndpointError).requestId).toBe('r-1')
  })
})

describe('the decision alone', () => {
  const decision = {
    decision: 'deny',
    effects: [
      { description: 'transfer 5 USDC', outcome: 'notPermitted', rules: [] },
      { description: 'pay a fee', outcome: 'permitted', rules: ['fees'] },
    ],
    rules: [],
    issues: [{ path: '/payload', code: 'NOT_PERMITTED', message: 'transfer 5 USDC: no rule permits it' }],
    digest: `0x${'44'.repeat(32)}`,
    message: `0x${'22'.repeat(32)}`,
    policyVersion: 'v',
    requestId: 'r',
  }

  test('is asked for by dryRun, and a denial is an answer', async () => {
    const { decide, sent } = endpoint([Response.json(decision)])
    expect(await decide()).toEqual({ ...decision, issues: ['transfer 5 USDC: no rule permits it'] })
    expect(JSON.parse(String(sent[0]?.init.body))).toEqual({ ...request, dryRun: true })
  })

  test.each([
    ['a signature', reply],
    ['another outcome', { ...decision, decision: 'maybe' }],
    ['no reasons', { ...decision, issues: undefined }],
    ['effects that are not told', { ...decision, effects: [{ description: 'x' }] }],
    ['no version', { ...decision, policyVersion: 1 }],
  ])('error: %s is no decision', async (_, body) => {
    const { decide } = endpoint([Response.json(body)])
    await expect(decide()).rejects.toMatchObject({ code: 'ENDPOINT_UNEXPECTED_ANSWER', exitCode: 8 })
  })

  test('error: a decision is no signature', async () => {
    const { ask } = endpoint([Response.json(decision)])
    await expect(ask()).rejects.toMatchObject({ code: 'ENDPOINT_UNEXPECTED_ANSWER', exitCode: 8 })
  })

  test('error: a service that cannot use its policy says so, and it is not asked again', async () => {
    const { decide, sent } = endpoint([problem(500, 'POLICY_INVALID')])
    await expect(decide()).rejects.toMatchObject({ code: 'POLICY_INVALID', exitCode: 3 })
    expect(sent).toHaveLength(1)
  })
})

describe('trouble', () => {
  test('throttling, 5xx and network faults are repeated, three attempts in all', async () => {
    const passing = endpoint([problem(503, 'KMS_THROTTLED'), new Error('reset'), ok()])
    expect(await passing.ask()).toEqual(reply)
    const lasting = endpoint([1, 2, 3, 4].map(() => problem(503, 'KMS_THROTTLED')))
    await expect(lasting.ask()).rejects.toMatchObject({ code: 'KMS_THROTTLED', exitCode: 6 })
    expect(lasting.sent).toHaveLength(3)
  })

  test('error: no credentials is no network fault', async () => {
    const call = createSigningEndpoint({
      url: 'https://abc123.execute-api.eu-north-1.amazonaws.com/prod',
      region: async () => 'eu-north-1',
      credentials: async () => Promise.reject(new Error('Could not load credentials from any providers')),
      fetch: async () => ok(),
    })
    await expect(call(request)).rejects.toMatchObject({ code: 'CREDENTIALS_MISSING', exitCode: 4 })
  })
})
