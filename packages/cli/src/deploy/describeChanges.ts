// The changes of a deployment, for people: grouped, + added, - removed, ~ changed, and loud where it concerns the key.
import type { Style } from '../terminal.ts'
import { width, wrap } from '../wrap.ts'
import type { Changes, ResourceChange } from './changes.ts'
import { type Names, withNames } from './names.ts'
import type { ParameterChange } from './parameters.ts'
import type { Permission, PermissionChange } from './permissions.ts'

/**
 * Describes changes.
 *
 * @returns Lines, without a line feed at the end.
 */
export function describeChanges(changes: Changes, style: Style): string {
  const { isFirst, resources, permissions, parameters, names, key } = changes
  const section = (title: string, lines: readonly string[]): readonly string[] =>
    lines.length === 0 ? [] : ['', style.bold(title), ...lines]
  const sections = [
    ...section(
      'parameters',
      parameters.map(change => parameterLine(change, style)),
    ),
    ...section('resources', resourceLines(resources, isFirst, style)),
    ...section('permissions', permissionLines(permissions, isFirst, names, style)),
  ]
  return [
    ...(sections.length === 0
      ? ['', 'only texts of the template change, nothing that they describe']
      : sections),
    ...(key === undefined ? [] : ['', style.red(style.bold(`! THE KEY: ${key}`))]),
  ].join('\n')
}

function parameterLine({ name, before, after, widens }: ParameterChange, style: Style): string {
  const show = (value: string): string => (value === '' ? '(empty)' : value)
  const warning = widens === undefined ? '' : ` ${style.red(`! ${widens}`)}`
  if (before === undefined) return `${style.green('  +')} ${name} ${show(after ?? '')}${warning}`
  if (after === undefined) return `${style.red('  -')} ${name} ${show(before)}`
  return `${style.cyan('  ~')} ${name} ${show(before)} -> ${show(after)}${warning}`
}

function resourceLines(
  resources: readonly ResourceChange[],
  isFirst: boolean,
  style: Style,
): readonly string[] {
  // Of a stack that is new, the kinds say as much as forty names.
  if (isFirst) {
    const types = resources.map(({ type }) => type)
    return [...new Set(types)]
      .sort()
      .map(type => `${style.green('  +')} ${types.filter(other => other === type).length} ${type}`)
  }
  return resources.map(change => resourceLine(change, style))
}

function resourceLine({ change, type, logicalId, properties, isKept }: ResourceChange, style: Style): string {
  const what = `${type} ${logicalId}`
  switch (change) {
    case 'added':
      return `${style.green('  +')} ${what}`
    case 'removed':
      return `${style.red('  -')} ${what}${isKept ? ' (stays in the account)' : ''}`
    case 'replaced': {
      const fate = isKept ? 'REPLACED, the old one stays in the account' : 'REPLACED'
      return `${style.red('  ~')} ${what} ${style.red(fate)}: ${properties.join(', ')}`
    }
    case 'changed':
      return `${style.cyan('  ~')} ${what}: ${properties.join(', ')}`
  }
}

function permissionLines(
  changes: readonly PermissionChange[],
  isFirst: boolean,
  names: Names,
  style: Style,
): readonly string[] {
  let group = ''
  return changes.flatMap(({ change, widens, permission }) => {
    const owner = names[permission.owner] ?? `${permission.type} ${permission.owner}`
    const title = `  ${[owner, permission.place].filter(Boolean).join(', ')}`
    const mark = change === 'added' ? style.green('    +') : style.red('    -')
    // Everything of a new stack is new.
    const warning = widens && !isFirst ? ` ${style.red('! allows more')}` : ''
    const [first = '', ...others] = wrap(withNames(describePermission(permission), names), width - 8)
    const lines = [`${mark} ${[first, ...others].join('\n        ')}${warning}`]
    if (title === group) return lines
    group = title
    return [style.dim(title), ...lines]
  })
}

function describePermission({ sid, effect, who, actions, on, conditions }: Permission): string {
  return [
    sid === undefined ? effect : `${sid}: ${effect}`,
    who.join(', '),
    actions.join(', '),
    ...(on.length === 0 ? [] : [`on ${on.join(', ')}`]),
    ...(conditions.length === 0 ? [] : [`if ${conditions.join(' and ')}`]),
  ]
    .filter(part => part !== '')
    .join(' ')
}
