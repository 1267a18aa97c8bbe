// Copies of a template, each with one thing that permits more: an Allow with a wider principal, resource or action, or without one
// of its conditions; a Deny left out; a method, a function or a key without its protection.

/**
 * Widens a template in every way there is.
 *
 * @param template The parsed JSON.
 * @returns The copies, each with the name of its change.
 */
export const widenings = (template: unknown): readonly (readonly [name: string, template: unknown])[] => {
  const resources = Object.entries<Json>(Object(Object(template).Resources)).filter(
    ([logicalId, { Type: type }]) =>
      /^AWS::(ApiGateway|IAM|KMS|Lambda)::/.test(String(type)) &&
      // The roles with which API Gateway and CloudTrail log have no part in signing.
      !/ApiLogs|Trail/.test(logicalId),
  )
  return resources
    .flatMap(([logicalId, resource]) => changesIn(resource, ['Resources', logicalId]))
    .filter(({ name }) => name !== withoutEffect)
    .map(({ path, name, value }) => [`${path.slice(1).join('.')}: ${name}`, replaceAt(template, path, value)])
}

/** Within the account, what an API leaves to the account's IAM policies they may do without it. */
const withoutEffect = 'AllowByIamOfThisAccount with Resource *'

type Path = readonly (string | number)[]

type Change = { readonly path: Path; readonly name: string; readonly value: unknown }

type Json = Readonly<Record<string, unknown>>

const nothing = { Ref: 'AWS::NoValue' }

const changesIn = (node: unknown, path: Path): readonly Change[] => {
  if (typeof node !== 'object' || node === null) return []
  const found = Object.entries(node).flatMap(([name, child]) => changesIn(child, [...path, name]))
  if ('Effect' in node) return [...found, ...widenStatement({ ...node }, path)]
  const set = (name: string, value: unknown): Change => ({
    path: [...path, name],
    name: value === nothing ? 'left out' : String(value),
    value,
  })
  if ('AuthorizationType' in node) return [...found, set('AuthorizationType', 'NONE')]
  if ('KeyPolicy' in node) return [...found, set('KeyPolicy', nothing)]
  if ('SourceArn' in node) return [...found, set('SourceArn', nothing), set('Principal', '*')]
  return found
}

const widenStatement = (statement: Json, path: Path): readonly Change[] => {
  const change = (name: string, value: unknown): Change => ({
    path,
    name: `${statement['Sid']} ${name}`,
    value,
  })
  if (statement['Effect'] === 'Deny') return [change('left out', nothing)]
  const [service] = String([statement['Action']].flat()[0]).split(':')
  const wider = Object.entries({ Principal: '*', Resource: '*', Action: `${service}:*` })
    .filter(([element, value]) => element in statement && statement[element] !== value)
    // Invoke is all there is to do with this kind of API.
    .filter(([element]) => element !== 'Action' || service !== 'execute-api')
    .map(([element, value]) => change(`with ${element} ${value}`, { ...statement, [element]: value }))
  return [...wider, ...dropConditions(statement, change)]
}

const dropConditions = (
  statement: Json,
  change: (name: string, value: unknown) => Change,
): readonly Change[] => {
  const condition: Readonly<Record<string, Json>> = Object(statement['Condition'])
  return Object.entries(condition).flatMap(([operator, keys]) =>
    Object.keys(keys)
      // Said once more by aws:SourceArn, which holds the account.
      .filter(key => key !== 'aws:SourceAccount')
      .map(key => {
        const { [key]: _dropped, ...others } = keys
        const { [operator]: _whole, ...operators } = condition
        const left = Object.keys(others).length === 0 ? operators : { ...operators, [operator]: others }
        const isEmpty = Object.keys(left).length === 0
        return change(`without ${key}`, { ...statement, Condition: isEmpty ? nothing : left })
      }),
  )
}

const replaceAt = (node: unknown, [step, ...rest]: Path, value: unknown): unknown => {
  if (step === undefined) return value
  const child = replaceAt(Object(node)[step], rest, value)
  return Array.isArray(node)
    ? node.map((item, index) => (index === Number(step) ? child : item))
    : { ...Object(node), [step]: child }
}
