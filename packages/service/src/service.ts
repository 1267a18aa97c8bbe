// The signing service as a function of a request: parse, prepare, authorize, sign, reply, and one log line whatever
// happens. It knows nothing of HTTP servers, Lambda or the environment.
import { AsyncLocalStorage } from 'node:async_hooks'
import { type Signer, serializeSignature } from '@coffer/signer'
import { KmsError } from '@coffer/signer/kms-http'
import { authorize, type Decision, signAuthorized } from './authorize.ts'
import { type Facts, logLine } from './log.ts'
import type { Principal } from './policy/inquiry.ts'
import type { Policy } from './policy/policy.ts'
import type { Reason } from './policy/reason.ts'
import { type Prepared, prepare } from './prepare.ts'
import { HEADERS, problemCode, problemResponse, ServiceError, type ServiceResponse } from './problem.ts'
import { parseRequest } from './request.ts'

export type ServiceOptions = {
  /**
   * Makes the signer, at the first request. A failure is reported to that request and the next one tries again; a success
   * is kept. `onKmsRequest` is to be given to `awsKms` as `onRequest`, so that the log has the ids of the KMS requests.
   */
  readonly signer: (
    onKmsRequest: (request: { readonly requestId: string | undefined }) => void,
  ) => Promise<Signer>
  /** Gives the policy; asked for each request. If it throws, nothing is signed. */
  readonly policy: () => Policy
  /** Takes one line of JSON for each request. If it throws, the request gets no answer. */
  readonly log: (line: string) => void
  /** The time, in milliseconds since 1970 where it is a number. The default is the system's. */
  readonly now?: (() => Date | number) | undefined
}

export type ServiceInput = {
  readonly body: string | Uint8Array
  /** The Content-Type header, where there was one. */
  readonly contentType?: string | undefined
  /** `undefined` where the transport has not authenticated anybody, which is refused. */
  readonly principal: Principal | undefined
  readonly requestId: string
}

export type Service = (input: ServiceInput) => Promise<ServiceResponse>

/**
 * Makes the signing service.
 *
 * @param options The signer, the policy, the log, and the clock.
 * @returns A function that answers a request: 200 with the signature (or the decision alone, where that was asked), or a
 *   problem (RFC 9457). It rejects only if the log throws: no answer leaves without its log line.
 */
export const createService = (options: ServiceOptions): Service => {
  const { log, now = Date.now } = options
  const clock = (): number => Number(now())
  // Whose KMS requests are whose, however many requests are answered at the same time.
  const kmsRequestIds = new AsyncLocalStorage<string[]>()
  const getSigner = keepSuccess(() =>
    options.signer(request => record(kmsRequestIds.getStore(), request.requestId)),
  )

  const answer = async (input: ServiceInput, facts: Facts): Promise<ServiceResponse> => {
    if (input.principal === undefined) throw new ServiceError('IDENTITY_MISSING')
    if (!/^application\/json *(;|$)/i.test(input.contentType ?? 'application/json'))
      throw new ServiceError('UNSUPPORTED_MEDIA_TYPE')
    const policy = options.policy()
    facts.policyVersion = policy.version
    const request = parseRequest(input.body)
    facts.request = request
    const prepared = prepare(request)
    facts.prepared = prepared

    const signer = await getSigner()
    facts.keyId = signer.keyId
    if (signer.address !== request.signerAddress) throw wrongSignerAddress(signer.address)
    const { principal } = input
    const { reference } = request
    const decision = authorize({ principal, prepared, reference, time: new Date(facts.started) }, policy)
    if (decision.outcome === 'deny') facts.reasons = decision.reasons
    else facts.rules = decision.rules
    if (request.dryRun === true) return explanation(decision, prepared, policy, input.requestId)
    if (decision.outcome === 'deny') throw denied(decision.reasons)

    const asked = clock()
    const signature = await signAuthorized(signer, decision).finally(() => {
      facts.keyDuration = clock() - asked
    })
    return success({
      signature: serializeSignature(signature),
      signerAddress: signer.address,
      digest: prepared.digest,
      message: prepared.hash,
      scheme: request.scheme,
      keyId: signer.keyId,
      rules: decision.rules,
      policyVersion: policy.version,
      requestId: input.requestId,
    })
  }

  return input => {
    const { requestId, principal } = input
    const facts: Facts = { requestId, principal, started: clock(), kmsRequestIds: [] }
    return kmsRequestIds.run(facts.kmsRequestIds, async () => {
      const response = await answer(input, facts).catch((error: unknown) => refuse(error, facts))
      log(logLine(facts, response.status, clock()))
      return response
    })
  }
}

const success = (body: Readonly<Record<string, unknown>>): ServiceResponse => ({
  status: 200,
  headers: { ...HEADERS, 'content-type': 'application/json' },
  body: JSON.stringify(body),
})

/** The decision, for whoever wants to know before asking for the signature. */
const explanation = (
  decision: Decision,
  { hash, digest }: Prepared,
  policy: Policy,
  requestId: string,
): ServiceResponse =>
  success({
    decision: decision.outcome,
    effects: decision.effects,
    rules: decision.outcome === 'allow' ? decision.rules : [],
    issues: decision.outcome === 'deny' ? decision.reasons : [],
    digest,
    message: hash,
    policyVersion: policy.version,
    requestId,
  })

const refuse = (error: unknown, facts: Facts): ServiceResponse => {
  const code = problemCode(error)
  facts.problem = { code, error }
  // A request that KMS refused is reported by its error, not by the observer.
  if (error instanceof Error && 'requestId' in error) record(facts.kmsRequestIds, error.requestId)
  const issues = error instanceof ServiceError ? error.issues : []
  return problemResponse(
    code,
    facts.requestId,
    issues,
    error instanceof KmsError ? error.retryAfterMs : undefined,
  )
}

const record = (ids: string[] | undefined, id: unknown): void => {
  if (typeof id === 'string') ids?.push(id)
}

const denied = (reasons: readonly Reason[]): ServiceError =>
  new ServiceError(
    reasons.every(reason => reason.code === 'BLIND_SIGNING_REFUSED') ? 'BLIND_SIGNING_REFUSED' : 'DENIED',
    reasons,
  )

const wrongSignerAddress = (address: string): ServiceError =>
  new ServiceError('WRONG_SIGNER_ADDRESS', [
    {
      path: '/signerAddress',
      code: 'WRONG_SIGNER_ADDRESS',
      message: `must be ${address}, the address of this key`,
    },
  ])

/** Makes something at the first call and keeps it. After a failure the next call tries again. */
const keepSuccess = <T>(make: () => Promise<T>): (() => Promise<T>) => {
  let kept: Promise<T> | undefined
  return () => {
    kept ??= make().catch((error: unknown) => {
      kept = undefined
      throw error
    })
    return kept
  }
}
