// What API Gateway, KMS, Lambda and STS ask IAM before they act, and what they answer when it says no.
// API Gateway Developer Guide, "Control access to a REST API with IAM permissions"; KMS Developer Guide, "Key access and
// permissions"; Lambda Developer Guide, "Managing permissions"; STS API Reference, "AssumeRole".
import type { Account, AccountRole, Caller } from './account.ts'
import { accountOf, splitArn } from './arn.ts'
import type { RequestContext } from './conditionKeys.ts'
import { type Decision, decide } from './decide.ts'
import { describeRefusal } from './denial.ts'
import type { Policy } from './policy.ts'
import { type Connection, connectionContext, type KeyFacts, kmsContext } from './requestContext.ts'
import type { KmsKey, LambdaFunction, RestApi } from './template/deployment.ts'

/** A decision, and AWS's text for the caller where it is not an allow. */
export type Authorization = { readonly decision: Decision; readonly denial?: string | undefined }

/** An answer of API Gateway. */
export type ApiDenial = { readonly status: 403; readonly type: string; readonly body: string }

export type ApiAuthorization = { readonly decision: Decision; readonly denial?: ApiDenial | undefined }

/** Who asks, and how the request came. */
type Asking = { readonly caller: Caller; readonly connection: Connection }

/**
 * Decides a call of a REST API. Whether the API has such a method and stage is for the gateway to see to; a method
 * that it does not have is decided as one that asks for IAM authorization.
 *
 * @param account The account of the API.
 * @param request.caller Who asks, with their policies; `anonymous` where the request is not signed.
 * @param request.connection How the request came.
 * @param request.api The API.
 * @param request.httpMethod For example `POST`.
 * @param request.path The path within the stage, for example `/`.
 * @param request.stage For example `prod`.
 * @returns The decision; where it is no allow, the answer with status 403.
 */
export const authorizeExecuteApi = (
  account: Account,
  request: Asking & {
    readonly api: RestApi
    readonly httpMethod: string
    readonly path: string
    readonly stage: string
  },
): ApiAuthorization => {
  const { caller, connection, api, httpMethod, path, stage } = request
  const resource = `${api.arn}/${stage}/${httpMethod}/${path.replace(/^\//, '')}`
  const method = api.methods.find(
    one => one.path === path && (one.httpMethod === httpMethod || one.httpMethod === 'ANY'),
  )
  if (api.isPrivate && !connection.endpoint) return refuse('endpoint', 'ForbiddenException', 'Forbidden')
  const isOpen = method?.authorization === 'NONE'
  if (caller.principal.kind === 'anonymous' && !isOpen)
    return refuse('identity', 'MissingAuthenticationTokenException', 'Missing Authentication Token')
  // Without authorization nobody is authenticated: a signature is not looked at, and no policy is asked if there is none.
  if (isOpen && !api.policy) return { decision: { outcome: 'allow', by: [] } }
  const asking: Caller = isOpen ? { principal: { kind: 'anonymous' }, policies: [] } : caller
  const action = 'execute-api:Invoke'
  const decision = ask(account, { ...request, caller: asking, action, resource, policy: api.policy })
  if (decision.outcome === 'allow') return { decision }
  const text = describeRefusal(nameOf(asking), action, maskAccount(resource), decision)
  return {
    decision,
    denial: { status: 403, type: 'AccessDeniedException', body: JSON.stringify({ Message: text }) },
  }
}

/**
 * Decides a KMS operation.
 *
 * @param account The account of the key.
 * @param request.caller Who asks, with their policies.
 * @param request.connection How the request came.
 * @param request.operation For example `Sign`.
 * @param request.input The body of the request: its parameters stand in condition keys.
 * @param request.target The key, or the ARN of an alias, which has no policy of its own; undefined for an operation on
 *   neither, such as ListKeys. An operation on several (UpdateAlias) is allowed where each of them is.
 * @returns The decision; where it is no allow, the message of the AccessDeniedException.
 */
export const authorizeKms = (
  account: Account,
  request: Asking & {
    readonly operation: string
    readonly input: Readonly<Record<string, unknown>>
    readonly target?: (KeyFacts & Pick<KmsKey, 'arn' | 'policy'>) | string | undefined
  },
): Authorization => {
  const { caller, operation, input, target } = request
  const key = typeof target === 'object' ? target : undefined
  const resource = key?.arn ?? (typeof target === 'string' ? target : '*')
  const context = {
    ...kmsContext(operation, input, key),
    'kms:CallerAccount': 'accountId' in caller.principal ? caller.principal.accountId : undefined,
  }
  return answer(account, { ...request, action: `kms:${operation}`, resource, policy: key?.policy, context })
}

/**
 * Decides an invocation of a function.
 *
 * @param account The account of the function.
 * @param request.caller Who asks, with their policies.
 * @param request.connection How the request came.
 * @param request.lambda The function.
 * @param request.sourceArn What makes a service invoke it: the ARN of the API's method, stage included.
 * @returns The decision, and Lambda's text where it is no allow.
 */
export const authorizeInvoke = (
  account: Account,
  request: Asking & { readonly lambda: LambdaFunction; readonly sourceArn?: string | undefined },
): Authorization => {
  const { lambda, sourceArn } = request
  const context = sourceContext(sourceArn)
  const { arn: resource, policy } = lambda
  return answer(account, { ...request, action: 'lambda:InvokeFunction', resource, policy, context })
}

/**
 * Decides who may act as a role.
 *
 * @param account The account of the role.
 * @param request.caller Who asks, with their policies.
 * @param request.connection How the request came.
 * @param request.role The role.
 * @param request.sourceArn For what a service assumes it: the ARN of the function.
 * @returns The decision, and STS's text where it is no allow.
 */
export const authorizeAssumeRole = (
  account: Account,
  request: Asking & { readonly role: AccountRole; readonly sourceArn?: string | undefined },
): Authorization => {
  const { arn: resource, trust: policy } = request.role
  const context = sourceContext(request.sourceArn)
  return answer(account, { ...request, action: 'sts:AssumeRole', resource, policy, context })
}

/**
 * Decides an action that no policy of a resource has a say in here, such as writing to a log group or changing a function.
 *
 * @param account The account of the resource.
 * @param request.caller Who asks, with their policies.
 * @param request.connection How the request came.
 * @param request.action For example `logs:PutLogEvents`.
 * @param request.resource The ARN of the resource, or `*`.
 * @returns The decision, and AWS's text where it is no allow.
 */
export const authorizeAction = (
  account: Account,
  request: Asking & { readonly action: string; readonly resource: string },
): Authorization => answer(account, { ...request, policy: undefined })

/** For what a service makes a request. */
const sourceContext = (sourceArn: string | undefined): RequestContext => ({
  'aws:SourceArn': sourceArn,
  'aws:SourceAccount': sourceArn === undefined ? undefined : accountOf(sourceArn),
})

type Question = Asking & {
  readonly action: string
  readonly resource: string
  readonly policy: Policy | undefined
  readonly context?: RequestContext | undefined
}

const answer = (account: Account, question: Question): Authorization => {
  const decision = ask(account, question)
  if (decision.outcome === 'allow') return { decision }
  const { caller, action, resource } = question
  return { decision, denial: describeRefusal(nameOf(caller), action, resource, decision) }
}

const ask = (account: Account, question: Question): Decision => {
  const { caller, connection, action, resource, policy, context } = question
  const region = splitArn(resource)?.[3] ?? ''
  const endpoint = account.endpoints.find(one => one.id === connection.endpoint?.id)
  return decide({
    principal: caller.principal,
    action,
    resource,
    resourceAccount: account.accountId,
    context: {
      ...connectionContext(connection, region),
      'aws:ResourceAccount': accountOf(resource) ?? account.accountId,
      ...context,
    },
    policies: {
      identity: caller.policies,
      boundary: caller.boundary,
      resource: policy,
      endpoint: endpoint?.policy,
    },
  })
}

const refuse = (missing: 'endpoint' | 'identity', type: string, message: string): ApiAuthorization => ({
  decision: { outcome: 'implicitDeny', missing },
  denial: { status: 403, type, body: JSON.stringify({ message }) },
})

const nameOf = ({ principal }: Caller): string => {
  if (principal.kind === 'service') return principal.service
  return principal.kind === 'anonymous' ? 'anonymous' : principal.arn
}

/** API Gateway shows four digits of the account. */
const maskAccount = (arn: string): string => arn.replace(/:\d{8}(\d{4}):/, ':********$1:')
