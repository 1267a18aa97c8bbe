// API Gateway applies a changed resource policy, or a changed method, only with a new deployment of the stage; and CloudFormation
// makes none when the change came from a parameter.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-resource-policies.html
import {
  APIGatewayClient,
  CreateDeploymentCommand,
  GetDeploymentCommand,
  GetStageCommand,
} from '@aws-sdk/client-api-gateway'
import {
  CloudFormationClient,
  paginateListStackResources,
  type StackResourceSummary,
} from '@aws-sdk/client-cloudformation'
import type { Context } from '../context.ts'

/**
 * Deploys the stage again if the API was changed after the stage was deployed: repeated, it finds nothing to do.
 *
 * @returns Whether it did.
 */
export async function applyApiPolicy(context: Context, stackName: string): Promise<boolean> {
  const resources: StackResourceSummary[] = []
  const cloudFormation = new CloudFormationClient(context.aws)
  for await (const page of paginateListStackResources({ client: cloudFormation }, { StackName: stackName }))
    resources.push(...(page.StackResourceSummaries ?? []))
  const find = (type: string): StackResourceSummary | undefined =>
    resources.find(({ ResourceType }) => ResourceType === type)
  const api = find('AWS::ApiGateway::RestApi')
  const restApiId = api?.PhysicalResourceId
  const stageName = find('AWS::ApiGateway::Stage')?.PhysicalResourceId
  const client = new APIGatewayClient(context.aws)
  const { deploymentId } = await client.send(new GetStageCommand({ restApiId, stageName }))
  const { createdDate } = await client.send(new GetDeploymentCommand({ restApiId, deploymentId }))
  const changed = latest(
    resources
      .filter(({ ResourceType = '' }) => servedByStage.includes(ResourceType))
      .flatMap(({ LastUpdatedTimestamp }) => LastUpdatedTimestamp ?? []),
  )
  if (createdDate !== undefined && changed !== undefined && secondOf(createdDate) >= secondOf(changed))
    return false
  await context.terminal.progress('deploying the stage again: the API was changed', () =>
    client.send(
      new CreateDeploymentCommand({ restApiId, stageName, description: 'Applies the API as it is.' }),
    ),
  )
  return true
}

/** What a stage serves is what these were when it was deployed. */
export const servedByStage: readonly string[] = [
  'AWS::ApiGateway::RestApi',
  'AWS::ApiGateway::Resource',
  'AWS::ApiGateway::Method',
]

/** The latest of some times; undefined of none. */
export function latest(times: readonly Date[]): Date | undefined {
  return times.length === 0 ? undefined : new Date(Math.max(...times.map(time => time.getTime())))
}

// API Gateway tells whole seconds.
function secondOf(date: Date): number {
  return Math.floor(date.getTime() / 1000)
}
