// A client of the signing endpoint: one POST, signed with SigV4 for execute-api, as awscurl would send it.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
import { setTimeout as delay } from 'node:timers/promises'
import { Sha256 } from '@aws-crypto/sha256-js'
import { SignatureV4 } from '@smithy/signature-v4'
import {
  type EndpointDecision,
  type EndpointReply,
  type Fields,
  type ReadBody,
  readDecision,
  readIssues,
  readReply,
} from './endpointAnswer.ts'
import { type ExitCode, exitCodes } from './exitCodes.ts'
import { CliError, ruleFor } from './failure.ts'

export type { EndpointDecision, EndpointReply, Hex } from './endpointAnswer.ts'

/** What the endpoint is asked; docs/api.md explains each field. */
export type EndpointRequest = {
  readonly message?: string | undefined
  readonly signerAddress: string
  readonly payload?: object | undefined
  readonly scheme?: string | undefined
  readonly reference?: string | undefined
}

export type Credentials = () => Promise<{
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
}>

/** Asks for a signature; `decide` asks for the decision alone. */
export type SigningEndpoint = {
  (request: EndpointRequest): Promise<EndpointReply>
  readonly decide: (request: EndpointRequest) => Promise<EndpointDecision>
}

/**
 * Creates a client of the signing endpoint.
 *
 * `decide` asks for the decision alone: the endpoint signs nothing then.
 *
 * Asking twice for the same signature moves no money, so what may pass (throttling, timeouts, network faults) is tried
 * three times in all.
 *
 * @param options.url Invoke URL including the stage, e.g. `https://abc.execute-api.eu-north-1.amazonaws.com/prod`.
 * @param options.region Finds the AWS Region; asked only where the URL's host does not name one.
 * @throws {EndpointError} with the code of the service's problem document, or ENDPOINT_* for the gateway's answers.
 */
export function createSigningEndpoint(options: {
  url: string
  region: () => Promise<string>
  credentials: Credentials
  fetch?: typeof fetch | undefined
}): SigningEndpoint {
  const url = new URL(options.url.endsWith('/') ? options.url : `${options.url}/`)
  const send = options.fetch ?? fetch
  return Object.assign((request: EndpointRequest) => ask(JSON.stringify(request), readReply), {
    decide: (request: EndpointRequest) => ask(JSON.stringify({ ...request, dryRun: true }), readDecision),
  })

  async function ask<T>(body: string, readBody: ReadBody<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      const answer = await attemptOnce(body, readBody)
      if (answer.ok) return answer.reply
      if (answer.error.exitCode !== exitCodes.unavailable || attempt === 3) throw answer.error
      await delay(Math.min(answer.waitMs ?? 200 * 2 ** attempt, 5000))
    }
  }

  async function attemptOnce<T>(body: string, readBody: ReadBody<T>): Promise<Answer<T>> {
    const headers = await sign(body)
    let status: number
    let text: string
    let retryAfter: string | null
    try {
      const signal = AbortSignal.timeout(30_000)
      const response = await send(url, { method: 'POST', headers, body, redirect: 'error', signal })
      status = response.status
      retryAfter = response.headers.get('retry-after')
      text = await response.text()
    } catch (error) {
      const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
      const reason = cause instanceof Error ? cause.message : String(cause)
      const message = `the signing endpoint ${url.href} does not answer: ${reason}`
      return {
        ok: false,
        waitMs: undefined,
        error: new EndpointError('ENDPOINT_UNREACHABLE', 0, message, []),
      }
    }
    return read(status, text, retryAfter, readBody)
  }

  async function findRegion(): Promise<string> {
    return options.region().catch(() => {
      throw new CliError('REGION_MISSING', `the AWS Region of ${url.origin} is not known`, {
        hints: ['export AWS_REGION=eu-north-1', 'or set "region" in coffer.json'],
      })
    })
  }

  async function sign(body: string): Promise<Record<string, string>> {
    const credentials = await options.credentials().catch((cause: Error) => {
      throw new CliError('CREDENTIALS_MISSING', `no AWS credentials: ${cause.message}`, {
        exitCode: exitCodes.unauthorized,
        hints: ['aws configure', 'or set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY'],
      })
    })
    const signer = new SignatureV4({
      service: 'execute-api',
      region: /\.execute-api\.([a-z0-9-]+)\./.exec(url.hostname)?.[1] ?? (await findRegion()),
      credentials,
      sha256: Sha256,
    })
    const signed = await signer.sign({
      method: 'POST',
      protocol: url.protocol,
      hostname: url.hostname,
      path: url.pathname,
      headers: { host: url.host, 'content-type': 'application/json' },
      body,
    })
    return signed.headers
  }
}

type Answer<T> =
  | { readonly ok: true; readonly reply: T }
  | { readonly ok: false; readonly waitMs: number | undefined; readonly error: EndpointError }

function read<T>(status: number, text: string, retryAfter: string | null, readBody: ReadBody<T>): Answer<T> {
  const body = parseObject(text)
  const reply = status === 200 && body !== undefined ? readBody(body) : undefined
  if (reply !== undefined) return { ok: true, reply }
  const seconds = Number(retryAfter ?? Number.NaN)
  const waitMs = Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : undefined
  return { ok: false, waitMs, error: toError(status, body) }
}

function toError(status: number, body: Fields | undefined): EndpointError {
  if (typeof body?.['code'] === 'string') {
    const detail = body['detail'] ?? body['title']
    return new EndpointError(body['code'], status, String(detail), readIssues(body['issues']), {
      requestId: typeof body['requestId'] === 'string' ? body['requestId'] : undefined,
    })
  }
  // API Gateway's own answers: `message`, or `Message` where a policy denied.
  const said = body?.['message'] ?? body?.['Message']
  const message =
    typeof said === 'string' ? (said.split('\n')[0] ?? said) : `HTTP ${status} without an explanation`
  if (status === 403)
    return new EndpointError('ENDPOINT_FORBIDDEN', status, `API Gateway refused the call: ${message}`, [], {
      hints: forbiddenHints(message),
    })
  if (status === 429)
    return new EndpointError('ENDPOINT_THROTTLED', status, `API Gateway throttled the call: ${message}`, [])
  return new EndpointError(
    'ENDPOINT_UNEXPECTED_ANSWER',
    status,
    `the endpoint answered ${status}: ${message}`,
    [],
  )
}

function parseObject(text: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Fields) : undefined
  } catch {
    return undefined
  }
}

/** The endpoint's refusal; `code` is the service's (docs/api.md) or ENDPOINT_* where the gateway answered. */
export class EndpointError extends CliError {
  readonly status: number
  readonly issues: readonly string[]
  readonly requestId: string | undefined

  constructor(
    code: string,
    status: number,
    message: string,
    issues: readonly string[],
    more: { requestId?: string | undefined; hints?: readonly string[] | undefined } = {},
  ) {
    const lines = [message, ...issues.map(issue => `  - ${issue}`)]
    super(code, lines.join('\n'), { exitCode: exitCodeOf(code, status), hints: more.hints ?? hintsOf(code) })
    this.status = status
    this.issues = issues
    this.requestId = more.requestId
  }
}

// The service says what it means by its code; where API Gateway or something else answered, the status has to do.
function exitCodeOf(code: string, status: number): ExitCode {
  const known = ruleFor(code)
  if (known !== undefined) return known.exitCode
  if (code === 'ENDPOINT_FORBIDDEN') return exitCodes.unauthorized
  if (status === 0 || status === 429 || status >= 500) return exitCodes.unavailable
  return status === 200 ? exitCodes.untrusted : exitCodes.refused
}

/** Who could do something about it: IAM's text names the caller, and the kind of policy that is in the way. */
function forbiddenHints(message: string): readonly string[] {
  const [, arn = ''] = /^User: (\S+) is not authorized/.exec(message) ?? []
  const [type, ...path] = arn.split(':').slice(5).join(':').split('/')
  if (/explicit deny in a resource-based policy/.test(message))
    return [
      "the endpoint's own policy denies it: another account, an address outside of AllowedCidrs, or a network that is not its VPC",
      'coffer access',
    ]
  if (type === 'user')
    return [`have an administrator run: coffer operator add ${path.at(-1)}`, 'coffer access']
  if (type === 'assumed-role')
    return [
      `have an administrator let the role ${path[0]} in: coffer deploy --parameters OperatorRoleArns=ROLE_ARN,...`,
      'coffer access',
    ]
  return ['aws sts get-caller-identity', 'is "endpoint" (COFFER_ENDPOINT) the invoke URL, with its stage?']
}

function hintsOf(code: string): readonly string[] {
  switch (code) {
    case 'ENDPOINT_UNREACHABLE':
    case 'ENDPOINT_UNEXPECTED_ANSWER':
      return ['is "endpoint" (COFFER_ENDPOINT) the invoke URL, with its stage?']
    default:
      return ruleFor(code)?.hints ?? []
  }
}
