// A review for people: who, and through which statements, in lines of at most 100 columns.
import type { Style } from '../terminal.ts'
import { type Capability, capabilities } from './capabilities.ts'
import type { Difference } from './expected.ts'
import type { Access } from './review.ts'
import type { NotUnderstood } from './statement.ts'

/** What is told. */
export type Report = {
  readonly account: string
  readonly region: string
  readonly stack: string
  readonly access: readonly Access[]
  readonly notReviewed: readonly NotReviewed[]
  readonly notUnderstood: readonly NotUnderstood[]
  /** Undefined where nothing was expected in particular. */
  readonly differences?: {
    readonly unexpected: readonly Difference[]
    readonly missing: readonly Difference[]
  }
}

/** A capability that there is nothing to ask about. */
export type NotReviewed = { readonly capability: Capability; readonly reason: string }

const titles: Readonly<Record<Capability, string>> = {
  sign: 'make the key sign a digest',
  invokeEndpoint: 'ask the endpoint for a signature',
  invokeFunction: 'invoke the function without the endpoint',
  changeFunction: 'change the function',
  changeKey: 'change the key',
  changePolicies: 'change the policies of role, group and API',
  changeTrail: 'change the trail',
}

const width = 100

/** Writes a review down. */
export function describeReview(report: Report, style: Style): string {
  const { account, region, stack } = report
  return [
    `who can do what with ${stack} in account ${account}, ${region}`,
    ...capabilities.map(capability => describeCapability(capability, report, style)),
    ...describeNotUnderstood(report.notUnderstood, style),
    ...describeDifferences(report, style),
    style.dim(
      [
        'Not in view: policies of organizations, sessions and VPC endpoints, which can only take away; and',
        'whoever can become one of these, with their credentials or by a change of their policies.',
      ].join('\n'),
    ),
  ].join('\n\n')
}

function describeCapability(capability: Capability, report: Report, style: Style): string {
  const rows = report.access.filter(one => one.capability === capability)
  const title = `${style.bold(capability)}: ${titles[capability]}`
  const reason = report.notReviewed.find(one => one.capability === capability)?.reason
  if (reason !== undefined) return `${title}\n  ${style.cyan('not reviewed')}: ${reason}`
  if (rows.length === 0) return `${title}\n  nobody`
  const names = rows.map(({ principal }) => shorten(principal, report.account))
  const column = Math.min(30, Math.max(...names.map(name => name.length)))
  const lines = rows.map((row, index) =>
    describeRow(row, names[index] ?? '', column, isUnexpected(row, report), style),
  )
  return [title, ...lines].join('\n')
}

function describeRow(row: Access, name: string, column: number, isNew: boolean, style: Style): string {
  const { action, through, conditions, assumableBy, capability } = row
  const text = [
    capability.startsWith('change') ? `${action} through ${through.join(' + ')}` : through.join(' + '),
    ...conditions,
    ...(assumableBy === undefined ? [] : [`assumed by ${assumableBy.join(', ') || 'nobody'}`]),
  ].join('; ')
  const [first = '', ...others] = wrap(text, width - column - 4)
  const indent = ' '.repeat(column + 4)
  const padded = name.padEnd(column)
  // A long name has a line of its own.
  const head = name.length > column ? [`  ${name}`, `${indent}${first}`] : [`  ${padded}  ${first}`]
  const lines = [...head, ...others.map(line => `${indent}${line}`)].join('\n')
  return isNew ? style.red(lines) : lines
}

function isUnexpected({ capability, principal }: Access, { differences }: Report): boolean {
  return (
    differences?.unexpected.some(one => one.capability === capability && one.principal === principal) ?? false
  )
}

function describeNotUnderstood(list: readonly NotUnderstood[], style: Style): readonly string[] {
  if (list.length === 0) return []
  const lines = list.flatMap(({ statement, reason }) =>
    wrap(`${statement}: ${reason}`, width - 4).map((line, index) =>
      index === 0 ? `  ${line}` : `    ${line}`,
    ),
  )
  return [[style.red('not understood, so it may allow anything:'), ...lines].join('\n')]
}

function describeDifferences({ differences, account }: Report, style: Style): readonly string[] {
  if (differences === undefined) return []
  const { unexpected, missing } = differences
  const list = (these: readonly Difference[]): readonly string[] =>
    these.map(({ capability, principal }) => `  ${capability}: ${shorten(principal, account)}`)
  return [
    unexpected.length === 0
      ? style.green('nobody unexpected')
      : [style.red('unexpected:'), ...list(unexpected)].join('\n'),
    ...(missing.length === 0 ? [] : [['expected, but not found:', ...list(missing)].join('\n')]),
  ]
}

/** Without what goes without saying: the account under review. */
function shorten(principal: string, account: string): string {
  if (principal === '*') return 'anyone (*)'
  const [, id, resource] = /^arn:[^:]+:iam::(\d{12}):(.+)$/.exec(principal) ?? []
  if (resource === undefined) return principal
  if (id !== account) return resource === 'root' ? `account ${id}` : principal
  return resource === 'root' ? 'root user' : resource
}

/** Breaks between words; a word that is too long stays whole. */
function wrap(text: string, columns: number): readonly string[] {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + 1 + word.length <= columns)
      lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  return lines
}
