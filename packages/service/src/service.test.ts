import { SignatureError } from '@coffer/signer'
import { KmsError, type KmsErrorCode } from '@coffer/signer/kms-http'
import fc from 'fast-check'
import { type Hex, hashMessage, recoverAddress, recoverMessageAddress } from 'viem'
import { describe, expect, test, vi } from 'vitest'
import { ACCOUNT, ALICE, executeMode, KEY_ARN, payload, TOKEN } from '../test/fixtures.ts'
import { OPEN_FACTS, permitAll, permits, policyOf, starter } from '../test/policy.ts'
import { signer, signerThat, start } from '../test/start.ts'
import { PolicyError } from './policy/fault.ts'
import type { Policy } from './policy/policy.ts'
import { PROBLEMS } from './problem.ts'
import type { ServiceInput, ServiceOptions } from './service.ts'

const HASH: Hex = `0x${'ab'.repeat(32)}`

const transfer = { signerAddress: signer.address, payload: payload() }
const bareHash = { signerAddress: signer.address, message: HASH }

/** A service whose key fails with this. */
const failing = (error: unknown) =>
  start({
    signer: async () =>
      signerThat(() => {
        throw error
      }),
  })

test('default: a transfer is signed, and the signature is the signer’s over the hash as EIP-191 has it', async () => {
  const { status, headers, body } = await start().ask(transfer)
  expect(status).toBe(200)
  expect(headers).toEqual({
    'content-type': 'application/json',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  })
  expect(body).toEqual({
    signature: expect.stringMatching(/^0x[0-9a-f]{128}1[bc]$/),
    signerAddress: signer.address,
    digest: hashMessage({ raw: body.message }),
    message: expect.stringMatching(/^0x[0-9a-f]{64}$/),
    scheme: 'eip191',
    keyId: KEY_ARN,
    rules: ['payouts', 'fees'],
    policyVersion: starter.version,
    requestId: 'request-1',
  })
  const { message, signature } = body
  expect(await recoverMessageAddress({ message: { raw: message }, signature })).toBe(signer.address)
})

test('behavior: scheme raw signs the hash itself', async () => {
  const { body } = await start({ policy: () => permitAll }).ask({ ...transfer, scheme: 'raw' })
  expect(body.digest).toBe(body.message)
  expect(await recoverAddress({ hash: body.message, signature: body.signature })).toBe(signer.address)
})

test('behavior: the guide’s bare hash is signed where a rule permits it', async () => {
  const { status, body } = await start({ policy: () => permitAll }).ask({
    ...bareHash,
    message: Buffer.from(HASH.slice(2), 'hex').toString('base64'),
  })
  expect(status).toBe(200)
  expect(body).toMatchObject({ message: HASH, rules: ['signHash'] })
})

describe('refusals', () => {
  const cases: Readonly<Record<string, readonly [unknown, Partial<ServiceInput>, number, string, string]>> = {
    'a bare hash': [bareHash, {}, 403, 'BLIND_SIGNING_REFUSED', 'denied'],
    'a delegatecall': [
      { ...transfer, payload: payload({ callData: executeMode('ff', ACCOUNT) }) },
      {},
      403,
      'DENIED',
      'denied',
    ],
    'a hash that is not the payload’s': [{ ...transfer, message: HASH }, {}, 422, 'HASH_MISMATCH', 'refused'],
    'another signer address': [
      { ...transfer, signerAddress: ACCOUNT },
      {},
      409,
      'WRONG_SIGNER_ADDRESS',
      'refused',
    ],
    'a faulty request': [{}, {}, 400, 'INVALID_REQUEST', 'refused'],
    'a body over 64 KiB': [' '.repeat(65_537), {}, 413, 'BODY_TOO_LARGE', 'refused'],
    'a form': [
      transfer,
      { contentType: 'application/x-www-form-urlencoded' },
      415,
      'UNSUPPORTED_MEDIA_TYPE',
      'refused',
    ],
    'a type that only begins like JSON': [
      transfer,
      { contentType: 'application/json-seq' },
      415,
      'UNSUPPORTED_MEDIA_TYPE',
      'refused',
    ],
    nobody: [transfer, { principal: undefined }, 403, 'IDENTITY_MISSING', 'refused'],
  }
  test.each(Object.entries(cases))('error: %s', async (_name, [request, input, status, code, outcome]) => {
    let signatures = 0
    const { ask, logged } = start({
      signer: async () =>
        signerThat(hash => {
          signatures += 1
          return signer.signHash(hash)
        }),
    })
    const response = await ask(request, input)
    expect(response).toMatchObject({ status, body: { status, code, requestId: 'request-1' } })
    expect(response.headers).toEqual({
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    })
    expect(logged()).toMatchObject({ status, code, outcome })
    expect(signatures).toBe(0)
  })

  test('error: the whole of a problem', async () => {
    const { body } = await start().ask({
      ...transfer,
      payload: payload({ callData: executeMode('ff', TOKEN) }),
    })
    expect(body).toEqual({
      title: 'Forbidden',
      status: 403,
      detail: 'The policy does not permit this. Each reason is listed.',
      code: 'DENIED',
      requestId: 'request-1',
      issues: [
        {
          path: '/payload/userOperation/callData',
          code: 'DELEGATECALL_REFUSED',
          message: `delegatecall: run the code of ${TOKEN} as the wallet: no rule permits it`,
        },
      ],
    })
  })
})

describe('a dry run', () => {
  const dryRun = { ...transfer, dryRun: true }
  const untouchable = () => {
    const { ask, logged } = start({
      signer: async () =>
        signerThat(() => {
          throw new Error('a dry run must not sign')
        }),
    })
    return { ask, logged }
  }

  test('behavior: it tells that a transfer would be signed and why, and signs nothing', async () => {
    const { ask, logged } = untouchable()
    const { status, body } = await ask(dryRun)
    expect(status).toBe(200)
    expect(body).toEqual({
      decision: 'allow',
      effects: [
        {
          description: `transfer 1.5 USDC from treasury (${ACCOUNT}) to alice (${ALICE})`,
          outcome: 'permitted',
          rules: ['payouts'],
        },
        { description: expect.stringContaining('pay a fee'), outcome: 'permitted', rules: ['fees'] },
      ],
      rules: ['payouts', 'fees'],
      issues: [],
      digest: hashMessage({ raw: body.message }),
      message: expect.stringMatching(/^0x[0-9a-f]{64}$/),
      policyVersion: starter.version,
      requestId: 'request-1',
    })
    expect(logged()).toMatchObject({ outcome: 'explained', dryRun: true, status: 200 })
  })

  test('behavior: it tells every reason against what would be refused', async () => {
    const { ask, logged } = untouchable()
    const callData = executeMode('ff', TOKEN)
    const { status, body } = await ask({ ...dryRun, payload: payload({ callData }) })
    expect(status).toBe(200)
    expect(body).toMatchObject({
      decision: 'deny',
      rules: [],
      issues: [{ code: 'DELEGATECALL_REFUSED', path: '/payload/userOperation/callData' }],
    })
    expect(logged()).toMatchObject({ outcome: 'explained', reasons: ['DELEGATECALL_REFUSED'] })
  })
})

test('error: with a policy that cannot be used nothing is signed, and the log says why', async () => {
  const { ask, logged } = start({
    policy: () => {
      throw new PolicyError([{ file: 'treasury.cedar', line: 3, column: 1, message: 'no such token' }])
    },
  })
  const { status, body } = await ask(transfer)
  expect({ status, code: body.code }).toEqual({ status: 500, code: 'POLICY_INVALID' })
  expect(JSON.stringify(body)).not.toContain('no such token')
  expect(logged()).toMatchObject({ outcome: 'failed', error: 'treasury.cedar:3:1: no such token' })
})

test.each(['text/plain', 'xapplication/json', 'text/x; application/json', 'application/json x', ''])(
  'error: the content type %j is not',
  async contentType => {
    expect(await start().ask(transfer, { contentType })).toMatchObject({ status: 415 })
  },
)

test.each([
  'application/json',
  'application/json; charset=utf-8',
  'application/json  ;charset=utf-8',
  'application/json ',
  'Application/JSON',
  undefined,
])('behavior: the content type %s is accepted', async contentType => {
  expect(await start().ask(transfer, { contentType })).toMatchObject({ status: 200 })
})

describe('a key that fails', () => {
  const kmsCodes = Object.keys(PROBLEMS).filter(code => code.startsWith('KMS_')) as KmsErrorCode[]
  test.each(kmsCodes)('error: %s is a problem of that code, at signing and at the start', async code => {
    const error = new KmsError(code, {
      keyId: KEY_ARN,
      requestId: 'kms-9',
      detail: 'SECRET',
      cause: new Error('SECRET'),
    })
    for (const { ask, logged } of [failing(error), start({ signer: () => Promise.reject(error) })]) {
      const { status, body } = await ask(transfer)
      expect(status).toBe(PROBLEMS[code].status)
      expect(status).toBeGreaterThanOrEqual(500)
      expect(body).toMatchObject({ code, detail: PROBLEMS[code].detail, issues: [] })
      expect(JSON.stringify(body)).not.toContain('SECRET')
      expect(logged()).toMatchObject({
        outcome: 'failed',
        code,
        kmsRequestIds: ['kms-9'],
        error: error.message,
      })
    }
  })

  test.each([
    ['KMS_THROTTLED', 503, '1'],
    ['KMS_UNAVAILABLE', 503, '5'],
    ['KMS_KEY_DISABLED', 503, undefined],
    ['KMS_KEY_PENDING_DELETION', 503, undefined],
  ] as const)('error: %s is %i with Retry-After %s', async (code, status, retryAfter) => {
    const response = await failing(new KmsError(code, { keyId: KEY_ARN })).ask(transfer)
    expect(response.status).toBe(status)
    expect(response.headers['retry-after']).toBe(retryAfter)
  })

  test('error: while nothing is sent to KMS, Retry-After is for as long as that', async () => {
    for (const [retryAfterMs, seconds] of [
      [300, '1'],
      [1_000, '1'],
      [7_001, '8'],
    ] as const) {
      const error = new KmsError('KMS_THROTTLED', { keyId: KEY_ARN, retryAfterMs })
      expect((await failing(error).ask(transfer)).headers['retry-after']).toBe(seconds)
    }
  })

  test('error: a signature that is not the key’s', async () => {
    const { ask, logged } = failing(new SignatureError('SIGNATURE_MISMATCH', 'not this key'))
    expect(await ask(transfer)).toMatchObject({ status: 502, body: { code: 'SIGNATURE_INVALID' } })
    expect(logged()).toMatchObject({ error: 'not this key', effects: expect.any(Array) })
  })

  test('error: a defect shows neither to the caller nor, but for its place, in the log', async () => {
    const { ask, lines, logged } = failing(new TypeError(`cannot read ${payload().userOperation.callData}`))
    const { status, body } = await ask(transfer)
    expect(status).toBe(500)
    expect(body).toMatchObject({ code: 'INTERNAL_ERROR', detail: PROBLEMS.INTERNAL_ERROR.detail })
    expect(logged()['error']).toMatch(/^TypeError at .*service\.test\.ts/)
    expect(lines.join()).not.toContain(payload().userOperation.callData)
  })

  test('error: what is thrown need not be an error', async () => {
    expect(await failing('text').ask(transfer)).toMatchObject({
      status: 500,
      body: { code: 'INTERNAL_ERROR' },
    })
    expect(await failing(undefined).ask(transfer)).toMatchObject({
      status: 500,
      body: { code: 'INTERNAL_ERROR' },
    })
  })
})

test('error: the address of the key is told to whoever names another', async () => {
  const { body } = await start().ask({ ...transfer, signerAddress: ACCOUNT })
  expect(body.issues).toEqual([
    {
      path: '/signerAddress',
      code: 'WRONG_SIGNER_ADDRESS',
      message: `must be ${signer.address}, the address of this key`,
    },
  ])
})

test('error: a bare hash that would also be signed without its prefix is denied for both', async () => {
  const { status, body } = await start().ask({ ...bareHash, scheme: 'raw' })
  expect({ status, code: body.code }).toEqual({ status: 403, code: 'DENIED' })
  expect(body.issues.map(({ code }: { readonly code: string }) => code)).toEqual([
    'BLIND_SIGNING_REFUSED',
    'RAW_SCHEME_REFUSED',
  ])
})

describe('what a rule is told comes from the request', () => {
  const deciding = (condition: string) =>
    policyOf(
      `${permits['payFee']}\n@id("t") permit (principal, action == Action::"transfer", resource) when { ${condition} };`,
      OPEN_FACTS,
    )
  const statusOf = async (
    condition: string,
    changes: object = {},
    input: Partial<ServiceInput> = {},
    options: Partial<ServiceOptions> = {},
  ) =>
    (await start({ policy: () => deciding(condition), ...options }).ask({ ...transfer, ...changes }, input))
      .status

  test('behavior: its reference', async () => {
    const condition = 'context has reference && context.reference == "INV-7"'
    expect(await statusOf(condition, { reference: 'INV-7' })).toBe(200)
    expect(await statusOf(condition, { reference: 'INV-8' })).toBe(403)
    expect(await statusOf(condition)).toBe(403)
  })

  test('behavior: who asks, and from where', async () => {
    const condition =
      'principal.arn like "*/olga" && context has sourceIp && context.sourceIp == ip("192.0.2.1")'
    const arn = 'arn:aws:iam::123456789012:user/olga'
    expect(await statusOf(condition, {}, { principal: { arn, sourceIp: '192.0.2.1' } })).toBe(200)
    expect(await statusOf(condition, {}, { principal: { arn, sourceIp: '192.0.2.2' } })).toBe(403)
    expect(await statusOf(condition, {}, { principal: { arn: `${arn}x`, sourceIp: '192.0.2.1' } })).toBe(403)
  })

  test('behavior: the time at which it came in, as a date or a number, or else the system’s', async () => {
    const condition = 'context.time == datetime("2026-01-06T10:00:00Z")'
    const time = Date.UTC(2026, 0, 6, 10)
    expect(await statusOf(condition, {}, {}, { now: () => new Date(time) })).toBe(200)
    expect(await statusOf(condition, {}, {}, { now: () => time })).toBe(200)
    expect(await statusOf(condition, {}, {}, { now: () => time + 1 })).toBe(403)
    // Time passes while the request is answered.
    let later = time
    expect(await statusOf(condition, {}, {}, { now: () => later++ })).toBe(200)
    vi.spyOn(Date, 'now').mockReturnValue(time)
    expect(await statusOf(condition, {}, {}, { now: undefined })).toBe(200)
    vi.restoreAllMocks()
  })
})

test('behavior: the policy is asked for at each request, so that it can be mended', async () => {
  const policies: readonly Policy[] = [starter, permitAll]
  let asked = 0
  const { ask } = start({ policy: () => policies[asked++] ?? starter })
  expect(await ask(bareHash)).toMatchObject({ status: 403 })
  expect(await ask(bareHash)).toMatchObject({ status: 200, body: { policyVersion: permitAll.version } })
})

test('behavior: a request to KMS outside of any request is nobody’s', async () => {
  let observe: Parameters<ServiceOptions['signer']>[0] = () => undefined
  const { ask, logged } = start({
    signer: async onKmsRequest => {
      observe = onKmsRequest
      return signer
    },
  })
  await ask(transfer)
  expect(() => observe({ requestId: 'kms-1' })).not.toThrow()
  await ask(transfer)
  expect(logged()).toMatchObject({ outcome: 'signed', kmsRequestIds: [] })
})

describe('the start', () => {
  test('behavior: the signer is made once, at the first request that needs it', async () => {
    let made = 0
    const { ask } = start({
      signer: async () => {
        made += 1
        return signer
      },
    })
    await ask({})
    expect(made).toBe(0)
    await Promise.all([ask(transfer), ask(transfer)])
    await ask(transfer)
    expect(made).toBe(1)
  })

  test('behavior: a failure is reported, and the next request tries again', async () => {
    const failures = [
      new KmsError('KMS_KEY_DISABLED', { keyId: KEY_ARN }),
      new KmsError('KMS_ACCESS_DENIED', { keyId: KEY_ARN }),
    ]
    const { ask } = start({
      signer: async () => {
        const failure = failures.shift()
        if (failure !== undefined) throw failure
        return signer
      },
    })
    expect(await ask(transfer)).toMatchObject({ status: 503, body: { code: 'KMS_KEY_DISABLED' } })
    expect(await ask(transfer)).toMatchObject({ status: 503, body: { code: 'KMS_ACCESS_DENIED' } })
    expect(await ask(transfer)).toMatchObject({ status: 200 })
  })
})

test('any body has an answer and a log line', async () => {
  const { ask, lines } = start({ policy: () => permitAll })
  await fc.assert(
    fc.asyncProperty(fc.oneof(fc.string(), fc.json(), fc.uint8Array()), async body => {
      const { status } = await ask(body)
      expect(status).toBe(400)
    }),
    { numRuns: 100 },
  )
  expect(lines.length).toBeGreaterThanOrEqual(100)
})
