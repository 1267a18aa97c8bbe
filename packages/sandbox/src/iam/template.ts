// Loads a synthesized CloudFormation template into plain data: who is who, and every policy with its references
// resolved, so that what is decided in the sandbox is what would be decided after a deployment.
// CloudFormation User Guide, "Template anatomy".
import { isObject } from './elements.ts'
import {
  type Deployment,
  type Output,
  type VpcEndpoint,
  type Watch,
  watchTypes,
} from './template/deployment.ts'
import { TemplateError, type TemplateFault, type TemplateFaultCode } from './template/fault.ts'
import type { Place } from './template/identity.ts'
import { readApis } from './template/readApi.ts'
import { readIam } from './template/readIam.ts'
import { readKms } from './template/readKms.ts'
import { readLambda } from './template/readLambda.ts'
import { createResolver, type Resolver, type Sections } from './template/resolver.ts'
import { createResource, type Resource } from './template/resource.ts'
import { propertiesOf } from './template/resourceTypes.ts'

/** Sections without a say in permissions; Rules restrict the values of parameters. */
const otherSections = ['AWSTemplateFormatVersion', 'Description', 'Mappings', 'Metadata', 'Rules']

/**
 * Loads a template.
 *
 * @param template The parsed JSON.
 * @param options.accountId 12 digits: the account it is deployed in.
 * @param options.region The region it is deployed in.
 * @param options.stackName The name of the stack; made-up names and ids depend on it.
 * @param options.parameters Values of its parameters; the others take their defaults.
 * @returns What it deploys. The same template in the same place gives the same names, ids and ARNs.
 * @throws {TEMPLATE_INVALID} with every fault at once; nothing that might give a permission is passed over.
 */
export const loadTemplate = (
  template: unknown,
  options: Place & { readonly parameters?: Readonly<Record<string, string>> | undefined },
): Deployment => {
  const { parameters = {}, ...place } = options
  const faults: TemplateFault[] = []
  const sections = readSections(template, faults)
  for (const name of Object.keys(parameters)) {
    if (!(name in sections.Parameters))
      faults.push({
        code: 'PARAMETER_UNKNOWN',
        path: `Parameters.${name}`,
        message: 'is not in the template',
      })
  }
  const resolver = createResolver(sections, place, parameters, faults)
  const resources = Object.entries(sections.Resources).flatMap(
    ([logicalId, value]) => readResource(logicalId, value, resolver, faults) ?? [],
  )
  const of = (service: string): readonly Resource[] =>
    resources.filter(({ type }) => type.startsWith(`AWS::${service}::`))
  const isWatch = (type: string): type is Watch['type'] => watchTypes.some(one => one === type)
  const deployment: Deployment = {
    ...place,
    ...readIam(of('IAM')),
    keys: readKms(of('KMS'), place),
    apis: readApis(of('ApiGateway'), place),
    functions: readLambda(of('Lambda')),
    endpoints: of('EC2').map(readEndpoint),
    watches: resources.flatMap(resource => {
      const { type, identity } = resource
      return isWatch(type)
        ? [
            {
              type,
              name: identity.attributes['TopicName'] ?? identity.ref,
              arn: identity.attributes['Arn'] ?? identity.ref,
              properties: resource.properties(),
            },
          ]
        : []
    }),
    resources: readDeployed(sections, resolver),
    outputs: readOutputs(sections, resolver),
  }
  if (faults.length > 0) throw new TemplateError(unique(faults))
  return deployment
}

const readSections = (template: unknown, faults: TemplateFault[]): Sections => {
  const sections = { Parameters: {}, Conditions: {}, Resources: {}, Outputs: {} }
  if (!isObject(template)) {
    faults.push({ code: 'TEMPLATE_MALFORMED', path: '$', message: 'must be a JSON object' })
    return sections
  }
  for (const name of Object.keys(template)) {
    if (!(name in sections) && !otherSections.includes(name))
      faults.push({ code: 'TEMPLATE_MALFORMED', path: name, message: 'is not a section known here' })
  }
  const read = (name: keyof Sections): Readonly<Record<string, unknown>> => {
    const section = template[name] ?? {}
    if (isObject(section)) return section
    faults.push({ code: 'TEMPLATE_MALFORMED', path: name, message: 'must be a JSON object' })
    return {}
  }
  return {
    Parameters: read('Parameters'),
    Conditions: read('Conditions'),
    Resources: read('Resources'),
    Outputs: read('Outputs'),
  }
}

/** A resource that has a say in permissions; undefined for one that has none, is not created, or is not understood. */
const readResource = (
  logicalId: string,
  value: unknown,
  resolver: Resolver,
  faults: TemplateFault[],
): Resource | undefined => {
  const path = `Resources.${logicalId}`
  const fault = (code: TemplateFaultCode, at: string, message: string): undefined =>
    void faults.push({ code, path: at, message })
  if (!isObject(value) || typeof value['Type'] !== 'string')
    return fault('TEMPLATE_MALFORMED', path, 'must be a JSON object with a Type')
  const { Type: type, Condition: condition, Properties: properties = {} } = value
  if (condition !== undefined && !resolver.holds(String(condition), path)) return undefined
  const known = propertiesOf(type)
  if (known === 'irrelevant') return undefined
  const isWatched = known === 'watched'
  if (known === undefined)
    return fault('RESOURCE_TYPE_UNKNOWN', path, `${type} is not known here, nor what it permits`)
  if (!isObject(properties)) return fault('TEMPLATE_MALFORMED', `${path}.Properties`, 'must be a JSON object')
  for (const property of Object.keys(properties)) {
    if (!isWatched && !known.includes(property))
      fault('PROPERTY_UNKNOWN', `${path}.Properties.${property}`, `of ${type} is not known here`)
  }
  const identity = resolver.identityOf(logicalId, path)
  return identity && createResource({ logicalId, type, identity, properties }, resolver, faults)
}

/** Everything that is created, also of types without a say in permissions; those without a name have their logical id. */
const readDeployed = (sections: Sections, resolver: Resolver): Deployment['resources'] =>
  Object.entries(sections.Resources).flatMap(([logicalId, value]) => {
    if (!isObject(value)) return []
    const { Type: type, Condition: condition, DeletionPolicy: deletion } = value
    const path = `Resources.${logicalId}`
    if (condition !== undefined && !resolver.holds(String(condition), path)) return []
    const physicalId = resolver.knows(String(type)) ? resolver.identityOf(logicalId, path)?.ref : undefined
    const retained = String(deletion).startsWith('Retain')
    return [{ logicalId, type: String(type), physicalId: physicalId ?? logicalId, retained }]
  })

const readOutputs = (sections: Sections, resolver: Resolver): readonly Output[] =>
  Object.entries(sections.Outputs).flatMap(([name, value]) => {
    if (!isObject(value)) return []
    const path = `Outputs.${name}`
    if (value['Condition'] !== undefined && !resolver.holds(String(value['Condition']), path)) return []
    const description = typeof value['Description'] === 'string' ? value['Description'] : undefined
    return [{ name, value: String(resolver.resolve(value['Value'], `${path}.Value`)), description }]
  })

/** Without a policy of its own, an endpoint lets everything through. */
const readEndpoint = (resource: Resource): VpcEndpoint => {
  const id = resource.identity.ref
  const document = resource.value('PolicyDocument')
  return {
    id,
    service: resource.required('ServiceName').split('.').at(-1) ?? '',
    vpcId: resource.required('VpcId'),
    policy:
      document === undefined
        ? undefined
        : resource.policy(document, `endpoint policy of ${id}`, 'endpoint', 'PolicyDocument'),
  }
}

/** A property that is read twice leaves its faults twice. */
const unique = (faults: readonly TemplateFault[]): readonly TemplateFault[] => [
  ...new Map(faults.map(fault => [`${fault.path} ${fault.code} ${fault.message}`, fault])).values(),
]
