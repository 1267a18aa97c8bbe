// The treasury's KMS key and its policy: administrators administer, only the invoker role signs, and only 32-byte digests.
// https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html
import { type IResolvable, RemovalPolicy } from 'aws-cdk-lib'
import { CfnAlias, CfnKey } from 'aws-cdk-lib/aws-kms'
import type { Construct } from 'constructs'
import { accountRoot } from './arn.ts'
import { type Choice, givenOrCreated } from './optional.ts'
import { everyone, type PolicyDocument, policyDocument, type Statement } from './statement.ts'

/** What a signature may be over and how it is made; the same in the key's policy and in the role's. */
export const digestsOnly: Readonly<Record<string, string>> = {
  'kms:MessageType': 'DIGEST',
  'kms:SigningAlgorithm': 'ECDSA_SHA_256',
}

/**
 * The key, or the one that is there already.
 *
 * @param scope Where the resources belong.
 * @param props.existingKeyArn The key to use instead of creating one. Its policy is not touched.
 * @param props.alias Name without `alias/`.
 * @param props.multiRegion Whether the key may be replicated one day. It cannot be changed later.
 * @param props.policy Of the new key; see `keyPolicy`.
 * @returns The key's ARN.
 */
export const createKey = (
  scope: Construct,
  props: {
    readonly existingKeyArn: Choice<string>
    readonly alias: string
    readonly multiRegion: boolean | IResolvable
    readonly policy: PolicyDocument
  },
): string =>
  givenOrCreated(scope, 'NewKey', props.existingKeyArn, inner => {
    const key = new CfnKey(inner, 'Key', {
      description: 'Signs for the treasury wallet. Deleting it loses the wallet.',
      keySpec: 'ECC_SECG_P256K1',
      keyUsage: 'SIGN_VERIFY',
      multiRegion: props.multiRegion,
      pendingWindowInDays: 30,
      keyPolicy: props.policy,
    })
    const alias = new CfnAlias(inner, 'Alias', {
      aliasName: `alias/${props.alias}`,
      targetKeyId: key.attrArn,
    })
    // Kept, unless the very deployment that creates them fails: then the next one must find the alias free.
    key.applyRemovalPolicy(RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE)
    alias.applyRemovalPolicy(RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE)
    return key.attrArn
  })

/**
 * The policy of the key.
 *
 * `Resource: "*"` means "this key": a key policy knows no other resource. The account's root principal stands for the IAM
 * policies of the account, so whoever creates the stack keeps `kms:PutKeyPolicy` and KMS's lockout check passes. No statement
 * allows `kms:Sign`, `kms:CreateGrant` or `kms:ReplicateKey` to administrators: a replica has a policy of its own, so
 * replicating takes a change of this policy first, and that raises an alarm.
 *
 * @param props.roleArn The invoker role: the only signer.
 * @param props.vpcId Where given, the key signs only for requests that come through a KMS endpoint of this VPC.
 * @returns The document.
 */
export const keyPolicy = (props: {
  readonly roleArn: string
  readonly vpcId?: string | undefined
}): PolicyDocument => {
  const role = { AWS: props.roleArn }
  return policyDocument(
    {
      Sid: 'AdministerThroughIam',
      Effect: 'Allow',
      Principal: { AWS: accountRoot },
      Action: administration,
      Resource: '*',
    },
    {
      Sid: 'InvokerSignsDigests',
      Effect: 'Allow',
      Principal: role,
      Action: 'kms:Sign',
      Resource: '*',
      Condition: { StringEquals: digestsOnly },
    },
    {
      Sid: 'InvokerReadsPublicKey',
      Effect: 'Allow',
      Principal: role,
      Action: 'kms:GetPublicKey',
      Resource: '*',
    },
    // The denials hold against any Allow that somebody adds here, and against grants.
    denySign('DenySignToOthers', { ArnNotEquals: { 'aws:PrincipalArn': props.roleArn } }),
    // Two statements: conditions of one are joined by "and". An omitted MessageType is RAW, and denied.
    denySign('DenySignOfMessages', { StringNotEquals: { 'kms:MessageType': 'DIGEST' } }),
    denySign('DenySignWithOtherAlgorithms', { StringNotEquals: { 'kms:SigningAlgorithm': 'ECDSA_SHA_256' } }),
    props.vpcId === undefined
      ? undefined
      : denySign('DenySignFromOutsideTheVpc', { StringNotEquals: { 'aws:SourceVpc': props.vpcId } }),
    deny('DenyGrants', 'kms:CreateGrant'),
    deny('DenyLockout', 'kms:PutKeyPolicy', { Bool: { 'kms:BypassPolicyLockoutSafetyCheck': 'true' } }),
    deny('DenyHastyDeletion', 'kms:ScheduleKeyDeletion', {
      NumericLessThan: { 'kms:ScheduleKeyDeletionPendingWindowInDays': '30' },
    }),
  )
}

/** Everything that is done to a key, and nothing that is done with it but reading the public half. */
const administration: readonly string[] = [
  'kms:CancelKeyDeletion',
  'kms:CreateAlias',
  'kms:DeleteAlias',
  'kms:DescribeKey',
  'kms:DisableKey',
  'kms:EnableKey',
  'kms:GetKeyLastUsage',
  'kms:GetKeyPolicy',
  'kms:GetKeyRotationStatus',
  'kms:GetPublicKey',
  'kms:ListGrants',
  'kms:ListKeyPolicies',
  'kms:ListResourceTags',
  'kms:PutKeyPolicy',
  'kms:RevokeGrant',
  'kms:ScheduleKeyDeletion',
  'kms:TagResource',
  'kms:UntagResource',
  'kms:UpdateAlias',
  'kms:UpdateKeyDescription',
]

const deny = (Sid: string, Action: string, Condition?: Statement['Condition']): Statement => ({
  Sid,
  Effect: 'Deny',
  Principal: everyone,
  Action,
  Resource: '*',
  ...(Condition === undefined ? {} : { Condition }),
})

const denySign = (sid: string, condition: Statement['Condition']): Statement =>
  deny(sid, 'kms:Sign', condition)
