// Resolves a template as CloudFormation would, for given parameters: no reference, condition or function is left. What it does
// not know is an error. Ids and ARNs that AWS would make up are made up here.

/** A template as parsed JSON. */
export type Template = {
  readonly Metadata?: Readonly<Record<string, unknown>>
  readonly Parameters?: Readonly<Record<string, Parameter>>
  readonly Conditions?: Readonly<Record<string, unknown>>
  readonly Resources: Readonly<Record<string, Resource>>
  readonly Outputs?: Readonly<Record<string, { readonly Value: unknown; readonly Condition?: string }>>
}

type Parameter = { readonly Type: string; readonly Default?: unknown; readonly AllowedPattern?: string }

/** A resource, before or after resolution. */
export type Resource = {
  readonly Type: string
  readonly Properties?: Readonly<Record<string, unknown>>
  readonly Condition?: string
  readonly DependsOn?: string | readonly string[]
  readonly DeletionPolicy?: string
  readonly UpdateReplacePolicy?: string
}

export const account = '111122223333'
export const region = 'eu-north-1'

const pseudo: Readonly<Record<string, unknown>> = {
  'AWS::AccountId': account,
  'AWS::Region': region,
  'AWS::Partition': 'aws',
  'AWS::URLSuffix': 'amazonaws.com',
}

const noValue = Symbol('AWS::NoValue')

/** Resources by name (logical id without its hash), and outputs; those whose condition is false are left out. */
export const resolve = (
  template: Template,
  parameters: Readonly<Record<string, string>> = {},
): {
  readonly resources: Readonly<Record<string, Resource>>
  readonly outputs: Readonly<Record<string, unknown>>
} => {
  const holds = (name: string): boolean => value(template.Conditions?.[name]) === true

  const parameter = (name: string): unknown => {
    const declared = template.Parameters?.[name]
    if (declared === undefined) return undefined
    const given = parameters[name] ?? declared.Default
    if (given === undefined) throw new Error(`The parameter ${name} needs a value.`)
    return /List/.test(declared.Type) ? String(given).split(',') : given
  }

  const ref = (name: string): unknown => {
    if (name === 'AWS::NoValue') return noValue
    const known = pseudo[name] ?? parameter(name)
    if (known !== undefined) return known
    const { Properties = {} } = resource(name)
    const named = ['RoleName', 'GroupName', 'FunctionName', 'StageName'].find(key => key in Properties)
    return named === undefined ? `id-of-${nameOf(name)}` : value(Properties[named])
  }

  const resource = (id: string): Resource => {
    const found = template.Resources[id]
    if (found === undefined) throw new Error(`There is no ${id}.`)
    if (found.Condition !== undefined && !holds(found.Condition))
      throw new Error(`${id} does not exist here.`)
    return found
  }

  const attribute = (id: string, name: string): unknown => {
    const regional = (service: string, rest: string): string =>
      `arn:aws:${service}:${region}:${account}:${rest}`
    switch (`${resource(id).Type} ${name}`) {
      case 'AWS::IAM::Role Arn':
        return `arn:aws:iam::${account}:role/${ref(id)}`
      case 'AWS::KMS::Key Arn':
        return regional('kms', `key/${ref(id)}`)
      case 'AWS::Lambda::Function Arn':
        return regional('lambda', `function:${ref(id)}`)
      case 'AWS::Logs::LogGroup Arn':
        return regional('logs', `log-group:${ref(id)}:*`)
      case 'AWS::S3::Bucket Arn':
        return `arn:aws:s3:::${ref(id)}`
      case 'AWS::CloudWatch::Alarm Arn':
        return regional('cloudwatch', `alarm:${ref(id)}`)
      case 'AWS::EC2::SecurityGroup GroupId':
        return `sg-of-${nameOf(id)}`
      case 'AWS::ApiGateway::RestApi RootResourceId':
        return 'root'
      default:
        throw new Error(`unknown attribute ${name} of ${resource(id).Type}`)
    }
  }

  const value = (node: unknown): unknown => {
    if (Array.isArray(node)) return node.map(value).filter(item => item !== noValue)
    if (typeof node !== 'object' || node === null) return node
    const entries = Object.entries(node)
    const [first] = entries
    if (entries.length === 1 && first !== undefined && (first[0] === 'Ref' || first[0].startsWith('Fn::')))
      return intrinsic(first[0], first[1])
    return Object.fromEntries(
      entries.map(([key, item]) => [key, value(item)]).filter(([, item]) => item !== noValue),
    )
  }

  const intrinsic = (name: string, argument: unknown): unknown => {
    const list = argument as readonly unknown[]
    switch (name) {
      case 'Ref':
        return ref(String(argument))
      case 'Fn::GetAtt':
        return attribute(String(list[0]), String(list[1]))
      case 'Fn::Join':
        return (value(list[1]) as readonly unknown[]).join(String(list[0]))
      case 'Fn::If':
        return holds(String(list[0])) ? value(list[1]) : value(list[2])
      case 'Fn::Equals':
        return value(list[0]) === value(list[1])
      case 'Fn::Not':
        return value(list[0]) === false
      default:
        throw new Error(`unknown function ${name}`)
    }
  }

  const present = <T extends { readonly Condition?: string }>([, item]: [string, T]): boolean =>
    item.Condition === undefined || holds(item.Condition)
  return {
    resources: Object.fromEntries(
      Object.entries(template.Resources)
        .filter(present)
        .map(([id, item]) => [nameOf(id), { ...item, Properties: value(item.Properties ?? {}) }]),
    ) as Readonly<Record<string, Resource>>,
    outputs: Object.fromEntries(
      Object.entries(template.Outputs ?? {})
        .filter(present)
        .map(([id, output]) => [id, value(output.Value)]),
    ),
  }
}

/** `SignerRole05E650F3` is `SignerRole`. */
const nameOf = (id: string): string => id.replace(/[0-9A-F]{8}([0-9a-f]{32})?$/, '')
