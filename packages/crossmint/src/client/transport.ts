// One HTTP exchange with Crossmint: headers, timeout, and repetition where repeating is safe.
// Retry-After: RFC 9110 section 10.2.3.
import { AnswerFault, clean, type Reader } from './answer.ts'
import { CrossmintError, type CrossmintErrorCode } from './error.ts'
import { type Meaning, toCrossmintError } from './refusal.ts'

export type ApiRequest<T> = {
  /** Completes "Crossmint could not ...". */
  readonly operation: string
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** Below `<base>/api`, encoded, e.g. `/2025-06-09/wallets`. */
  readonly path: string
  readonly query?: Readonly<Record<string, string | undefined>> | undefined
  readonly body?: object | undefined
  readonly idempotencyKey?: string | undefined
  /** Whether sending it twice has the effect of sending it once. */
  readonly repeatable: boolean
  readonly meaning?: Meaning | undefined
  readonly read: Reader<T>
}

export type Transport = <T>(request: ApiRequest<T>) => Promise<T>

export type TransportOptions = {
  readonly apiKey: string
  readonly baseUrl: string
  readonly fetch: typeof fetch
  readonly sleep: (milliseconds: number) => Promise<void>
  /** A number from 0 up to 1, for jitter. */
  readonly random: () => number
  readonly now: () => number
  /** For one attempt, in milliseconds. */
  readonly timeoutMs: number
}

const attempts = 4
const longestRetryAfter = 60
const largestAnswer = 10_000_000
const usualMeaning: Meaning = { 409: 'CROSSMINT_CONFLICT', 422: 'CROSSMINT_SIMULATION_FAILED' }

/** Creates the function that every call of the client goes through. */
export function createTransport(options: TransportOptions): Transport {
  return async request => {
    for (let attempt = 1; ; attempt++) {
      const outcome = await exchange(request, options)
      if (outcome.ok) return outcome.value
      if (attempt === attempts || !mayRepeat(request, outcome.error)) throw outcome.error
      await options.sleep(pause(attempt, outcome.error.retryAfter, options.random))
    }
  }
}

type Outcome<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: CrossmintError }

async function exchange<T>(request: ApiRequest<T>, options: TransportOptions): Promise<Outcome<T>> {
  const fail = (code: CrossmintErrorCode, detail: string, status?: number): Outcome<T> => ({
    ok: false,
    error: new CrossmintError(code, {
      operation: request.operation,
      status,
      detail,
      repeatable: request.repeatable,
    }),
  })
  let response: Response
  let answer: string | undefined
  try {
    response = await options.fetch(`${options.baseUrl}/api${request.path}${toQuery(request.query)}`, {
      method: request.method,
      headers: toHeaders(request, options.apiKey),
      body: request.body === undefined ? null : JSON.stringify(request.body),
      // The key must not follow a redirect to another host.
      redirect: 'manual',
      signal: AbortSignal.timeout(options.timeoutMs),
    })
    answer = await readBody(response)
  } catch (error) {
    return fail('CROSSMINT_UNAVAILABLE', describeNetworkFault(error, options))
  }
  const { status } = response
  if (answer === undefined)
    return fail('CROSSMINT_MALFORMED_ANSWER', `the answer is larger than ${largestAnswer} bytes`, status)
  const text = answer.replaceAll(options.apiKey, '[API key]')
  const body = parseJson(text)
  if (response.ok && body === undefined)
    return fail('CROSSMINT_MALFORMED_ANSWER', describeBody(response, text), status)
  if (status >= 300 && status < 400)
    return fail('CROSSMINT_MALFORMED_ANSWER', `it redirected (HTTP ${status})`, status)
  if (!response.ok) return { ok: false, error: refusal(request, response, body, options) }
  try {
    return { ok: true, value: request.read(body, '') }
  } catch (error) {
    if (error instanceof AnswerFault) return fail('CROSSMINT_MALFORMED_ANSWER', error.message, status)
    throw error
  }
}

function refusal<T>(
  request: ApiRequest<T>,
  response: Response,
  body: unknown,
  options: TransportOptions,
): CrossmintError {
  return toCrossmintError({
    operation: request.operation,
    status: response.status,
    body,
    retryAfter: readRetryAfter(response.headers.get('retry-after'), options.now()),
    repeatable: request.repeatable,
    meaning: request.meaning ?? usualMeaning,
  })
}

function mayRepeat<T>(request: ApiRequest<T>, error: CrossmintError): boolean {
  // A rate-limited request was not processed, so any may be repeated, unless the wait is not worth it.
  if (error.code === 'CROSSMINT_RATE_LIMITED') return (error.retryAfter ?? 0) <= longestRetryAfter
  return (
    error.code === 'CROSSMINT_UNAVAILABLE' &&
    request.repeatable &&
    (error.retryAfter ?? 0) <= longestRetryAfter
  )
}

/** Half fixed, half random, so that many clients do not come back at the same moment. */
function pause(attempt: number, retryAfter: number | undefined, random: () => number): number {
  const backoff = Math.min(500 * 2 ** (attempt - 1), 8000)
  return Math.ceil((retryAfter ?? 0) * 1000 + backoff / 2 + (random() * backoff) / 2)
}

function toHeaders<T>(request: ApiRequest<T>, apiKey: string): Record<string, string> {
  return {
    'x-api-key': apiKey,
    accept: 'application/json',
    'content-type': 'application/json',
    ...(request.idempotencyKey === undefined ? {} : { 'x-idempotency-key': request.idempotencyKey }),
  }
}

function toQuery(query: ApiRequest<unknown>['query'] = {}): string {
  const given = Object.entries(query).filter((pair): pair is [string, string] => pair[1] !== undefined)
  return given.length === 0 ? '' : `?${new URLSearchParams(given)}`
}

/** Seconds from now; a date is counted from `now`. */
function readRetryAfter(header: string | null, now: number): number | undefined {
  if (header === null) return undefined
  if (/^\d{1,9}$/.test(header)) return Number(header)
  const date = Date.parse(header)
  return Number.isNaN(date) ? undefined : Math.max(0, Math.ceil((date - now) / 1000))
}

/** The body as text; undefined, and cut off, if it is too large. */
async function readBody({ body }: Response): Promise<string | undefined> {
  const chunks: Uint8Array[] = []
  let length = 0
  // Leaving the loop cancels the stream.
  for await (const chunk of body ?? []) {
    length += chunk.byteLength
    if (length > largestAnswer) return undefined
    chunks.push(chunk)
  }
  return new TextDecoder().decode(Buffer.concat(chunks))
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function describeBody(response: Response, text: string): string {
  if (text === '') return `HTTP ${response.status} with an empty body`
  return `HTTP ${response.status} with a body that is not JSON (${clean(response.headers.get('content-type') ?? 'no type')})`
}

function describeNetworkFault(error: unknown, options: TransportOptions): string {
  if (!(error instanceof Error)) return 'the connection failed'
  if (error.name === 'TimeoutError') return `no answer within ${options.timeoutMs / 1000} s`
  const reason =
    error.cause instanceof Error && error.cause.message !== '' ? error.cause.message : error.message
  return clean(`the connection failed (${reason})`).replaceAll(options.apiKey, '[API key]')
}
