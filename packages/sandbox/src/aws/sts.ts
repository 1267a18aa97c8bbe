// AWS Security Token Service: who one is (GetCallerIdentity), and acting as a role (AssumeRole). AWS's query protocol.
// AWS STS API Reference, version 2011-06-15.
import { authorizeAssumeRole } from '../iam/authorize.ts'
import type { ServerRequest, ServerResponseData } from '../server.ts'
import { type Cloud, callerOf, connectionOf } from './cloud.ts'
import { createSession, type Identity } from './identity.ts'
import { element, queryAnswer, queryError, textElement } from './query.ts'
import { describeFailure, type SignatureFailure } from './signatureFailure.ts'
import { verifySignature } from './sigv4.ts'

const version = '2011-06-15'
const namespace = `https://sts.amazonaws.com/doc/${version}/`

/** The names the services of the query protocol have for errors the others call differently. */
const errorCodes: Readonly<Record<string, readonly [code: string, status: number]>> = {
  MissingAuthenticationTokenException: ['MissingAuthenticationToken', 403],
  IncompleteSignatureException: ['IncompleteSignature', 400],
  InvalidSignatureException: ['SignatureDoesNotMatch', 403],
  UnrecognizedClientException: ['InvalidClientTokenId', 403],
  ExpiredTokenException: ['ExpiredToken', 403],
}

/**
 * Answers a request to STS.
 *
 * @param request The request as received.
 * @param cloud The cloud.
 * @returns The caller's identity, the credentials of a session, or an error.
 */
export const respondSts = (request: ServerRequest, cloud: Cloud): ServerResponseData => {
  // No region: the global endpoint and the regional ones are all at this address.
  const lookup = (accessKeyId: string) => cloud.credentials.get(accessKeyId)
  const verified = verifySignature(request, { service: 'sts', lookup, now: cloud.now })
  if ('failure' in verified) return signatureRefused(namespace, verified.failure)
  const form = new URLSearchParams(Buffer.from(request.body).toString())
  const [action, requested] = [form.get('Action'), form.get('Version')]
  if (requested === version && action === 'GetCallerIdentity') return describeCaller(verified.identity)
  if (requested === version && action === 'AssumeRole')
    return assumeRole(cloud, verified.identity, request.remoteAddress, form)
  const message = `Could not find operation ${action} for version ${requested}`
  return queryError(namespace, 400, 'InvalidAction', message)
}

const describeCaller = ({ arn, userId, accountId }: Identity): ServerResponseData =>
  queryAnswer(
    namespace,
    'GetCallerIdentity',
    textElement('Arn', arn) + textElement('UserId', userId) + element('Account', accountId),
  )

/** What would narrow a session (policies, tags) or decide about it (an external id) is not known, and so not let pass. */
const assumeRoleParameters = ['Action', 'Version', 'RoleArn', 'RoleSessionName', 'DurationSeconds']

const assumeRole = (
  cloud: Cloud,
  identity: Identity,
  sourceIp: string,
  form: URLSearchParams,
): ServerResponseData => {
  const invalid = (message: string): ServerResponseData =>
    queryError(namespace, 400, 'ValidationError', message)
  const unknown = [...form.keys()].find(name => !assumeRoleParameters.includes(name))
  if (unknown !== undefined) return invalid(`The parameter ${unknown} of AssumeRole is not known here.`)
  const [roleArn, session = ''] = [form.get('RoleArn') ?? '', form.get('RoleSessionName') ?? '']
  if (!/^[\w+=,.@-]{2,64}$/.test(session))
    return invalid('RoleSessionName must have 2 to 64 characters of letters, digits and _+=,.@-')
  const duration = Number(form.get('DurationSeconds') ?? 3600)
  if (!Number.isInteger(duration) || duration < 900)
    return invalid('DurationSeconds must be a whole number of 900 or more.')
  if (duration > 3600)
    return invalid('The requested DurationSeconds exceeds the MaxSessionDuration set for this role.')
  const [name, role] = [...cloud.account.roles].find(([, one]) => one.arn === roleArn) ?? []
  // Whether a role exists is not told.
  const { denial } = role
    ? authorizeAssumeRole(cloud.account, {
        caller: callerOf(cloud, identity),
        connection: connectionOf(cloud, 'sts', sourceIp),
        role,
      })
    : { denial: `User: ${identity.arn} is not authorized to perform: sts:AssumeRole on resource: ${roleArn}` }
  if (denial !== undefined || name === undefined)
    return queryError(namespace, 403, 'AccessDenied', denial ?? '')
  const { accountId } = cloud.account
  const expiresAt = cloud.now() + duration * 1000
  const assumed = createSession({ role: name, session, accountId, expiresAt }, cloud.random)
  cloud.credentials.set(assumed.accessKeyId, assumed)
  const credentials =
    textElement('AccessKeyId', assumed.accessKeyId) +
    textElement('SecretAccessKey', assumed.secretAccessKey) +
    textElement('SessionToken', assumed.sessionToken) +
    textElement('Expiration', new Date(expiresAt).toISOString())
  const user = textElement('AssumedRoleId', assumed.userId) + textElement('Arn', assumed.arn)
  return queryAnswer(
    namespace,
    'AssumeRole',
    element('Credentials', credentials) + element('AssumedRoleUser', user),
  )
}

/** What a service of the query protocol answers to a signature that it refuses. */
export const signatureRefused = (namespace: string, failure: SignatureFailure): ServerResponseData => {
  const { name, message } = describeFailure(failure)
  const [code, status] = errorCodes[name] ?? [name, 403]
  return queryError(namespace, status, code, message)
}
