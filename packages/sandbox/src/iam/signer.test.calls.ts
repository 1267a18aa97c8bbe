// What the callers of the table in signer.test.rows.ts ask for.
import type { Account, AccountRole, Caller } from './account.ts'
import {
  authorizeAction,
  authorizeAssumeRole,
  authorizeExecuteApi,
  authorizeInvoke,
  authorizeKms,
} from './authorize.ts'
import { type Decision, decide } from './decide.ts'
import type { Connection } from './requestContext.ts'
import { accountId, only, region, type World } from './signer.test.world.ts'

export type Call = {
  readonly name: string
  readonly run: (world: World, caller: Caller, connection: Connection) => Decision
}

/** A call of the signing endpoint. */
export const post = (path = '/', stage = 'prod', httpMethod = 'POST'): Call => ({
  name: `${httpMethod} ${path} of ${stage}`,
  run: ({ account }, caller, connection) => {
    const api = only(account.apis)
    return authorizeExecuteApi(account, { caller, connection, api, httpMethod, path, stage }).decision
  },
})

type Target = 'key' | 'otherKey' | 'alias' | 'none'

/** A KMS operation with its parameters. */
export const kms = (
  operation: string,
  input: Readonly<Record<string, unknown>> = {},
  target: Target = 'key',
): Call => ({
  name: `kms:${operation} ${JSON.stringify(input)} on ${target}`,
  run: ({ account, otherKey }, caller, connection) => {
    const key = only(account.keys)
    const alias = key.arn.replace(/:key\/.*/, `:${key.aliases[0]}`)
    const targets = { key, otherKey, alias, none: undefined }
    return authorizeKms(account, { caller, connection, operation, input, target: targets[target] }).decision
  },
})

export const sign = (
  MessageType: string | undefined,
  SigningAlgorithm = 'ECDSA_SHA_256',
  target: Target = 'key',
): Call => kms('Sign', { MessageType, SigningAlgorithm }, target)

export const digest: Call = sign('DIGEST')

export const verify: Call = kms('Verify', { MessageType: 'DIGEST', SigningAlgorithm: 'ECDSA_SHA_256' })

/** An invocation of the function, by itself or for a method of the API. */
export const invoke = (method?: string): Call => ({
  name: `lambda:InvokeFunction for ${method ?? 'itself'}`,
  run: ({ account }, caller, connection) => {
    const lambda = only(account.functions)
    const sourceArn = method === undefined ? undefined : `${only(account.apis).arn}/${method}`
    return authorizeInvoke(account, { caller, connection, lambda, sourceArn }).decision
  },
})

/** Acting as the role, by oneself or, as a service does, for a function. */
export const assume = (functionName?: string, functionAccount: string = accountId): Call => ({
  name: `sts:AssumeRole for ${functionName ?? 'itself'}`,
  run: ({ account }, caller, connection) => {
    const sourceArn = functionName && functionArn(functionName, functionAccount)
    return authorizeAssumeRole(account, { caller, connection, role: signerRole(account), sourceArn }).decision
  },
})

/** Tags of a session can stand in for permissions elsewhere. */
export const tagSession: Call = {
  name: 'sts:TagSession',
  run: ({ account }, { principal }) => {
    const { arn: resource, trust } = signerRole(account)
    const context = { 'aws:SourceArn': functionArn('adminSigner'), 'aws:SourceAccount': accountId }
    const policies = { identity: [], resource: trust }
    return decide({ principal, action: 'sts:TagSession', resource, context, policies })
  },
}

const act = (action: string, resource: string | ((account: Account) => string)): Call => ({
  name: action,
  run: ({ account }, caller, connection) => {
    const on = typeof resource === 'string' ? resource : resource(account)
    return authorizeAction(account, { caller, connection, action, resource: on }).decision
  },
})

/** A stream of the log group that the role's policy names. */
const logStream = (account: Account): string => {
  const statements = signerRole(account).policies.flatMap(policy => policy.statements)
  const logs = statements.find(({ sid }) => sid === 'WriteLogs')?.resources?.list[0] ?? ''
  return logs.replace(/\*$/, '2026/11/22/[$LATEST]1')
}

export const writeLog: Call = act('logs:PutLogEvents', logStream)
export const deleteLog: Call = act('logs:DeleteLogStream', logStream)
export const writeOtherLog: Call = {
  ...act('logs:PutLogEvents', `arn:aws:logs:${region}:${accountId}:log-group:other:log-stream:1`),
  name: 'logs:PutLogEvents elsewhere',
}
export const changeCode: Call = act('lambda:UpdateFunctionCode', functionArn('adminSigner'))
export const changeRole: Call = act('iam:PutRolePolicy', `arn:aws:iam::${accountId}:role/adminSignerInvoker`)
export const joinGroup: Call = act('iam:AddUserToGroup', `arn:aws:iam::${accountId}:group/treasury-operators`)
export const review: Call = act('iam:GetAccountAuthorizationDetails', '*')

function functionArn(name: string, account: string = accountId): string {
  return `arn:aws:lambda:${region}:${account}:function:${name}`
}

function signerRole(account: Account): AccountRole {
  const role = account.roles.get('adminSignerInvoker')
  if (!role) throw new Error('there is no role adminSignerInvoker')
  return role
}
