// What the resources of a template are called by people: `Role adminSignerInvoker`, not `SignerRole05E650F3`.
import type { Resolved, Resource } from './template.ts'

/** Names by logical id. */
export type Names = Readonly<Record<string, string>>

/** The names of all resources of some templates; where two know one, the later one counts. */
export function namesIn(...templates: readonly Resolved[]): Names {
  return Object.fromEntries(
    templates.flatMap(({ resources }) =>
      Object.entries(resources).map(([logicalId, resource]) => [logicalId, nameOf(logicalId, resource)]),
    ),
  )
}

/** A text in which references (`${SignerRole05E650F3.Arn}`) are names. */
export function withNames(text: string, names: Names): string {
  return text.replace(/\$\{([A-Za-z0-9]+)(?:\.[A-Za-z0-9.]+)?\}/g, (reference, logicalId: string) => {
    const name = names[logicalId]
    return name === undefined ? reference : `<${name}>`
  })
}

const nameProperties = [
  'RoleName',
  'GroupName',
  'FunctionName',
  'AliasName',
  'Name',
  'TrailName',
  'AlarmName',
] as const

function nameOf(logicalId: string, { Type, Properties = {} }: Resource): string {
  const kind = Type.split('::').at(-1) ?? Type
  const name = nameProperties.map(property => Properties[property]).find(value => typeof value === 'string')
  return `${kind} ${name ?? logicalId}`
}
