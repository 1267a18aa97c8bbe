// What gives access without being a policy.
import { type Grant, type Properties, textsOf } from './statement.ts'

/** The access that the properties of a resource give, beside the policies in them. */
export function grantsOf(type: string, properties: Properties): readonly Grant[] {
  return readers[type]?.(properties) ?? []
}

const readers: Readonly<Record<string, (properties: Properties) => readonly Grant[]>> = {
  'AWS::Lambda::Permission': ({ Action, FunctionName, Principal, ...conditions }) => [
    {
      place: 'resource policy of the function',
      effect: 'Allow',
      who: textsOf(Principal),
      actions: textsOf(Action),
      on: textsOf(FunctionName),
      conditions: Object.entries(conditions)
        .map(([name, value]) => `${name} ${textsOf(value).join(', ')}`)
        .sort(),
    },
  ],
  'AWS::IAM::Role': managedPolicies,
  'AWS::IAM::Group': managedPolicies,
  'AWS::ApiGateway::Method': ({ AuthorizationType, HttpMethod, AuthorizerId }) => [
    {
      place: 'AuthorizationType',
      effect: 'Allow',
      who: AuthorizationType === 'NONE' ? ['*'] : ['whoever is authorized'],
      actions: textsOf(HttpMethod),
      on: [],
      conditions: [`authorized by ${[AuthorizationType, AuthorizerId].flatMap(textsOf).join(' ')}`],
    },
  ],
  'AWS::EC2::SecurityGroup': ({ SecurityGroupIngress, SecurityGroupEgress }) => [
    ...networkRules('in', SecurityGroupIngress),
    ...networkRules('out', SecurityGroupEgress),
  ],
  'AWS::EC2::SecurityGroupIngress': properties => networkRules('in', [properties]),
  'AWS::EC2::SecurityGroupEgress': properties => networkRules('out', [properties]),
}

function managedPolicies({ ManagedPolicyArns }: Properties): readonly Grant[] {
  return textsOf(ManagedPolicyArns).map(arn => ({
    place: 'ManagedPolicyArns',
    effect: 'Allow',
    who: [],
    actions: [`all of ${arn}`],
    on: [],
    conditions: [],
  }))
}

function networkRules(direction: 'in' | 'out', rules: unknown): readonly Grant[] {
  return [rules].flat().flatMap(rule => {
    if (rule === undefined) return []
    const { IpProtocol, FromPort, ToPort, Description, ...peer } = rule as Properties
    return {
      place: `network ${direction}`,
      effect: 'Allow',
      who: Object.entries(peer)
        .map(([name, value]) => `${name} ${textsOf(value).join(', ')}`)
        .sort(),
      actions: [[IpProtocol, FromPort, ToPort].flatMap(textsOf).join(' ')],
      on: [],
      conditions: textsOf(Description),
    }
  })
}
