// The actions that amount to a capability, the gravest first.
// https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
import type { Capability, Signer } from './capabilities.ts'
import { toFacts } from './condition.ts'
import type { Target } from './evaluate.ts'
import type { Subject } from './subject.ts'

/**
 * Lists what amounts to a capability.
 *
 * @param capability Which.
 * @param signer What is under review.
 * @param subject Who is asked about: changing one's own policies is worth as much as changing the signer's.
 * @returns Any one of these is the capability; none where there is nothing to do it to.
 */
export function targetsOf(capability: Capability, signer: Signer, subject: Subject): readonly Target[] {
  switch (capability) {
    case 'sign':
      return onKey(signer, ['Sign'], {
        'kms:MessageType': 'DIGEST',
        'kms:SigningAlgorithm': 'ECDSA_SHA_256',
      })
    case 'invokeEndpoint':
      return onEndpoint(signer)
    case 'invokeFunction':
      // With a qualifier, a version or an alias is invoked, and `$LATEST` is what the function is.
      return [signer.function.arn, `${signer.function.arn}:*`].flatMap(arn =>
        onFunction(signer, ['InvokeFunction', 'InvokeFunctionUrl', 'InvokeAsync'], arn),
      )
    case 'changeFunction':
      return changesOfFunction(signer)
    case 'changeKey':
      return onKey(signer, changesOfKey, {})
    case 'changePolicies':
      return [...changesOfIdentities(signer, subject), ...changesOfApi(signer), ...changesOfStack(signer)]
    case 'changeTrail':
      return signer.trailArn === undefined
        ? []
        : plain(
            signer,
            'cloudtrail',
            ['StopLogging', 'DeleteTrail', 'UpdateTrail', 'PutEventSelectors'],
            signer.trailArn,
          )
  }
}

const changesOfKey = [
  'PutKeyPolicy',
  'CreateGrant',
  'ScheduleKeyDeletion',
  'DisableKey',
  'ReplicateKey',
  'EnableKey',
  'CancelKeyDeletion',
  'UpdateAlias',
  'DeleteAlias',
]

function onKey(
  signer: Signer,
  operations: readonly string[],
  facts: Readonly<Record<string, string>>,
): readonly Target[] {
  return operations.map(operation => ({
    action: `kms:${operation}`,
    resource: signer.key.arn,
    facts: toFacts({ ...regionalFacts(signer), ...facts }),
    resourcePolicy: signer.key.policy,
    isDoor: true,
  }))
}

function onEndpoint(signer: Signer): readonly Target[] {
  const { partition, region, account, api } = signer
  return [
    {
      action: 'execute-api:Invoke',
      resource: `arn:${partition}:execute-api:${region}:${account}:${api.id}/${api.stage}/POST/`,
      facts: toFacts(regionalFacts(signer)),
      resourcePolicy: api.policy,
      isDoor: false,
    },
  ]
}

function onFunction(signer: Signer, actions: readonly string[], resource: string): readonly Target[] {
  return plain(signer, 'lambda', actions, resource).map(target => ({
    ...target,
    resourcePolicy: signer.function.policy,
  }))
}

function changesOfFunction(signer: Signer): readonly Target[] {
  const { partition, region, account } = signer
  const mappings = `arn:${partition}:lambda:${region}:${account}:event-source-mapping:*`
  return [
    ...onFunction(
      signer,
      [
        'UpdateFunctionCode',
        'UpdateFunctionConfiguration',
        'AddPermission',
        'RemovePermission',
        'DeleteFunction',
        'PutFunctionConcurrency',
        'DeleteFunctionConcurrency',
        'CreateFunctionUrlConfig',
        'UpdateFunctionUrlConfig',
        'PutRuntimeManagementConfig',
      ],
      signer.function.arn,
    ),
    ...plain(signer, 'lambda', ['CreateEventSourceMapping'], mappings),
  ]
}

function changesOfIdentities(signer: Signer, subject: Subject): readonly Target[] {
  const { roleArn, groupArn, managedPolicyArns } = signer
  const own = { user: ['PutUserPolicy', 'AttachUserPolicy'], role: ['PutRolePolicy', 'AttachRolePolicy'] }
  const onRole = [
    'PutRolePolicy',
    'AttachRolePolicy',
    'UpdateAssumeRolePolicy',
    'DeleteRolePolicy',
    'DetachRolePolicy',
    'PutRolePermissionsBoundary',
    'DeleteRolePermissionsBoundary',
    'DeleteRole',
  ]
  const onGroup = [
    'AddUserToGroup',
    'PutGroupPolicy',
    'AttachGroupPolicy',
    'RemoveUserFromGroup',
    'DeleteGroupPolicy',
    'DetachGroupPolicy',
    'UpdateGroup',
    'DeleteGroup',
  ]
  return [
    ...inIam(signer, onRole, roleArn),
    ...inIam(signer, onGroup, groupArn),
    ...managedPolicyArns.flatMap(arn =>
      inIam(signer, ['CreatePolicyVersion', 'SetDefaultPolicyVersion'], arn),
    ),
    ...(subject.kind === 'user' || subject.kind === 'role'
      ? inIam(signer, own[subject.kind], subject.name)
      : []),
  ]
}

/** IAM is in no Region. */
function inIam(signer: Signer, actions: readonly string[], resource: string): readonly Target[] {
  return actions.map(action => ({
    action: `iam:${action}`,
    resource,
    facts: toFacts({ 'aws:SecureTransport': 'true', 'aws:ResourceAccount': signer.account }),
    resourcePolicy: [],
    isDoor: false,
  }))
}

/** The API itself and everything below it: a method could be opened, a stage deployed, the policy replaced. */
function changesOfApi(signer: Signer): readonly Target[] {
  const api = `arn:${signer.partition}:apigateway:${signer.region}::/restapis/${signer.api.id}`
  const actions = ['UpdateRestApiPolicy', 'PATCH', 'PUT', 'POST', 'DELETE']
  return [api, `${api}/*`].flatMap(arn => plain(signer, 'apigateway', actions, arn))
}

function changesOfStack(signer: Signer): readonly Target[] {
  if (signer.stackRoleArn === undefined) return []
  return plain(signer, 'cloudformation', ['UpdateStack', 'ExecuteChangeSet', 'DeleteStack'], signer.stackArn)
}

/** Actions on which only policies of identities have a say. */
function plain(
  signer: Signer,
  service: string,
  actions: readonly string[],
  resource: string,
): readonly Target[] {
  return actions.map(action => ({
    action: `${service}:${action}`,
    resource,
    facts: toFacts(regionalFacts(signer)),
    resourcePolicy: [],
    isDoor: false,
  }))
}

function regionalFacts({ account, region }: Signer): Readonly<Record<string, string>> {
  return { 'aws:SecureTransport': 'true', 'aws:ResourceAccount': account, 'aws:RequestedRegion': region }
}
