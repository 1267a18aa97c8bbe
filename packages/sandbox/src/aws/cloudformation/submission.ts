// What a request asks to be deployed: its template, the values of the parameters, what it acknowledges.
// CloudFormation User Guide, "Parameters" and "Acknowledging IAM resources in CloudFormation templates".
import { isObject } from '../../iam/elements.ts'
import { denialOf } from '../cloud.ts'
import { type Call, CloudFormationError, invalid, members, texts } from './call.ts'
import { resolveParameters } from './parameters.ts'
import type { Submission } from './record.ts'

/** The parameters of an operation that deploys. Those not read here are of no consequence in the sandbox. */
export const submissionParameters: readonly string[] = [
  'Capabilities',
  'ClientRequestToken',
  'ClientToken',
  'DeploymentConfig',
  'Parameters',
  'RoleARN',
  'StackName',
  'Tags',
  'TemplateBody',
  'TemplateURL',
  'UsePreviousTemplate',
]

export type Template = Readonly<Record<string, unknown>> & {
  readonly Resources: Readonly<Record<string, unknown>>
}

/**
 * Reads what is to be deployed.
 *
 * @param call The request.
 * @param previous What is deployed already, for `UsePreviousTemplate`, `UsePreviousValue` and the role.
 * @returns What is asked for.
 * @throws {CLOUDFORMATION_ERROR} ValidationError, or InsufficientCapabilitiesException.
 */
export const readSubmission = (call: Call, previous: Submission | undefined): Submission => {
  const { form } = call
  const templateBody = readTemplateBody(call, previous)
  const template = parseTemplate(templateBody)
  const capabilities = texts(form, 'Capabilities')
  requireCapabilities(template, capabilities)
  return {
    templateBody,
    parameters: resolveParameters(template['Parameters'], members(form, 'Parameters'), previous?.parameters),
    capabilities,
    tags: Object.fromEntries(
      members(form, 'Tags').map(tag => [tag.get('Key') ?? '', tag.get('Value') ?? '']),
    ),
    roleArn: form.get('RoleARN') ?? previous?.roleArn,
  }
}

/**
 * Reads the template of a request.
 *
 * @param call The request.
 * @param previous What is deployed already.
 * @returns The template as it was sent.
 * @throws {CLOUDFORMATION_ERROR} ValidationError: there is none, or it cannot be had.
 */
export const readTemplateBody = (call: Call, previous: Submission | undefined): string => {
  const { form } = call
  const body = form.get('TemplateBody')
  const url = form.get('TemplateURL')
  if (body && !url) return body
  if (url && !body) return download(call, url)
  if (form.get('UsePreviousTemplate') === 'true' && previous && !body) return previous.templateBody
  throw invalid('Either Template URL or Template Body must be specified.')
}

/**
 * Parses a template.
 *
 * @param body JSON.
 * @returns The template.
 * @throws {CLOUDFORMATION_ERROR} ValidationError: it is no JSON object with Resources.
 */
export const parseTemplate = (body: string): Template => {
  const template = parse(body)
  // AWS takes YAML as well.
  if (!isObject(template))
    throw invalid('Template format error: JSON not well-formed, and YAML is not known here.')
  const { Resources: resources } = template
  if (!isObject(resources) || Object.keys(resources).length === 0)
    throw invalid('Template format error: At least one Resources member must be defined.')
  return { ...template, Resources: resources }
}

const parse = (body: string): unknown => {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}

/** With the path, or with the host, in which a bucket can be named. */
const bucketUrls = [
  /^https:\/\/s3[.-][a-z0-9-]+\.amazonaws\.com\/([a-z0-9.-]+)\/([^?#]+)$/,
  /^https:\/\/s3\.amazonaws\.com\/([a-z0-9.-]+)\/([^?#]+)$/,
  /^https:\/\/([a-z0-9.-]+)\.s3(?:[.-][a-z0-9-]+)?\.amazonaws\.com\/([^?#]+)$/,
  /^http:\/\/127\.0\.0\.1:\d+\/([a-z0-9.-]+)\/([^?#]+)$/,
]

const download = (call: Call, url: string): string => {
  const [, bucket = '', path = ''] = bucketUrls.map(form => form.exec(url)).find(found => found) ?? []
  if (bucket === '') throw invalid('TemplateURL must be a supported URL.')
  const { cloud, identity, sourceIp } = call
  const key = decodeURIComponent(path)
  const resource = `arn:aws:s3:::${bucket}/${key}`
  const denied = denialOf(cloud, { identity, action: 's3:GetObject', resource, sourceIp }) !== undefined
  const object = cloud.buckets.get(bucket)?.get(key)
  if (denied || !object) throw invalid('S3 error: Access Denied')
  return Buffer.from(object).toString()
}

/** Types of IAM by the property that names a resource of them, if there is one. */
const identityTypes: ReadonlyMap<string, string> = new Map([
  ['AWS::IAM::Group', 'GroupName'],
  ['AWS::IAM::GroupPolicy', ''],
  ['AWS::IAM::ManagedPolicy', 'ManagedPolicyName'],
  ['AWS::IAM::Policy', ''],
  ['AWS::IAM::Role', 'RoleName'],
  ['AWS::IAM::RolePolicy', ''],
  ['AWS::IAM::User', 'UserName'],
  ['AWS::IAM::UserPolicy', ''],
  ['AWS::IAM::UserToGroupAddition', ''],
])

/**
 * Tells what a template makes that has to be acknowledged.
 *
 * @param template The template.
 * @returns `CAPABILITY_NAMED_IAM`, `CAPABILITY_IAM` or nothing.
 */
export const capabilityOf = ({ Resources: resources }: Template): string | undefined => {
  const found = Object.values(resources).flatMap(resource => {
    const { Type: type, Properties: properties = {} } = isObject(resource) ? resource : {}
    const name = identityTypes.get(String(type))
    return name === undefined ? [] : [isObject(properties) && name in properties]
  })
  if (found.length === 0) return undefined
  return found.includes(true) ? 'CAPABILITY_NAMED_IAM' : 'CAPABILITY_IAM'
}

const requireCapabilities = (template: Template, given: readonly string[]): void => {
  const needed = capabilityOf(template)
  if (needed === undefined || given.includes(needed) || given.includes('CAPABILITY_NAMED_IAM')) return
  throw new CloudFormationError('InsufficientCapabilitiesException', `Requires capabilities : [${needed}]`)
}
