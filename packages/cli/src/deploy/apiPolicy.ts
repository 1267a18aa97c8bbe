// API Gateway applies a changed resource policy only with a new deployment of the stage, and CloudFormation makes none when only
// the policy has changed.
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
  const changed = api?.LastUpdatedTimestamp
  if (createdDate !== undefined && changed !== undefined && secondOf(createdDate) >= secondOf(changed))
    return false
  await context.terminal.progress('deploying the stage again: the policy of the API was changed', () =>
    client.send(
      new CreateDeploymentCommand({ restApiId, stageName, description: 'Applies the policy of the API.' }),
    ),
  )
  return true
}

// API Gateway tells whole seconds.
function secondOf(date: Date): number {
  return Math.floor(date.getTime() / 1000)
}
