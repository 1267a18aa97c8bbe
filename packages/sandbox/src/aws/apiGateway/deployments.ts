// Stages, and deployments, with which a stage takes over what the API has become: also its policy.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-resource-policies-create-attach.html
import type { RestApi } from '../../iam/template/deployment.ts'
import { AwsError } from '../awsError.ts'
import type { Cloud } from '../cloud.ts'
import { enforcePolicies } from '../deploy.ts'
import { type ServiceOperation, serviceOperation } from '../serviceOperation.ts'
import { optional, required, text } from '../shape.ts'
import { controlArn, findApi, limit, pathName, putApi } from './target.ts'

const describe = ({ name, deploymentId }: RestApi['stages'][number]): Readonly<Record<string, unknown>> => ({
  stageName: name,
  deploymentId,
})

const findStage = (api: RestApi, name: string): RestApi['stages'][number] => {
  const stage = api.stages.find(one => one.name === name)
  if (stage) return stage
  throw new AwsError('NotFoundException', 'Invalid stage identifier specified')
}

export const getStages: ServiceOperation = serviceOperation(
  'apigateway:GET',
  { restApiId: pathName },
  ({ restApiId }, cloud) => controlArn(cloud, restApiId, 'stages'),
  ({ restApiId }, { cloud }) => ({ item: findApi(cloud, restApiId).stages.map(describe) }),
)

export const getStage: ServiceOperation = serviceOperation(
  'apigateway:GET',
  { restApiId: pathName, stageName: pathName },
  ({ restApiId, stageName }, cloud) => controlArn(cloud, restApiId, 'stages', stageName),
  ({ restApiId, stageName }, { cloud }) => describe(findStage(findApi(cloud, restApiId), stageName)),
)

/** A deployment that no stage has any more is not kept here. */
const describeDeployments = (cloud: Cloud, { id: apiId, stages }: RestApi): readonly DeploymentDetail[] =>
  [...new Set(stages.map(({ deploymentId }) => deploymentId))].map(id => {
    const enforced = cloud.enforced.get(apiId)
    return enforced ? { id, createdDate: enforced.since / 1000 } : { id }
  })

type DeploymentDetail = { readonly id: string; readonly createdDate?: number }

export const getDeployment: ServiceOperation = serviceOperation(
  'apigateway:GET',
  { restApiId: pathName, deploymentId: pathName },
  ({ restApiId, deploymentId }, cloud) => controlArn(cloud, restApiId, 'deployments', deploymentId),
  ({ restApiId, deploymentId }, { cloud }) => {
    const deployments = describeDeployments(cloud, findApi(cloud, restApiId))
    const found = deployments.find(({ id }) => id === deploymentId)
    if (found) return found
    throw new AwsError('NotFoundException', 'Invalid Deployment identifier specified')
  },
)

export const getDeployments: ServiceOperation = serviceOperation(
  'apigateway:GET',
  { restApiId: pathName, limit },
  ({ restApiId }, cloud) => controlArn(cloud, restApiId, 'deployments'),
  ({ restApiId }, { cloud }) => ({ item: describeDeployments(cloud, findApi(cloud, restApiId)) }),
)

export const createDeployment: ServiceOperation = serviceOperation(
  'apigateway:POST',
  // A new stage is for a template to make.
  { restApiId: pathName, stageName: required(text({ min: 1 })), description: optional(text({})) },
  ({ restApiId }, cloud) => controlArn(cloud, restApiId, 'deployments'),
  ({ restApiId, stageName, description }, { cloud }) => {
    const api = findApi(cloud, restApiId)
    const { name } = findStage(api, stageName)
    const id = Buffer.from(cloud.random(5)).toString('hex')
    const stages = api.stages.map(stage => (stage.name === name ? { ...stage, deploymentId: id } : stage))
    putApi(cloud, { ...api, stages })
    enforcePolicies(cloud)
    return { id, createdDate: cloud.now() / 1000, ...(description === undefined ? {} : { description }) }
  },
)
