// Checks of the stage, which enforces the policy that the API had when it was deployed to it.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-resource-policies-create-attach.html
import {
  APIGatewayClient,
  GetStageCommand,
  NotFoundException,
  paginateGetDeployments,
  type Stage,
} from '@aws-sdk/client-api-gateway'
import { CloudFormationClient, DescribeStackResourcesCommand } from '@aws-sdk/client-cloudformation'
import { latest, servedByStage } from '../deploy/apiPolicy.ts'
import { withPermission } from '../permission.ts'
import { requireResource } from '../stack.ts'
import { type Check, checksOf, type Finding, failed, need, ok, shared, skipped } from './check.ts'
import { needDeployed, needStack, type Scene } from './scene.ts'

const check = checksOf('endpoint')

/** Checks the stage. */
export function checkStage(scene: Scene): readonly Promise<Check>[] {
  const stage = shared(() => readStage(scene))
  return [
    check('api-stage', async () => judgeStage(await stage(), scene)),
    check('api-deployment', async () => checkDeployment(need(await stage(), 'there is no stage'), scene)),
  ]
}

function judgeStage(stage: Stage | undefined, scene: Scene): Finding {
  const name = needDeployed(scene).api.stage
  return stage?.deploymentId === undefined
    ? failed(`there is no stage ${name}`, deployAgain(restApiIdOf(scene), scene))
    : ok(`${name}, deployment ${stage.deploymentId}`)
}

/** A stage enforces the policy that the API had when it was deployed. */
async function checkDeployment({ deploymentId = '' }: Stage, scene: Scene): Promise<Finding> {
  const stack = needStack(scene)
  const id = restApiIdOf(scene)
  const [deployed, changed] = await Promise.all([
    readCreation(scene, id, deploymentId),
    withPermission(`cloudformation:DescribeStackResources on the stack ${stack.name}`, () =>
      new CloudFormationClient(scene.context.aws).send(
        new DescribeStackResourcesCommand({ StackName: stack.name }),
      ),
    ),
  ])
  const times = (changed.StackResources ?? [])
    .filter(({ ResourceType = '' }) => servedByStage.includes(ResourceType))
    .flatMap(({ Timestamp }) => Timestamp ?? [])
  return judgeDeployment(deployed, latest(times), deployAgain(id, scene))
}

async function readCreation(
  scene: Scene,
  restApiId: string,
  deploymentId: string,
): Promise<Date | undefined> {
  return withPermission(`apigateway:GET on the deployments of the API ${restApiId}`, async () => {
    for await (const { items = [] } of paginateGetDeployments({ client: client(scene) }, { restApiId })) {
      const found = items.find(({ id }) => id === deploymentId)
      if (found !== undefined) return found.createdDate
    }
    return undefined
  })
}

/**
 * Judges by the times whether the stage enforces the policy that the API has.
 *
 * @param deployed When the stage's deployment was made.
 * @param changed When the stack changed the API last.
 */
export function judgeDeployment(deployed: Date | undefined, changed: Date | undefined, fix: string): Finding {
  if (deployed === undefined || changed === undefined)
    return skipped('AWS does not tell when API and stage were deployed')
  // API Gateway counts in seconds.
  return changed.getTime() - deployed.getTime() < 1000
    ? ok(`of ${deployed.toISOString()}`)
    : failed(
        `the API was changed on ${changed.toISOString()}, but its stage is of ${deployed.toISOString()}: it may serve and enforce what the API was then`,
        fix,
      )
}

async function readStage(scene: Scene): Promise<Stage | undefined> {
  const id = restApiIdOf(scene)
  const stageName = needDeployed(scene).api.stage
  try {
    return await withPermission(`apigateway:GET on the API ${id}`, () =>
      client(scene).send(new GetStageCommand({ restApiId: id, stageName })),
    )
  } catch (error) {
    if (error instanceof NotFoundException) return undefined
    throw error
  }
}

/** The id of the stack's API. @throws {CliError} STACK_INCOMPLETE @throws {NothingToCheckError} */
export function restApiIdOf(scene: Scene): string {
  return requireResource(needStack(scene), 'AWS::ApiGateway::RestApi')
}

/** The command that makes the stage take over what the API has become. */
export function deployAgain(id: string, scene: Scene): string {
  return `aws apigateway create-deployment --rest-api-id ${id} --stage-name ${needDeployed(scene).api.stage}`
}

function client({ context }: Scene): APIGatewayClient {
  return new APIGatewayClient(context.aws)
}
