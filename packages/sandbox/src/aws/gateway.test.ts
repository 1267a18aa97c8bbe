import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { createDeployedCloud, type DeployedCloud } from '../../test/cloud.ts'
import { removeFromGroup } from '../iam/account.ts'
import { parsePolicy } from '../iam/policy.ts'
import type { Listener } from '../server.ts'
import { formatAmzDate } from './amzDate.ts'
import { canonicalRequest } from './canonicalRequest.ts'
import type { RestApiEvent } from './gateway/restApiEvent.ts'
import { startGateway } from './gateway.ts'
import { createIdentities, type Identity } from './identity.ts'
import { algorithm, sign, stringToSign } from './signingKey.ts'

type Code = (event: unknown) => Promise<unknown>
type Gateway = Listener & DeployedCloud & { readonly invokeUrl: string }

const echo: Code = async event => ({ statusCode: 200, body: JSON.stringify(event) })
let running: Listener | undefined
let operator: Identity

afterEach(async () => {
  await running?.stop()
  running = undefined
})

const start = async (
  options: {
    handler?: Code
    now?: () => number
    timeoutMs?: number
    parameters?: Record<string, string>
  } = {},
): Promise<{ gateway: Gateway; handler: ReturnType<typeof vi.fn<Code>> }> => {
  const handler = vi.fn<Code>(options.handler ?? echo)
  const { now, parameters } = options
  const deployed = createDeployedCloud(handler, {
    region: 'us-east-1',
    now,
    ...(parameters === undefined ? {} : { parameters }),
  })
  operator = deployed.cloud.identities.operator
  const gateway = await startGateway({ cloud: deployed.cloud, timeoutMs: options.timeoutMs })
  running = gateway
  return { gateway: { ...gateway, ...deployed, invokeUrl: `${gateway.url}/prod` }, handler }
}

describe('the function', () => {
  test('receives the event of a REST API under AWS_IAM', async () => {
    const time = Date.UTC(2026, 10, 22, 10, 0, 7, 89)
    const { gateway, handler } = await start({ now: () => time })
    const { lambda } = gateway
    const apiId = gateway.deployment.apis[0]?.id
    // The role of the function may not call the endpoint; everybody in this account may who has a policy for it.
    allowAll(gateway, 'adminSignerInvoker')
    const answer = await post(`${gateway.invokeUrl}/?b=1&a=%C3%A9&b=2`, {
      time,
      body: '{"reference":"é"}',
      identity: lambda,
      headers: { 'X-Case': 'kept', 'user-agent': 'test/1' },
    })
    const event: RestApiEvent = JSON.parse(answer.body)
    expect(handler).toHaveBeenCalledOnce()
    expect(event).toEqual({
      resource: '/',
      path: '/',
      httpMethod: 'POST',
      headers: expect.objectContaining({
        'content-type': 'application/json',
        'x-amz-security-token': lambda.sessionToken,
        'user-agent': 'test/1',
        host: new URL(gateway.url).host,
      }),
      multiValueHeaders: expect.objectContaining({ 'content-type': ['application/json'] }),
      queryStringParameters: { a: 'é', b: '2' },
      multiValueQueryStringParameters: { a: ['é'], b: ['1', '2'] },
      pathParameters: null,
      stageVariables: null,
      requestContext: {
        accountId: '123456789012',
        apiId,
        domainName: `${apiId}.execute-api.us-east-1.amazonaws.com`,
        domainPrefix: apiId,
        extendedRequestId: answer.headers.get('x-amz-apigw-id'),
        httpMethod: 'POST',
        identity: {
          accessKey: lambda.accessKeyId,
          accountId: '123456789012',
          apiKey: null,
          apiKeyId: null,
          caller: lambda.userId,
          clientCert: null,
          cognitoAuthenticationProvider: null,
          cognitoAuthenticationType: null,
          cognitoIdentityId: null,
          cognitoIdentityPoolId: null,
          principalOrgId: null,
          sourceIp: '127.0.0.1',
          user: lambda.userId,
          userAgent: 'test/1',
          userArn: 'arn:aws:sts::123456789012:assumed-role/adminSignerInvoker/adminSigner',
        },
        path: '/prod/',
        protocol: 'HTTP/1.1',
        requestId: answer.headers.get('x-amzn-requestid'),
        requestTime: '22/Nov/2026:10:00:07 +0000',
        requestTimeEpoch: time,
        resourceId: 'root',
        resourcePath: '/',
        stage: 'prod',
      },
      body: '{"reference":"é"}',
      isBase64Encoded: false,
    })
    expect(Object.keys(event.headers ?? {}).map(name => name.toLowerCase())).not.toContain('authorization')
  })

  test('behavior: without a query and without a body there is null', async () => {
    const { gateway } = await start()
    const { body } = await post(gateway.invokeUrl, { body: '' })
    expect(JSON.parse(body)).toMatchObject({
      body: null,
      queryStringParameters: null,
      multiValueQueryStringParameters: null,
      requestContext: { path: '/prod', identity: { userArn: 'arn:aws:iam::123456789012:user/operator' } },
    })
  })

  test('its answer goes back as it is', async () => {
    const { gateway } = await start({
      handler: async () => ({
        statusCode: 422,
        headers: { 'Content-Type': 'application/problem+json', 'retry-after': '1' },
        multiValueHeaders: { 'Set-Cookie': ['a=1', 'b=2'] },
        body: '{"code":"é"}',
        isBase64Encoded: false,
      }),
    })
    const answer = await post(gateway.invokeUrl)
    expect(answer).toMatchObject({ status: 422, body: '{"code":"é"}' })
    expect(answer.headers.get('content-type')).toBe('application/problem+json')
    expect(answer.headers.get('retry-after')).toBe('1')
    expect(answer.headers.getSetCookie()).toEqual(['a=1', 'b=2'])
    expect(answer.headers.get('x-amzn-errortype')).toBeNull()
  })

  test.each<[string, Code]>([
    ['throws', () => Promise.reject(new Error('secret'))],
    [
      'throws at once',
      () => {
        throw new Error('secret')
      },
    ],
    ['returns nothing', async () => undefined],
    ['returns a string', async () => 'timeout'],
    ['returns no status', async () => ({ body: '' })],
    ['returns a body that is not text', async () => ({ statusCode: 200, body: {} })],
    ['returns what JSON cannot hold', async () => ({ statusCode: 200, body: 1n })],
  ])('error: it %s', async (_, handler) => {
    const { gateway } = await start({ handler })
    const answer = await post(gateway.invokeUrl)
    expect(answer).toMatchObject({ status: 502, body: '{"message":"Internal server error"}' })
    expect(answer.headers.get('x-amzn-errortype')).toBe('InternalServerErrorException')
  })

  test('error: it does not answer in time', async () => {
    const { gateway } = await start({ handler: () => new Promise(() => {}), timeoutMs: 1 })
    expect(await post(gateway.invokeUrl)).toMatchObject({
      status: 504,
      body: '{"message":"Endpoint request timed out"}',
    })
  })
})

describe('requests that never reach the function', () => {
  const refuse = async (
    gateway: Gateway,
    handler: ReturnType<typeof vi.fn<Code>>,
    answer: Answer,
    expected: { status?: number; type: string; message: string },
  ): Promise<void> => {
    expect(answer.status).toBe(expected.status ?? 403)
    expect(answer.headers.get('x-amzn-errortype')).toBe(expected.type)
    expect(answer.headers.get('x-amzn-requestid')).toMatch(/^[0-9a-f-]{36}$/)
    expect(answer.headers.get('content-type')).toBe('application/json')
    expect(JSON.parse(answer.body)).toEqual({ message: expected.message })
    expect(handler).not.toHaveBeenCalled()
    expect((await post(gateway.invokeUrl)).status).toBe(200)
  }

  test('error: unsigned', async () => {
    const { gateway, handler } = await start()
    const response = await fetch(gateway.invokeUrl, { method: 'POST', body: '{}' })
    await refuse(gateway, handler, await read(response), {
      type: 'MissingAuthenticationTokenException',
      message: 'Missing Authentication Token',
    })
  })

  test.each([
    ['GET', '/prod'],
    ['PUT', '/prod'],
    ['POST', '/'],
    ['POST', '/prod/sign'],
    ['POST', '/prod//'],
    ['POST', '/PROD'],
    ['POST', '/pro%64'],
  ])('error: %s %s, though signed', async (method, path) => {
    const { gateway, handler } = await start()
    await refuse(gateway, handler, await post(gateway.url + path, { method }), {
      type: 'MissingAuthenticationTokenException',
      message: 'Missing Authentication Token',
    })
  })

  test('error: an unknown access key', async () => {
    const { gateway, handler } = await start()
    await refuse(gateway, handler, await post(gateway.invokeUrl, { identity: createIdentities().operator }), {
      type: 'UnrecognizedClientException',
      message: 'The security token included in the request is invalid.',
    })
  })

  test('error: a wrong secret is told what should have been signed', async () => {
    const { gateway, handler } = await start()
    const time = Date.UTC(2026, 10, 22, 10)
    await gateway.stop()
    const other = await start({ now: () => time })
    const { host } = new URL(other.gateway.url)
    const forged = { ...operator, secretAccessKey: 'x' }
    const answer = await post(other.gateway.invokeUrl, { identity: forged, time, body: '{}' })
    const { message } = JSON.parse(answer.body)
    expect(answer.status).toBe(403)
    expect(answer.headers.get('x-amzn-errortype')).toBe('InvalidSignatureException')
    expect(message).toMatch(/'\n$/)
    expect(
      message.split(/[0-9a-f]{64}'\n$/)[0],
    ).toBe(`The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.

The Canonical String for this request should have been
'POST
/prod

content-type:application/json
host:${host}
x-amz-date:20261122T100000Z

content-type;host;x-amz-date
44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a'

The String-to-Sign should have been
'AWS4-HMAC-SHA256
20261122T100000Z
20261122/us-east-1/execute-api/aws4_request
`)
    expect(handler).not.toHaveBeenCalled()
    expect(other.handler).not.toHaveBeenCalled()
  })

  test('error: another region and service', async () => {
    const { gateway, handler } = await start()
    await refuse(gateway, handler, await post(gateway.invokeUrl, { region: 'eu-west-1', service: 'kms' }), {
      type: 'InvalidSignatureException',
      message:
        "Credential should be scoped to a valid region. Credential should be scoped to correct service: 'execute-api'. ",
    })
  })

  test('error: a bearer token, which is not repeated', async () => {
    const { gateway, handler } = await start()
    const response = await fetch(gateway.invokeUrl, {
      method: 'POST',
      headers: { authorization: 'Bearer abc' },
    })
    await refuse(gateway, handler, await read(response), {
      type: 'IncompleteSignatureException',
      message:
        "Invalid key=value pair (missing equal-sign) in Authorization header (hashed with SHA-256 and encoded with Base64): 'w1Xc6WwWEogNEZQP/dkBTThsJT4MNlKmzQanIm970rY='.",
    })
  })

  test('error: a clock that is behind', async () => {
    const time = Date.UTC(2026, 10, 22, 10)
    const { gateway } = await start({ now: () => time })
    expect(JSON.parse((await post(gateway.invokeUrl, { time: time - 301_000 })).body)).toEqual({
      message:
        'Signature expired: 20261122T095459Z is now earlier than 20261122T095500Z (20261122T100000Z - 5 min.)',
    })
  })

  test('error: a body of more than ten megabytes; ten are fine', async () => {
    const { gateway, handler } = await start({ handler: async () => ({ statusCode: 204 }) })
    const limit = 10 * 1024 * 1024
    const answer = await post(gateway.invokeUrl, { body: 'a'.repeat(limit + 1) })
    expect(answer).toMatchObject({ status: 413, body: 'HTTP content length exceeded 10485760 bytes.' })
    expect(answer.headers.get('content-type')).toBe('text/plain')
    expect(handler).not.toHaveBeenCalled()
    expect(await post(gateway.invokeUrl, { body: 'a'.repeat(limit) })).toMatchObject({
      status: 204,
      body: '',
    })
  })
})

describe('requests that no policy allows', () => {
  const denial = async (gateway: Gateway, identity: Identity): Promise<Answer> =>
    post(gateway.invokeUrl, { identity })

  test('error: an outsider is told so, with the account masked', async () => {
    const { gateway, handler } = await start()
    const { outsider } = gateway.cloud.identities
    const answer = await denial(gateway, outsider)
    const resource = `arn:aws:execute-api:us-east-1:********9012:${gateway.deployment.apis[0]?.id}/prod/POST/`
    expect(answer.status).toBe(403)
    expect(answer.headers.get('x-amzn-errortype')).toBe('AccessDeniedException')
    expect(JSON.parse(answer.body)).toEqual({
      Message: `User: ${outsider.arn} is not authorized to perform: execute-api:Invoke on resource: ${resource} because no identity-based policy allows the execute-api:Invoke action`,
    })
    expect(handler).not.toHaveBeenCalled()
  })

  test('error: the operator, taken out of the group, is refused from then on', async () => {
    const { gateway, handler } = await start()
    const { cloud } = gateway
    expect((await post(gateway.invokeUrl)).status).toBe(200)
    cloud.account = removeFromGroup(cloud.account, 'operator', 'treasury-operators')
    expect((await post(gateway.invokeUrl)).status).toBe(403)
    expect(handler).toHaveBeenCalledOnce()
  })

  test('error: the administrator of another account, and the role of the function', async () => {
    const { gateway, handler } = await start()
    const answer = await denial(gateway, gateway.cloud.identities.stranger)
    expect(JSON.parse(answer.body).Message).toMatch(/with an explicit deny in a resource-based policy$/)
    expect((await denial(gateway, gateway.lambda)).status).toBe(403)
    expect(handler).not.toHaveBeenCalled()
  })

  test('error: an address outside of the allowed ranges; a range that holds it lets it in', async () => {
    const outside = await start({ parameters: { AllowedCidrs: '203.0.113.0/24' } })
    const answer = await post(outside.gateway.invokeUrl)
    expect(JSON.parse(answer.body).Message).toMatch(/with an explicit deny in a resource-based policy$/)
    await outside.gateway.stop()
    const inside = await start({ parameters: { AllowedCidrs: '203.0.113.0/24,127.0.0.0/8' } })
    expect((await post(inside.gateway.invokeUrl)).status).toBe(200)
  })

  test('behavior: the stage enforces the policy with which it was deployed', async () => {
    const { gateway } = await start()
    const { cloud } = gateway
    const [api] = cloud.account.apis
    if (!api) throw new Error('there is no API')
    const closed = parsePolicy(
      {
        Version: '2012-10-17',
        Statement: { Effect: 'Deny', Principal: '*', Action: 'execute-api:Invoke', Resource: '*' },
      },
      'closed',
      'resource',
    )
    cloud.account = { ...cloud.account, apis: [{ ...api, policy: closed }] }
    expect((await post(gateway.invokeUrl)).status).toBe(200)
    cloud.enforced.set(api.id, { deploymentId: 'next', policy: closed, since: 0 })
    expect((await post(gateway.invokeUrl)).status).toBe(403)
  })

  test('error: a function that is stopped by a reserved concurrency of none', async () => {
    const { gateway, handler } = await start({ parameters: { ReservedConcurrency: '0' } })
    expect((await post(gateway.invokeUrl)).status).toBe(500)
    expect(handler).not.toHaveBeenCalled()
  })

  test('error: a function that API Gateway may not invoke', async () => {
    const { gateway, handler } = await start()
    const { cloud } = gateway
    const functions = cloud.account.functions.map(one => ({ ...one, policy: undefined }))
    cloud.account = { ...cloud.account, functions }
    expect(await post(gateway.invokeUrl)).toMatchObject({
      status: 500,
      body: '{"message":"Internal server error"}',
    })
    expect(handler).not.toHaveBeenCalled()
  })
})

// curl signs since 7.75; from 7.88 on it signs headers given with -H as well. It does not sort a query before 8.3
// (curl/curl#11794), so the query here has one parameter.
const curl = await promisify(execFile)('curl', ['--version']).then(
  ({ stdout }) => stdout,
  () => '',
)
const [, major, minor] = /^curl (\d+)\.(\d+)/.exec(curl) ?? []
const signsHeaders = Number(major) > 7 || (Number(major) === 7 && Number(minor) >= 88)

describe.skipIf(!signsHeaders)('curl --aws-sigv4', () => {
  const curlPost = async (gateway: Gateway, { accessKeyId, secretAccessKey, sessionToken }: Identity) => {
    const token = sessionToken === undefined ? [] : ['-H', `x-amz-security-token: ${sessionToken}`]
    const { stdout } = await promisify(execFile)('curl', [
      ...[
        '--silent',
        '--noproxy',
        '*',
        '--aws-sigv4',
        'aws:amz:us-east-1:execute-api',
        '--user',
        `${accessKeyId}:${secretAccessKey}`,
      ],
      ...[
        '-H',
        'content-type: application/json',
        '--data',
        '{"message":"0x00"}',
        ...token,
        `${gateway.invokeUrl}?a=b`,
      ],
    ])
    return JSON.parse(stdout)
  }

  test('a JSON body is accepted from a user and from a role', async () => {
    const { gateway } = await start()
    allowAll(gateway, 'adminSignerInvoker')
    for (const identity of [operator, gateway.lambda]) {
      expect(await curlPost(gateway, identity)).toMatchObject({
        body: '{"message":"0x00"}',
        queryStringParameters: { a: 'b' },
        requestContext: { identity: { userArn: identity.arn } },
      })
    }
  })

  test('error: a wrong secret', async () => {
    const { gateway, handler } = await start()
    expect(await curlPost(gateway, { ...operator, secretAccessKey: 'x' })).toEqual({
      message: expect.stringMatching(/^The request signature we calculated does not match/),
    })
    expect(handler).not.toHaveBeenCalled()
  })
})

/** Gives a role a policy for everything. */
const allowAll = ({ cloud }: Gateway, name: string): void => {
  const role = cloud.account.roles.get(name)
  if (!role) throw new Error(`there is no role ${name}`)
  const document = { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: '*', Resource: '*' } }
  const policies = [parsePolicy(document, 'all', 'identity')]
  cloud.account = {
    ...cloud.account,
    roles: new Map([...cloud.account.roles, [name, { ...role, policies }]]),
  }
}

type Request = {
  readonly method?: string
  readonly body?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly identity?: Identity
  readonly region?: string
  readonly service?: string
  readonly time?: number
}

type Answer = { readonly status: number; readonly headers: Headers; readonly body: string }

/** Signs and sends a request. */
const post = async (target: string, request: Request = {}): Promise<Answer> => {
  const { method = 'POST', body = '{}', identity = operator, time = Date.now() } = request
  const url = new URL(target)
  const amzDate = formatAmzDate(time)
  const scope = {
    date: amzDate.slice(0, 8),
    region: request.region ?? 'us-east-1',
    service: request.service ?? 'execute-api',
  }
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    host: url.host,
    'x-amz-date': amzDate,
    ...(identity.sessionToken === undefined ? {} : { 'x-amz-security-token': identity.sessionToken }),
  }
  const names = Object.keys(headers)
  const sent = method === 'GET' ? '' : body
  const canonical = canonicalRequest(
    {
      method,
      url: url.pathname + url.search,
      rawHeaders: Object.entries(headers).flat(),
      body: new Uint8Array(Buffer.from(sent)),
    },
    names,
  )
  const signature = sign(identity, scope, stringToSign(amzDate, scope, canonical))
  const credential = `${identity.accessKeyId}/${Object.values(scope).join('/')}/aws4_request`
  const authorization = `${algorithm} Credential=${credential}, SignedHeaders=${names.join(';')}, Signature=${signature}`
  return read(
    await fetch(target, {
      method,
      headers: { ...headers, ...request.headers, authorization },
      ...(sent === '' ? {} : { body: sent }),
    }),
  )
}

const read = async (response: Response): Promise<Answer> => ({
  status: response.status,
  headers: response.headers,
  body: await response.text(),
})
