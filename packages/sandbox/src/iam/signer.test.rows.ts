// Who may do what under a signing template, and by which statement.
import type { Connection } from './requestContext.ts'
import {
  assume,
  type Call,
  changeCode,
  changeRole,
  deleteLog,
  digest,
  invoke,
  joinGroup,
  kms,
  post,
  review,
  sign,
  tagSession,
  verify,
  writeLog,
  writeOtherLog,
} from './signer.test.calls.ts'
import { foreignId, type Who } from './signer.test.world.ts'

/**
 * Who, what, and the decision with its statements: each as policy/Sid, where the policy of a resource is called by its kind. The
 * connection is over TLS and from the operators' network unless the row says otherwise.
 */
export type Row = readonly [who: Who, call: Call, expected: string, connection?: Partial<Connection>]

const insecure = { isSecure: false }
const elsewhere = { sourceIp: '198.51.100.7' }
const notOurs = 'explicitDeny resource/DenyOtherAccounts'
const notTheSigner = 'explicitDeny key/DenySignToOthers'
const byAdministrator = 'allow key/AdministerThroughIam AdministratorAccess/Everything'
const byKeyAdministrator = 'allow key/AdministerThroughIam keys/Keys'
const byAuditor = 'allow key/AdministerThroughIam audit/Read'

/** The template as it is. */
export const deployed: readonly Row[] = [
  // The endpoint: members of the group and the named role, and only POST on the root of prod.
  ['operator', post(), 'allow api-gateway-invoke-policy/InvokeSigningEndpoint'],
  ['operatorRole', post(), 'allow resource/AllowOperatorRoles'],
  ['operator', post('/', 'prod', 'GET'), 'implicitDeny identity'],
  ['operator', post('/', 'prod', 'DELETE'), 'implicitDeny identity'],
  ['operator', post('/sign'), 'implicitDeny identity'],
  ['operator', post('/', 'test'), 'implicitDeny identity'],
  ['operator', post('/', 'production'), 'implicitDeny identity'],
  ['operatorRole', post('/', 'prod', 'GET'), 'implicitDeny identity'],
  ['operatorRole', post('/', 'test'), 'implicitDeny identity'],
  ['operator', post(), 'explicitDeny resource/DenyWithoutTls', insecure],
  ['operatorRole', post(), 'explicitDeny resource/DenyWithoutTls', insecure],
  ['administrator', post(), 'explicitDeny resource/DenyWithoutTls', insecure],
  ['operator', post(), 'explicitDeny resource/DenyOtherNetworks', elsewhere],
  ['operatorRole', post(), 'explicitDeny resource/DenyOtherNetworks', elsewhere],
  ['confined', post(), 'implicitDeny boundary'],
  ['outsider', post(), 'implicitDeny identity'],
  ['otherRole', post(), 'implicitDeny identity'],
  ['keyAdministrator', post(), 'implicitDeny identity'],
  ['auditor', post(), 'implicitDeny identity'],
  ['developer', post(), 'implicitDeny identity'],
  ['signer', post(), 'implicitDeny identity'],
  ['unsigned', post(), 'implicitDeny identity'],
  // Whoever may do everything may call the endpoint: the account leaves that to its IAM policies.
  ['administrator', post(), 'allow AdministratorAccess/Everything'],
  ['foreignAdministrator', post(), notOurs],
  ['foreignOutsider', post(), notOurs],
  ['foreignRole', post(), notOurs],

  // The key signs digests for the function, and nothing for anybody else.
  ['signer', digest, 'allow key/InvokerSignsDigests'],
  ['signer', sign('RAW'), 'explicitDeny key/DenySignOfMessages'],
  ['signer', sign(undefined), 'explicitDeny key/DenySignOfMessages'],
  ['signer', sign('EXTERNAL_MU'), 'explicitDeny key/DenySignOfMessages'],
  ['signer', sign('DIGEST', 'ECDSA_SHA_384'), 'explicitDeny key/DenySignWithOtherAlgorithms'],
  ['signer', kms('Sign'), 'explicitDeny key/DenySignOfMessages key/DenySignWithOtherAlgorithms'],
  ['stolenRole', digest, 'explicitDeny kms.policy/DenySignOutsideTheFunction'],
  ['operator', digest, notTheSigner],
  ['operatorRole', digest, notTheSigner],
  ['administrator', digest, notTheSigner],
  ['keyAdministrator', digest, notTheSigner],
  ['auditor', digest, notTheSigner],
  ['developer', digest, notTheSigner],
  ['outsider', digest, notTheSigner],
  ['lambda', digest, notTheSigner],
  ['foreignAdministrator', digest, notTheSigner],
  ['foreignRole', digest, notTheSigner],
  ['signer', sign('DIGEST', 'ECDSA_SHA_256', 'otherKey'), 'implicitDeny identity'],

  // The public half.
  ['signer', kms('GetPublicKey'), 'allow key/InvokerReadsPublicKey'],
  ['auditor', kms('GetPublicKey'), byAuditor],
  ['operator', kms('GetPublicKey'), 'implicitDeny identity'],
  ['signer', kms('GetPublicKey', {}, 'otherKey'), 'implicitDeny identity'],
  ['foreignAdministrator', kms('GetPublicKey'), 'implicitDeny key'],
  ['unsigned', kms('GetPublicKey'), 'implicitDeny key'],

  // What is done to the key, and by whom.
  ['administrator', kms('DescribeKey'), byAdministrator],
  ['administrator', kms('ScheduleKeyDeletion'), byAdministrator],
  [
    'administrator',
    kms('ScheduleKeyDeletion', { PendingWindowInDays: 7 }),
    'explicitDeny key/DenyHastyDeletion',
  ],
  [
    'administrator',
    kms('PutKeyPolicy', { BypassPolicyLockoutSafetyCheck: true }),
    'explicitDeny key/DenyLockout',
  ],
  ['administrator', kms('CreateGrant'), 'explicitDeny key/DenyGrants'],
  ['signer', kms('CreateGrant'), 'explicitDeny key/DenyGrants'],
  // Not in the key policy: no IAM policy can give it.
  ['administrator', verify, 'implicitDeny key'],
  ['administrator', kms('ReplicateKey'), 'implicitDeny key'],
  ['signer', verify, 'implicitDeny key'],
  ['keyAdministrator', kms('DisableKey'), byKeyAdministrator],
  ['keyAdministrator', kms('PutKeyPolicy'), byKeyAdministrator],
  ['keyAdministrator', kms('UpdateAlias'), byKeyAdministrator],
  ['keyAdministrator', kms('UpdateAlias', {}, 'alias'), 'allow keys/Keys'],
  ['keyAdministrator', kms('ListKeys', {}, 'none'), 'allow keys/Keys'],
  ['auditor', kms('DescribeKey'), byAuditor],
  ['auditor', kms('GetKeyPolicy'), byAuditor],
  ['auditor', kms('DisableKey'), 'implicitDeny identity'],
  ['auditor', kms('PutKeyPolicy'), 'implicitDeny identity'],
  ['signer', kms('DescribeKey'), 'implicitDeny identity'],
  ['signer', kms('PutKeyPolicy'), 'implicitDeny identity'],
  ['operator', kms('DescribeKey'), 'implicitDeny identity'],
  ['outsider', kms('ListKeys', {}, 'none'), 'implicitDeny identity'],
  ['foreignAdministrator', kms('PutKeyPolicy'), 'implicitDeny key'],
  ['foreignOutsider', kms('DescribeKey'), 'implicitDeny key'],

  // The function: invoked by the one method, and by those whom IAM lets.
  ['apiGateway', invoke('prod/POST/'), 'allow resource/Permission'],
  ['apiGateway', invoke('test/POST/'), 'implicitDeny resource'],
  ['apiGateway', invoke('test-invoke-stage/POST/'), 'implicitDeny resource'],
  ['apiGateway', invoke('prod/GET/'), 'implicitDeny resource'],
  ['apiGateway', invoke(), 'implicitDeny resource'],
  ['lambda', invoke('prod/POST/'), 'implicitDeny resource'],
  ['developer', invoke(), 'allow functions/Functions'],
  ['operator', invoke(), 'implicitDeny identity'],
  ['outsider', invoke(), 'implicitDeny identity'],
  ['unsigned', invoke(), 'implicitDeny resource'],
  ['foreignAdministrator', invoke(), 'implicitDeny resource'],

  // The role: Lambda assumes it for the function, and nobody else does for anything.
  ['lambda', assume('adminSigner'), 'allow trust/LambdaForThisFunction'],
  ['lambda', assume('other'), 'implicitDeny trust'],
  ['lambda', assume('adminSigner', foreignId), 'implicitDeny trust'],
  ['lambda', assume(), 'implicitDeny trust'],
  ['lambda', tagSession, 'implicitDeny trust'],
  ['ec2', assume('adminSigner'), 'implicitDeny trust'],
  ['apiGateway', assume('adminSigner'), 'implicitDeny trust'],
  ['administrator', assume(), 'implicitDeny trust'],
  ['operator', assume(), 'implicitDeny trust'],
  ['signer', assume(), 'implicitDeny trust'],
  ['foreignAdministrator', assume(), 'implicitDeny trust'],
  ['unsigned', assume(), 'implicitDeny trust'],

  // What else identities may do.
  ['signer', writeLog, 'allow kms.policy/WriteLogs'],
  ['signer', writeOtherLog, 'implicitDeny identity'],
  ['signer', deleteLog, 'implicitDeny identity'],
  ['signer', changeRole, 'implicitDeny identity'],
  ['signer', changeCode, 'implicitDeny identity'],
  ['operator', joinGroup, 'implicitDeny identity'],
  ['operator', changeCode, 'implicitDeny identity'],
  ['auditor', review, 'allow audit/Read'],
]

/** The template with every Deny taken out: what is not allowed is not allowed, whatever else denies it. */
export const allowsAlone: readonly Row[] = [
  ['operator', post(), 'allow api-gateway-invoke-policy/InvokeSigningEndpoint'],
  ['operatorRole', post(), 'allow resource/AllowOperatorRoles'],
  ['operatorRole', post('/', 'prod', 'GET'), 'implicitDeny identity'],
  ['outsider', post(), 'implicitDeny identity'],
  ['foreignAdministrator', post(), 'implicitDeny resource'],
  ['signer', digest, 'allow key/InvokerSignsDigests'],
  ['signer', sign('RAW'), 'implicitDeny key'],
  ['signer', sign('DIGEST', 'ECDSA_SHA_384'), 'implicitDeny key'],
  ['signer', verify, 'implicitDeny key'],
  ['signer', kms('CreateGrant'), 'implicitDeny key'],
  ['administrator', digest, 'implicitDeny key'],
  ['administrator', kms('CreateGrant'), 'implicitDeny key'],
  ['keyAdministrator', digest, 'implicitDeny key'],
  ['outsider', digest, 'implicitDeny key'],
  ['outsider', kms('GetPublicKey'), 'implicitDeny identity'],
  ['outsider', kms('DisableKey'), 'implicitDeny identity'],
  ['foreignAdministrator', digest, 'implicitDeny key'],
  ['foreignAdministrator', kms('GetPublicKey'), 'implicitDeny key'],
  ['foreignAdministrator', kms('DisableKey'), 'implicitDeny key'],
  ['foreignRole', digest, 'implicitDeny key'],
]

/** The same, with policies of key and API that leave everything to the account's identity-based policies. */
export const identitiesAlone: readonly Row[] = [
  ['operator', post(), 'allow api-gateway-invoke-policy/InvokeSigningEndpoint'],
  ['operator', post('/', 'prod', 'GET'), 'implicitDeny identity'],
  ['operator', post('/', 'test'), 'implicitDeny identity'],
  ['operator', post('/sign'), 'implicitDeny identity'],
  ['operator', digest, 'implicitDeny identity'],
  ['signer', digest, 'allow key/0 kms.policy/SignDigests'],
  ['signer', sign('RAW'), 'implicitDeny identity'],
  ['signer', sign(undefined), 'implicitDeny identity'],
  ['signer', sign('DIGEST', 'ECDSA_SHA_384'), 'implicitDeny identity'],
  ['signer', sign('DIGEST', 'ECDSA_SHA_256', 'otherKey'), 'implicitDeny identity'],
  ['signer', verify, 'implicitDeny identity'],
  ['signer', kms('GetPublicKey'), 'allow key/0 kms.policy/ReadPublicKey'],
  ['signer', kms('GetPublicKey', {}, 'otherKey'), 'implicitDeny identity'],
  ['signer', kms('DescribeKey'), 'implicitDeny identity'],
  ['signer', kms('DisableKey'), 'implicitDeny identity'],
  ['signer', post(), 'implicitDeny identity'],
]
