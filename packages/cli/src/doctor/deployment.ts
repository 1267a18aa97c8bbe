// Checks of what a first deployment takes: permissions of the caller, and the CDK's bootstrap.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html
import { GetRoleCommand, IAMClient, paginateSimulatePrincipalPolicy } from '@aws-sdk/client-iam'
import { GetParameterCommand, ParameterNotFound, SSMClient } from '@aws-sdk/client-ssm'
import { type Context, patient } from '../context.ts'
import { withPermission } from '../permission.ts'
import type { Caller } from './caller.ts'
import { type Check, checksOf, type Finding, failed, NothingToCheckError, ok, skipped } from './check.ts'

const check = checksOf('caller')

/**
 * Checks whether the stack could be deployed.
 *
 * @param isDeployed Then it is not needed any more.
 */
export function checkDeployment(
  context: Context,
  caller: Caller,
  isDeployed: boolean,
): readonly Promise<Check>[] {
  return [
    check('deployment-permissions', async () => judge(await findMissing(context, caller), isDeployed)),
    check('bootstrap', () => checkBootstrap(context, caller, isDeployed)),
  ]
}

/** The guide's own list, and what else the stack's resources take. */
export const deploymentActions: readonly string[] = [
  'apigateway:PATCH',
  'apigateway:POST',
  'apigateway:PUT',
  'apigateway:UpdateRestApiPolicy',
  'cloudformation:CreateChangeSet',
  'cloudformation:ExecuteChangeSet',
  'cloudtrail:CreateTrail',
  'cloudtrail:PutEventSelectors',
  'cloudtrail:StartLogging',
  'cloudwatch:PutDashboard',
  'cloudwatch:PutMetricAlarm',
  'ec2:DescribeVpcEndpoints',
  'events:PutRule',
  'events:PutTargets',
  'iam:CreateGroup',
  'iam:CreateRole',
  'iam:PassRole',
  'iam:PutGroupPolicy',
  'iam:PutRolePolicy',
  'kms:CreateAlias',
  'kms:CreateKey',
  'kms:PutKeyPolicy',
  'kms:TagResource',
  'lambda:AddPermission',
  'lambda:CreateFunction',
  'logs:CreateLogGroup',
  'logs:PutMetricFilter',
  'logs:PutRetentionPolicy',
  's3:CreateBucket',
  's3:PutBucketPolicy',
  's3:PutObject',
  'sns:CreateTopic',
  'sns:Subscribe',
  'ssm:GetParameter',
]

const becomeDeployer = 'sts:AssumeRole'

/** Says what it means that some actions are denied. */
export function judge(missing: readonly string[], isDeployed: boolean): Finding {
  if (missing.length === 0) return ok('everything that a deployment takes')
  const list = missing.join(', ')
  if (isDeployed) return skipped(`needed only to deploy, and not granted: ${list}`)
  if (!missing.includes(becomeDeployer))
    return ok(`coffer deploy works through the roles of the CDK; without them it would also take ${list}`)
  return failed(`not granted: ${list}`, 'export AWS_PROFILE=... of somebody who may, or have these granted')
}

async function findMissing(context: Context, caller: Caller): Promise<readonly string[]> {
  const [, service, kind = '', name = ''] =
    /^arn:[^:]+:(iam|sts)::\d{12}:(root|user|assumed-role)\/?([^/]*)/.exec(caller.arn) ?? []
  if (kind === 'root') return []
  if (service === undefined)
    throw new NothingToCheckError(`IAM cannot tell the permissions of ${caller.arn} in advance`)
  const client = new IAMClient({ ...context.aws, ...patient })
  const source = kind === 'user' ? caller.arn : await findRole(client, name)
  const partition = caller.arn.split(':')[1]
  const role = `arn:${partition}:iam::${caller.account}:role/cdk-hnb659fds-deploy-role-${caller.account}-${caller.region}`
  const [byHand, throughCdk] = await Promise.all([
    simulate(client, source, deploymentActions, '*'),
    simulate(client, source, [becomeDeployer], role),
  ])
  return [...byHand, ...throughCdk]
}

/** A role may have a path, which the ARN of a session does not tell. */
async function findRole(client: IAMClient, name: string): Promise<string> {
  const { Role } = await withPermission(`iam:GetRole on the role ${name}`, () =>
    client.send(new GetRoleCommand({ RoleName: name })),
  )
  return Role?.Arn ?? ''
}

async function simulate(
  client: IAMClient,
  source: string,
  actions: readonly string[],
  resource: string,
): Promise<readonly string[]> {
  return withPermission(`iam:SimulatePrincipalPolicy on ${source}`, async () => {
    const allowed = new Set<string>()
    const pages = paginateSimulatePrincipalPolicy(
      { client },
      { PolicySourceArn: source, ActionNames: [...actions], ResourceArns: [resource] },
    )
    for await (const { EvaluationResults = [] } of pages)
      for (const { EvalActionName = '', EvalDecision } of EvaluationResults)
        if (EvalDecision === 'allowed') allowed.add(EvalActionName)
    return actions.filter(action => !allowed.has(action))
  })
}

async function checkBootstrap(context: Context, caller: Caller, isDeployed: boolean): Promise<Finding> {
  if (isDeployed) return skipped('needed only to deploy')
  const Name = '/cdk-bootstrap/hnb659fds/version'
  const client = new SSMClient(context.aws)
  try {
    const { Parameter } = await withPermission(`ssm:GetParameter on the parameter ${Name}`, () =>
      client.send(new GetParameterCommand({ Name })),
    )
    return ok(`version ${Parameter?.Value}`)
  } catch (error) {
    if (!(error instanceof ParameterNotFound)) throw error
    return failed(
      'this account and Region are not bootstrapped for the CDK',
      `npx cdk bootstrap aws://${caller.account}/${caller.region}`,
    )
  }
}
