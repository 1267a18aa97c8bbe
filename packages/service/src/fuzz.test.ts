// Requests and call data that are nearly right: every one is answered or refused as documented, never by a defect, and
// never at length. COFFER_FUZZ_RUNS multiplies the number of runs: docs/testing.md.
import fc from 'fast-check'
import type { Hex } from 'viem'
import { describe, expect, test, vi } from 'vitest'
import { CONTAINERS } from '../test/containers.ts'
import {
  ACCOUNT,
  anyUnderstoodCall,
  BATCHES,
  CALLER,
  execute,
  payload,
  TOKEN,
  transferCall,
} from '../test/fixtures.ts'
import { ERC20, ERC20_SIGNED, NFT, OPERATORS, OTHERS, PERMIT2_FUNCTIONS } from '../test/functions.ts'
import { mutatedData, mutatedJson } from '../test/mutate.ts'
import {
  ANY_TRANSACTION,
  anyUserOperation06,
  anyUserOperation07,
  authorization,
  knownTypedData,
  mail,
  transaction,
} from '../test/payloads.ts'
import { permitAll } from '../test/policy.ts'
import { signer, start } from '../test/start.ts'
import { callEffects } from './effects/call.ts'
import { executionEffects } from './effects/execution.ts'
import { prepare } from './prepare.ts'
import { PROBLEMS, ServiceError } from './problem.ts'
import { parseRequest } from './request.ts'

const runs = Number(process.env['COFFER_FUZZ_RUNS'] ?? 1)
vi.setConfig({ testTimeout: 60_000 * Math.max(1, runs) })

/** The 512 effects of call data, and what a payload may have besides: fees, a deployment, the scheme. */
const mostEffects = 520

const requestOf = (subject: object): object => ({ signerAddress: signer.address, ...subject })
const [operation06] = fc.sample(anyUserOperation06, { seed: 1, numRuns: 1 })
const [operation07] = fc.sample(anyUserOperation07, { seed: 1, numRuns: 1 })
const ENTRY_POINT_06 = '0x5FF137D4b0FDCD49DcA30c7CF57E578a026d2789'

const known = [
  'permit',
  'permitBatch',
  'permitBatchWitnessTransferFrom',
  'transferWithAuthorization',
  'kernelEnable',
] as const

/** Valid requests of each kind. */
const originals: Readonly<Record<string, readonly object[]>> = {
  hash: [{ message: `0x${'ab'.repeat(32)}`, scheme: 'eip191', reference: 'Invoice 7', dryRun: true }],
  userOperation: [
    { payload: payload() },
    { payload: payload({ callData: BATCHES['ERC-7579 batch']?.([transferCall, transferCall]) }) },
    { payload: { ...payload(), userOperation: operation07 } },
    { payload: { ...payload(), entryPoint: ENTRY_POINT_06, userOperation: operation06 } },
  ],
  transaction: [
    { payload: transaction },
    ...Object.values(ANY_TRANSACTION).flatMap(any =>
      fc.sample(any, { seed: 7, numRuns: 2 }).map(one => ({
        payload: { kind: 'transaction', transaction: JSON.parse(JSON.stringify(one)) },
      })),
    ),
  ],
  typedData: [{ payload: mail }, ...known.map(name => ({ payload: knownTypedData(name) }))],
  personalMessage: [
    { payload: { kind: 'personalMessage', text: 'Hello' } },
    { payload: { kind: 'personalMessage', bytes: '0x00ff' } },
  ],
  authorization: [{ payload: authorization }],
}

/** Only a ServiceError, of no more words than a person would read. */
const expectRefusal = (error: unknown): void => {
  expect(error).toBeInstanceOf(ServiceError)
  const { message, issues } = error as ServiceError
  expect(JSON.stringify(issues).length).toBeLessThan(200_000)
  expect(message.length).toBeLessThan(200_000)
}

describe.each(Object.entries(originals))('requests: %s', (_, subjects) => {
  const bodies = subjects.map(requestOf)

  test('a valid one is read', () => {
    for (const body of bodies) expect(prepare(parseRequest(JSON.stringify(body))).effects).not.toEqual([])
  })

  test('a mutated one is read and prepared, or is a ServiceError', () => {
    fc.assert(
      fc.property(mutatedJson(bodies), body => {
        try {
          const { effects, digest } = prepare(parseRequest(body))
          expect(digest).toMatch(/^0x[0-9a-f]{64}$/)
          expect(effects.length).toBeLessThanOrEqual(mostEffects)
        } catch (error) {
          expectRefusal(error)
        }
      }),
      { numRuns: 100 * runs },
    )
  })

  test('a mutated one is answered as documented, and never as a defect', async () => {
    const { ask, lines } = start({ policy: () => permitAll })
    await fc.assert(
      fc.asyncProperty(mutatedJson(bodies), async text => {
        const { status, body } = await ask(text)
        const problem = PROBLEMS[body.code as keyof typeof PROBLEMS]
        expect([200, problem?.status]).toContain(status)
        expect(status).toBeLessThan(500)
        expect(JSON.stringify(body).length).toBeLessThan(300_000)
        expect(lines.at(-1)?.length).toBeLessThan(256_000)
      }),
      { numRuns: 40 * runs },
    )
  })
})

test.each([
  ['nested arrays', '['],
  ['a string without an end', '"'],
  ['spaces', ' '],
  ['bytes that are no text', '\u00ff'],
])('error: 10 MB of %s are refused before they are parsed', (_, unit) => {
  const body = Buffer.alloc(10_000_000, unit, 'latin1')
  const parse = vi.spyOn(JSON, 'parse')
  try {
    for (const one of [body, body.toString('latin1')])
      expect(() => parseRequest(one)).toThrow(expect.objectContaining({ code: 'BODY_TOO_LARGE' }))
    expect(parse).not.toHaveBeenCalled()
  } finally {
    parse.mockRestore()
  }
})

test.each([
  ['arrays', '[', ']'],
  ['objects', '{"a":', '}'],
  ['payloads', '{"payload":', '}'],
])('error: 64 KiB of nested %s are a refusal', (_, open, close) => {
  const depth = Math.floor(65_000 / (open.length + close.length))
  const body = `${open.repeat(depth)}1${close.repeat(depth)}`
  expect(() => parseRequest(body)).toThrow(expect.objectContaining({ code: 'INVALID_REQUEST' }))
})

describe('call data', () => {
  const functions = [ERC20, ERC20_SIGNED, PERMIT2_FUNCTIONS, NFT, OPERATORS, OTHERS].flat()
  const understood: fc.Arbitrary<Hex> = fc
    .constantFrom(...functions)
    .chain(one => one.examples)
    .map(({ data }) => data)
  const calls = fc.array(
    fc.oneof(
      anyUnderstoodCall,
      understood.map(data => ({ to: TOKEN, value: 0n, data })),
    ),
    { minLength: 1, maxLength: 4 },
  )
  /** Calls within calls, one to five deep. */
  const carried: fc.Arbitrary<Hex> = fc
    .tuple(calls, fc.array(fc.constantFrom(...Object.values(CONTAINERS)), { minLength: 1, maxLength: 5 }))
    .map(([inner, around]) => {
      const carry = (list: typeof inner, container: (typeof around)[number]): typeof inner => [
        container.contain(list, ACCOUNT),
      ]
      return around.reduce(carry, inner)[0]?.data ?? '0x'
    })
  const batches = fc
    .tuple(
      calls,
      fc.constantFrom(...Object.values(BATCHES), ([call = transferCall]) => execute(call)),
    )
    .map(([list, batch]) => batch(list))

  test.each([
    ['a function', understood],
    ['calls within calls', carried],
    ['what an account is told', batches],
  ])('mutated from %s has at most 512 effects, as a call never none, and never fails', (_, originals) => {
    fc.assert(
      fc.property(mutatedData(originals), fc.boolean(), (data, isOwn) => {
        const call = { to: isOwn ? ACCOUNT : TOKEN, value: 1n, data }
        const carriedOut = callEffects(call, CALLER)
        expect(carriedOut.length).toBeGreaterThan(0)
        expect(carriedOut.length).toBeLessThanOrEqual(512)
        expect(executionEffects(data, CALLER).length).toBeLessThanOrEqual(512)
      }),
      { numRuns: 200 * runs },
    )
  })
})
