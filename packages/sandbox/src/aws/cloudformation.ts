// AWS CloudFormation: stacks and change sets, as far as deploying with the CDK CLI or the AWS CLI needs them. AWS's query
// protocol. AWS CloudFormation API Reference, version 2010-05-15.
import { TemplateError } from '../iam/template/fault.ts'
import type { ServerRequest, ServerResponseData } from '../server.ts'
import { AwsError } from './awsError.ts'
import type { Cloud } from './cloud.ts'
import { type Call, CloudFormationError, invalid, type Operation } from './cloudformation/call.ts'
import { changeSetOperations } from './cloudformation/changeSets.ts'
import { contentOperations } from './cloudformation/contents.ts'
import { findByChangeSet, findRecord } from './cloudformation/record.ts'
import { stackOperations } from './cloudformation/stacks.ts'
import { queryAnswer, queryError } from './query.ts'
import { authenticate, requirePermission } from './serviceOperation.ts'
import { signatureRefused } from './sts.ts'

const version = '2010-05-15'
const namespace = `http://cloudformation.amazonaws.com/doc/${version}/`

const operations: ReadonlyMap<string, Operation> = new Map(
  Object.entries({ ...stackOperations, ...changeSetOperations, ...contentOperations }),
)

/**
 * Answers a request to CloudFormation: authenticated by its signature, authorized by IAM policies.
 *
 * @param request The request as received.
 * @param cloud The cloud.
 * @returns The result of the operation, or an error. A deployment has ended, well or not, when it is answered.
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/Welcome.html
 */
export const respondCloudFormation = async (
  request: ServerRequest,
  cloud: Cloud,
): Promise<ServerResponseData> => {
  const authenticated = authenticate(request, cloud, { service: 'cloudformation', region: cloud.region })
  if ('failure' in authenticated) return signatureRefused(namespace, authenticated.failure)
  if (request.bodyTooLarge)
    return queryError(namespace, 413, 'RequestEntityTooLarge', 'The request is too large.')
  const form = new URLSearchParams(Buffer.from(request.body).toString())
  const call: Call = { ...authenticated.call, form }
  const action = form.get('Action') ?? ''
  try {
    const operation = form.get('Version') === version ? operations.get(action) : undefined
    if (!operation)
      throw new CloudFormationError(
        'InvalidAction',
        `Could not find operation ${action} for version ${form.get('Version')}`,
      )
    authorize(call, action)
    requireKnown(form, operation)
    return queryAnswer(namespace, action, await operation.run(call))
  } catch (error) {
    if (error instanceof TemplateError) return queryError(namespace, 400, 'ValidationError', error.message)
    if (error instanceof CloudFormationError)
      return queryError(namespace, error.status, error.code, error.message)
    throw error
  }
}

const authorize = (call: Call, action: string): void => {
  try {
    requirePermission(call, `cloudformation:${action}`, resourceOf(call))
  } catch (error) {
    if (!(error instanceof AwsError)) throw error
    throw new CloudFormationError('AccessDenied', error.message, 403)
  }
}

/** The stack; where there is none yet, what stands for its id is a `*`. */
const resourceOf = ({ cloud, form }: Call): string => {
  const [stackName, changeSet] = [form.get('StackName'), form.get('ChangeSetName')]
  if (stackName) {
    const unnamed = `arn:aws:cloudformation:${cloud.region}:${cloud.account.accountId}:stack/${stackName}/*`
    return findRecord(cloud, stackName)?.id ?? (stackName.startsWith('arn:') ? stackName : unnamed)
  }
  return findByChangeSet(cloud, changeSet ?? '')?.id ?? '*'
}

const requireKnown = (form: URLSearchParams, { parameters }: Operation): void => {
  // An empty list is sent as a name without a value; what is not wanted, as `false`.
  const unknown = [...form].find(([name, value]) => {
    const [parameter = ''] = name.split('.')
    return value !== '' && value !== 'false' && !['Action', 'Version', ...parameters].includes(parameter)
  })
  if (unknown) throw invalid(`The parameter ${unknown[0]} is not known here.`)
}
