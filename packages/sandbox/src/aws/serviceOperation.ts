// An operation of a service, whatever protocol carries it: the shape of its input, the permission it takes, what it does.
// https://smithy.io/2.0/aws/protocols/index.html
import { describeRefusal } from '../iam/denial.ts'
import { isObject } from '../iam/elements.ts'
import type { ServerRequest } from '../server.ts'
import { AwsError } from './awsError.ts'
import { type Cloud, denialOf } from './cloud.ts'
import type { Identity } from './identity.ts'
import { type Parsed, parse, type Shape } from './shape.ts'
import type { SignatureFailure } from './signatureFailure.ts'
import { verifySignature } from './sigv4.ts'

/** Who calls, and what there is. */
export type ServiceCall = {
  readonly cloud: Cloud
  readonly identity: Identity
  /** The address the request came from. */
  readonly sourceIp: string
}

/** The members of an answer; undefined for an operation without a result. */
export type Output = Readonly<Record<string, unknown>> | undefined

/** Takes the members of the request as the protocol carried them. It throws AWS_ERROR. */
export type ServiceOperation = (input: unknown, call: ServiceCall) => Promise<Output>

/**
 * Makes an operation.
 *
 * @param action What the caller must be allowed, for example `events:ListRules`.
 * @param shape The members of the input. AWS has more of some; those are refused, never passed over.
 * @param resources The ARNs, or `*`, on which the action must be allowed.
 * @param run What the operation does for a caller who may.
 * @returns The operation.
 */
export const serviceOperation =
  <S extends Shape>(
    action: string,
    shape: S,
    resources: (input: Parsed<S>, cloud: Cloud, identity: Identity) => string | readonly string[],
    run: (input: Parsed<S>, call: ServiceCall) => Output | Promise<Output>,
  ): ServiceOperation =>
  async (raw, call) => {
    refuseUnknownMembers(action, shape, raw)
    const input = parse(shape, raw)
    for (const resource of [resources(input, call.cloud, call.identity)].flat())
      requirePermission(call, action, resource)
    return run(input, call)
  }

/**
 * Passes a caller who may do this.
 *
 * @param call Who calls.
 * @param action For example `lambda:GetFunction`.
 * @param resource The ARN of the resource, or `*`.
 * @throws {AWS_ERROR} AccessDeniedException, with AWS's text.
 */
export const requirePermission = (
  { cloud, identity, sourceIp }: ServiceCall,
  action: string,
  resource: string,
): void => {
  // A call that names no resource is about the account, and no policy of an account lets another one in.
  const isForeign = resource === '*' && identity.accountId !== cloud.account.accountId
  const denial = isForeign
    ? describeRefusal(identity.arn, action, resource, { outcome: 'implicitDeny', missing: 'resource' })
    : denialOf(cloud, { identity, action, resource, sourceIp })
  if (denial !== undefined) throw new AwsError('AccessDeniedException', denial)
}

/**
 * Finds out who makes a request.
 *
 * @param request The request as received.
 * @param cloud The cloud.
 * @param scope The service and region of the credential scope; any region for a global service.
 * @returns The call, or why the signature is refused.
 */
export const authenticate = (
  request: ServerRequest,
  cloud: Cloud,
  scope: { readonly service: string; readonly region: string | undefined },
): { readonly call: ServiceCall } | { readonly failure: SignatureFailure } => {
  const lookup = (accessKeyId: string): Identity | undefined => cloud.credentials.get(accessKeyId)
  const verified = verifySignature(request, { ...scope, lookup, now: cloud.now })
  if ('failure' in verified) return verified
  return { call: { cloud, identity: verified.identity, sourceIp: request.remoteAddress } }
}

/**
 * Reads what should be JSON.
 *
 * @param body UTF-8.
 * @returns The value.
 * @throws {AWS_ERROR} SerializationException.
 */
export const parseJsonBody = (body: Uint8Array): unknown => {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
  } catch {
    throw new AwsError('SerializationException', 'The body is not JSON.')
  }
}

const refuseUnknownMembers = (action: string, shape: Shape, input: unknown): void => {
  const unknown = Object.keys(isObject(input) ? input : {}).filter(name => !Object.hasOwn(shape, name))
  if (unknown.length > 0)
    throw new AwsError('ValidationException', `${action}: ${unknown.join(', ')} is not known here.`)
}
