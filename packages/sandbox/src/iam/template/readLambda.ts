// Lambda functions of a template, and who may invoke them.
// CloudFormation User Guide, AWS::Lambda::Function and AWS::Lambda::Permission; Lambda Developer Guide,
// "Using resource-based policies for Lambda".
import { isObject } from '../elements.ts'
import type { LambdaFunction } from './deployment.ts'
import type { Resource } from './resource.ts'

/**
 * Reads the functions.
 *
 * @param resources Those of type `AWS::Lambda::...`.
 * @returns The functions; the permissions of each as one policy, one statement each.
 */
export const readLambda = (resources: readonly Resource[]): readonly LambdaFunction[] => {
  const functions = resources.filter(({ type }) => type === 'AWS::Lambda::Function')
  const permissions = resources.filter(({ type }) => type === 'AWS::Lambda::Permission')
  const arnOf = (name: string): string | undefined =>
    functions.find(({ identity }) => [identity.ref, identity.attributes['Arn']].includes(name))?.identity
      .attributes['Arn']
  for (const permission of permissions)
    if (arnOf(permission.required('FunctionName')) === undefined)
      permission.fault(
        'PROPERTY_UNSUPPORTED',
        'FunctionName',
        'must be a function of the template, not a version',
      )
  return functions.map(resource => {
    const { ref: name, attributes } = resource.identity
    const arn = attributes['Arn'] ?? ''
    const statements = permissions
      .filter(permission => arnOf(permission.required('FunctionName')) === arn)
      .map(permission => toStatement(permission, arn))
    const document = { Version: '2012-10-17', Statement: statements }
    const policy =
      statements.length === 0
        ? undefined
        : resource.policy(document, `function policy of ${name}`, 'resource', 'Permission')
    return {
      name,
      arn,
      roleArn: resource.required('Role'),
      policy,
      environment: readEnvironment(resource),
      code: readCode(resource),
      handler: resource.text('Handler') ?? '',
      // Lambda's own defaults.
      timeout: Number(resource.text('Timeout') ?? 3),
      memorySize: Number(resource.text('MemorySize') ?? 128),
      runtime: resource.text('Runtime') ?? '',
      architecture: resource.texts('Architectures')[0] ?? 'x86_64',
      reservedConcurrency: readConcurrency(resource),
    }
  })
}

/** The statement that Lambda's AddPermission makes. */
const toStatement = (permission: Resource, functionArn: string): Readonly<Record<string, unknown>> => {
  const [principal, sourceArn, sourceAccount] = [
    permission.required('Principal'),
    permission.text('SourceArn'),
    permission.text('SourceAccount'),
  ]
  const condition = {
    ...(sourceArn === undefined ? {} : { ArnLike: { 'aws:SourceArn': sourceArn } }),
    ...(sourceAccount === undefined ? {} : { StringEquals: { 'aws:SourceAccount': sourceAccount } }),
  }
  return {
    Sid: permission.logicalId,
    Effect: 'Allow',
    Principal:
      principal === '*' ? '*' : { [principal.endsWith('.amazonaws.com') ? 'Service' : 'AWS']: principal },
    Action: permission.required('Action'),
    Resource: functionArn,
    ...(Object.keys(condition).length === 0 ? {} : { Condition: condition }),
  }
}

const readConcurrency = (resource: Resource): number | undefined => {
  const reserved = resource.text('ReservedConcurrentExecutions')
  if (reserved === undefined) return undefined
  if (!/^\d+$/.test(reserved))
    resource.fault('PROPERTY_INVALID', 'ReservedConcurrentExecutions', 'must be a whole number')
  return Number(reserved)
}

/** Code that is written into the template is not known here. */
const readCode = (resource: Resource): LambdaFunction['code'] => {
  const code = resource.value('Code')
  const { S3Bucket: bucket, S3Key: key } = isObject(code) ? code : {}
  if (typeof bucket === 'string' && typeof key === 'string') return { bucket, key }
  resource.fault('PROPERTY_UNSUPPORTED', 'Code', 'must be a zip file in a bucket: S3Bucket and S3Key')
  return { bucket: '', key: '' }
}

const readEnvironment = (resource: Resource): Readonly<Record<string, string>> => {
  const environment = resource.value('Environment')
  const variables = isObject(environment) ? environment['Variables'] : undefined
  const entries = isObject(variables) ? Object.entries(variables) : []
  return Object.fromEntries(entries.map(([name, value]) => [name, String(value)]))
}
