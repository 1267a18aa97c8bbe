// The texts of AWS, and what the services make of connection and request. Who may do what is in signer.test.ts.
import { describe, expect, test } from 'vitest'
import { anonymous, type Caller, createAccount, findCaller } from './account.ts'
import { authorizeAssumeRole, authorizeExecuteApi, authorizeInvoke, authorizeKms } from './authorize.ts'
import type { PolicyKind } from './elements.ts'
import { type Policy, parsePolicy } from './policy.ts'
import type { Connection } from './requestContext.ts'
import type { KmsKey, RestApi } from './template/deployment.ts'

const accountId = '123456789012'
const document = (...statements: readonly object[]): object => ({
  Version: '2012-10-17',
  Statement: statements,
})
const connection: Connection = { isSecure: true, sourceIp: '203.0.113.7', time: 0 }

const policy = (kind: PolicyKind, ...statements: readonly object[]): Policy => {
  const all = { Effect: 'Allow', Action: '*', ...(kind === 'trust' ? {} : { Resource: '*' }) }
  return parsePolicy(document(...statements.map(one => ({ ...all, ...one }))), kind, kind)
}

const account = createAccount({ accountId, users: [{ name: 'ann' }] })
const ann = findCaller([account], `arn:aws:iam::${accountId}:user/ann`)
const withPolicies = (...statements: readonly object[]): Caller => ({
  ...ann,
  policies: [policy('identity', ...statements)],
})

const toAccount = { Principal: { AWS: accountId } }
const key: KmsKey = {
  keyId: '1',
  arn: `arn:aws:kms:eu-north-1:${accountId}:key/1`,
  policy: policy('key', toAccount),
  policyDocument: '',
  keySpec: 'ECC_SECG_P256K1',
  keyUsage: 'SIGN_VERIFY',
  multiRegion: false,
  enabled: true,
  aliases: ['alias/treasury'],
}

const api: RestApi = {
  id: 'a1b2c3d4e5',
  name: 'KMS Sign API',
  arn: `arn:aws:execute-api:eu-north-1:${accountId}:a1b2c3d4e5`,
  isPrivate: false,
  stages: [{ name: 'prod', deploymentId: 'd1' }],
  methods: [{ httpMethod: 'POST', path: '/', authorization: 'AWS_IAM' }],
}

// IAM User Guide, "Troubleshoot access denied error messages": "because no [type] policy allows the [action] action" and "with an
// explicit deny in a [type] policy".
describe('KMS', () => {
  const user = `User: arn:aws:iam::${accountId}:user/ann is not authorized to perform:`
  const sign = (
    caller: Caller,
    target: KmsKey | string | undefined,
    operation = 'Sign',
  ): string | undefined => authorizeKms(account, { caller, connection, operation, input: {}, target }).denial

  test('the text says which kind of policy is missing, or denies', () => {
    const on = `kms:Sign on resource: ${key.arn}`
    const shut = { ...key, policy: policy('key', { Principal: { AWS: '999999999999' } }) }
    const denying = { ...key, policy: policy('key', { ...toAccount, Effect: 'Deny' }) }
    expect(sign(ann, key)).toBe(`${user} ${on} because no identity-based policy allows the kms:Sign action`)
    expect(sign(ann, shut)).toBe(`${user} ${on} because no resource-based policy allows the kms:Sign action`)
    expect(sign(ann, denying)).toBe(`${user} ${on} with an explicit deny in a resource-based policy`)
    expect(sign(withPolicies({ Effect: 'Deny' }), key)).toBe(
      `${user} ${on} with an explicit deny in an identity-based policy`,
    )
    const bounded = { ...withPolicies({}), boundary: policy('boundary', { Action: 's3:*' }) }
    expect(sign(bounded, key)).toBe(
      `${user} ${on} because no permissions boundary allows the kms:Sign action`,
    )
    expect(sign({ ...bounded, boundary: policy('boundary', { Effect: 'Deny' }) }, key)).toBe(
      `${user} ${on} with an explicit deny in a permissions boundary`,
    )
    expect(sign(withPolicies({}), key)).toBeUndefined()
  })

  test('an operation on no key, and one on an alias', () => {
    expect(sign(ann, undefined, 'ListKeys')).toBe(
      `${user} kms:ListKeys on resource: * because no identity-based policy allows the kms:ListKeys action`,
    )
    const alias = `arn:aws:kms:eu-north-1:${accountId}:alias/treasury`
    expect(sign(ann, alias, 'CreateAlias')).toBe(
      `${user} kms:CreateAlias on resource: ${alias} because no identity-based policy allows the kms:CreateAlias action`,
    )
  })

  /** Whether a key policy that allows only under this condition lets the operation through. */
  const passes = (
    condition: object,
    operation: string,
    input: Readonly<Record<string, unknown>>,
  ): boolean => {
    const target = { ...key, policy: policy('key', { Principal: '*', Condition: condition }) }
    return (
      authorizeKms(account, { caller: ann, connection, operation, input, target }).decision.outcome ===
      'allow'
    )
  }

  // KMS Developer Guide, "AWS KMS condition keys": a condition on a parameter holds for its default value too.
  test.each([
    ['kms:MessageType', 'RAW', 'Sign', {}],
    ['kms:MessageType', 'RAW', 'Verify', { MessageType: null }],
    ['kms:MessageType', 'DIGEST', 'Sign', { MessageType: 'DIGEST' }],
    ['kms:SigningAlgorithm', 'ECDSA_SHA_256', 'Sign', { SigningAlgorithm: 'ECDSA_SHA_256' }],
    ['kms:RequestAlias', 'alias/treasury', 'Sign', { KeyId: 'alias/treasury' }],
    ['kms:RequestAlias', 'alias/treasury', 'Sign', { KeyId: `arn:aws:kms:r:${accountId}:alias/treasury` }],
    ['kms:KeySpec', 'ECC_SECG_P256K1', 'DescribeKey', {}],
    ['kms:KeyUsage', 'SIGN_VERIFY', 'DescribeKey', {}],
    ['kms:KeyOrigin', 'AWS_KMS', 'DescribeKey', {}],
    ['kms:CallerAccount', accountId, 'DescribeKey', {}],
    ['kms:KeySpec', 'SYMMETRIC_DEFAULT', 'CreateKey', {}],
    ['kms:KeySpec', 'RSA_2048', 'CreateKey', { KeySpec: 'RSA_2048' }],
    ['aws:RequestedRegion', 'eu-north-1', 'DescribeKey', {}],
    ['aws:ResourceAccount', accountId, 'DescribeKey', {}],
  ])('%s is %s for %s %j', (name, value, operation, input) => {
    expect(passes({ StringEquals: { [name]: value } }, operation, input)).toBe(true)
    expect(passes({ StringNotEquals: { [name]: value } }, operation, input)).toBe(false)
  })

  test('behavior: keys that an operation does not have are absent', () => {
    expect(passes({ Null: { 'kms:MessageType': 'true' } }, 'GetPublicKey', { MessageType: 'RAW' })).toBe(true)
    expect(passes({ Null: { 'kms:RequestAlias': 'true' } }, 'Sign', { KeyId: key.arn })).toBe(true)
    expect(passes({ Bool: { 'kms:MultiRegion': 'false' } }, 'Sign', {})).toBe(true)
    expect(passes({ 'ForAnyValue:StringLike': { 'kms:ResourceAliases': 'alias/*' } }, 'Sign', {})).toBe(true)
    const bypass = { Bool: { 'kms:BypassPolicyLockoutSafetyCheck': 'true' } }
    expect(passes(bypass, 'PutKeyPolicy', {})).toBe(false)
    expect(passes(bypass, 'PutKeyPolicy', { BypassPolicyLockoutSafetyCheck: true })).toBe(true)
    const window = { NumericEquals: { 'kms:ScheduleKeyDeletionPendingWindowInDays': '30' } }
    expect(passes(window, 'ScheduleKeyDeletion', {})).toBe(true)
    expect(passes(window, 'ScheduleKeyDeletion', { PendingWindowInDays: 7 })).toBe(false)
  })
})

describe('API Gateway', () => {
  const invoke = (
    caller: Caller,
    changes: Partial<RestApi> = {},
    given: Partial<Connection> = {},
  ): unknown => {
    const request = { api: { ...api, ...changes }, httpMethod: 'POST', path: '/', stage: 'prod' }
    return authorizeExecuteApi(account, { caller, connection: { ...connection, ...given }, ...request })
      .denial
  }
  const resource = 'arn:aws:execute-api:eu-north-1:********9012:a1b2c3d4e5/prod/POST/'
  const denied = (user: string, because: string): object => ({
    status: 403,
    type: 'AccessDeniedException',
    body: JSON.stringify({
      Message: `User: ${user} is not authorized to perform: execute-api:Invoke on resource: ${resource} ${because}`,
    }),
  })
  const forEveryone = policy('resource', { Principal: '*' })
  const open = [{ httpMethod: 'ANY', path: '/', authorization: 'NONE' }] as const

  test('the body shows four digits of the account', () => {
    const user = `arn:aws:iam::${accountId}:user/ann`
    expect(invoke(ann)).toEqual(
      denied(user, 'because no identity-based policy allows the execute-api:Invoke action'),
    )
    expect(invoke(ann, { policy: policy('resource', { Effect: 'Deny', Principal: '*' }) })).toEqual(
      denied(user, 'with an explicit deny in a resource-based policy'),
    )
    expect(invoke(withPolicies({}))).toBeUndefined()
  })

  test('unsigned, it asks for a signature before anything else', () => {
    const missing = {
      status: 403,
      type: 'MissingAuthenticationTokenException',
      body: '{"message":"Missing Authentication Token"}',
    }
    expect(invoke(anonymous)).toEqual(missing)
    expect(invoke(anonymous, { policy: forEveryone })).toEqual(missing)
  })

  test('behavior: a method without authorization lets everybody in, or whom the resource policy lets', () => {
    expect(invoke(anonymous, { methods: open })).toBeUndefined()
    expect(invoke(anonymous, { methods: open, policy: forEveryone })).toBeUndefined()
    const toUser = policy('resource', { Principal: { AWS: `arn:aws:iam::${accountId}:user/ann` } })
    const because = 'because no resource-based policy allows the execute-api:Invoke action'
    expect(invoke(anonymous, { methods: open, policy: toUser })).toEqual(denied('anonymous', because))
    // API Gateway Developer Guide, "Create and attach an API Gateway resource policy": a principal needs AWS_IAM authorization.
    expect(invoke(withPolicies({}), { methods: open, policy: toUser })).toEqual(denied('anonymous', because))
  })

  test('behavior: a private API is reached through a VPC endpoint only, and not by its address', () => {
    const endpoint = { id: 'vpce-1', vpcId: 'vpc-1' }
    const onlyFrom = (key_: string, value: string): Partial<RestApi> => ({
      isPrivate: true,
      policy: policy('resource', { Principal: '*', Condition: { StringEquals: { [key_]: value } } }),
    })
    expect(invoke(ann, onlyFrom('aws:SourceVpce', 'vpce-1'))).toEqual({
      status: 403,
      type: 'ForbiddenException',
      body: '{"message":"Forbidden"}',
    })
    expect(invoke(ann, onlyFrom('aws:SourceVpce', 'vpce-1'), { endpoint })).toBeUndefined()
    expect(invoke(ann, onlyFrom('aws:SourceVpc', 'vpc-2'), { endpoint })).not.toBeUndefined()
    const byAddress = policy('resource', {
      Principal: '*',
      Condition: { IpAddress: { 'aws:SourceIp': '0.0.0.0/0' } },
    })
    expect(invoke(ann, { policy: byAddress })).toBeUndefined()
    expect(invoke(ann, { policy: byAddress }, { endpoint })).not.toBeUndefined()
  })

  test('behavior: time and transport are those of the connection', () => {
    const during = (condition: object): Partial<RestApi> => ({
      policy: policy('resource', { Principal: '*', Condition: condition }),
    })
    const time = Date.UTC(2026, 0, 1)
    expect(invoke(ann, during({ DateEquals: { 'aws:CurrentTime': '2026-01-01' } }), { time })).toBeUndefined()
    expect(invoke(ann, during({ NumericEquals: { 'aws:EpochTime': time / 1000 } }), { time })).toBeUndefined()
    expect(invoke(ann, during({ Bool: { 'aws:SecureTransport': true } }))).toBeUndefined()
    expect(invoke(ann, during({ Bool: { 'aws:SecureTransport': true } }), { isSecure: false })).toBeDefined()
  })
})

test('behavior: an endpoint policy is named in the text', () => {
  const id = 'vpce-1'
  const shut = policy('endpoint', { Principal: '*', Action: 's3:*' })
  const inVpc = { ...account, endpoints: [{ id, service: 'kms', vpcId: 'vpc-1', policy: shut }] }
  const endpoint = { id, vpcId: 'vpc-1' }
  const ask = {
    caller: withPolicies({}),
    connection: { ...connection, endpoint },
    operation: 'Sign',
    input: {},
    target: key,
  }
  expect(authorizeKms(inVpc, ask).denial).toMatch(
    /because no VPC endpoint policy allows the kms:Sign action$/,
  )
  expect(authorizeKms(account, ask).denial).toBeUndefined()
})

test('behavior: Lambda and STS say it the same way', () => {
  const lambda = {
    name: 'f',
    arn: `arn:aws:lambda:r:${accountId}:function:f`,
    roleArn: '',
    environment: {},
    code: { bucket: 'b', key: 'k' },
    handler: 'f.handler',
    timeout: 3,
    memorySize: 128,
    runtime: 'nodejs24.x',
  }
  expect(authorizeInvoke(account, { caller: ann, connection, lambda }).denial).toBe(
    `User: arn:aws:iam::${accountId}:user/ann is not authorized to perform: lambda:InvokeFunction on resource: ${lambda.arn} because no identity-based policy allows the lambda:InvokeFunction action`,
  )
  const role = { arn: `arn:aws:iam::${accountId}:role/r`, trust: policy('trust', toAccount), policies: [] }
  expect(authorizeAssumeRole(account, { caller: ann, connection, role }).denial).toMatch(
    /sts:AssumeRole on resource: arn:aws:iam::123456789012:role\/r because no identity-based policy allows/,
  )
  const distrusting = { ...role, trust: policy('trust', { ...toAccount, Effect: 'Deny' }) }
  expect(authorizeAssumeRole(account, { caller: ann, connection, role: distrusting }).denial).toMatch(
    /with an explicit deny in the role trust policy$/,
  )
})
