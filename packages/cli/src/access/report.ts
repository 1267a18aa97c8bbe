// A review for people: who, and through which statements, in lines of at most 100 columns.
import type { Style } from '../terminal.ts'
import { width, wrap } from '../wrap.ts'
import { type Capability, capabilities } from './capabilities.ts'
import type { Difference } from './expected.ts'
import { shorten } from './layout.ts'
import { describeMatrix } from './matrix.ts'
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

/** Writes a review down. */
export function describeReview(report: Report, style: Style): string {
  const { account, region, stack } = report
  return [
    `who can do what with ${stack} in account ${account}, ${region}`,
    describeMatrix(report.access, account, style),
    ...capabilities.map(capability => describeCapability(capability, report, style)),
    ...describeRoles(report),
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
  // Whoever could do it in the same way stands together.
  const ways = [...new Set(rows.map(describeWay))]
  const lines = ways.flatMap(way => [
    ...wrap(way, width - 4).map((line, index) => (index === 0 ? `  ${line}` : `    ${line}`)),
    ...rows.filter(row => describeWay(row) === way).map(row => `      ${describeName(row, report, style)}`),
  ])
  return [title, ...lines].join('\n')
}

function describeWay({ action, through, conditions, capability }: Access): string {
  const how = through.join(' + ')
  return [capability.startsWith('change') ? `${action} through ${how}` : how, ...conditions].join('; ')
}

function describeName(row: Access, report: Report, style: Style): string {
  const name = shorten(row.principal, report.account)
  return isUnexpected(row, report) ? style.red(name) : name
}

function describeRoles({ access, account }: Report): readonly string[] {
  const roles = new Map(
    access.flatMap(({ principal, assumableBy }) =>
      assumableBy === undefined ? [] : [[shorten(principal, account), assumableBy] as const],
    ),
  )
  const lines = [...roles].flatMap(([name, by]) => [`  ${name}`, `      ${by.join(', ') || 'nobody'}`])
  return roles.size === 0 ? [] : [['roles, and who may assume them', ...lines].join('\n')]
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
    these.map(({ capability, principal, reason }) =>
      [`  ${capability}: ${shorten(principal, account)}`, ...(reason === undefined ? [] : [reason])].join(
        ', ',
      ),
    )
  return [
    unexpected.length === 0
      ? style.green('nobody unexpected')
      : [style.red('unexpected:'), ...list(unexpected)].join('\n'),
    ...(missing.length === 0 ? [] : [['expected, but not found:', ...list(missing)].join('\n')]),
  ]
}
