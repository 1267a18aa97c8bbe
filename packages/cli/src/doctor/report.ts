// A diagnosis for people: a line for each check, the fix below each failure, and a summary.
import type { Style } from '../terminal.ts'
import type { Check, Group, Status } from './check.ts'

export type Summary = { readonly [status in Status]: number }

/** Counts the checks. */
export function summarize(checks: readonly Check[]): Summary {
  const count = (status: Status): number => checks.filter(check => check.status === status).length
  return { ok: count('ok'), failed: count('failed'), unknown: count('unknown'), skipped: count('skipped') }
}

/** Writes a diagnosis down. */
export function describeChecks(checks: readonly Check[], style: Style): string {
  const groups = [...new Set(checks.map(({ group }) => group))]
  const width = Math.max(...checks.map(({ id }) => id.length))
  return [
    ...groups.map(group => describeGroup(group, checks, width, style)),
    describeSummary(checks, style),
  ].join('\n\n')
}

const titles: Readonly<Record<Group, string>> = {
  caller: 'you',
  stack: 'stack',
  key: 'key',
  endpoint: 'endpoint',
  function: 'function',
  access: 'role and group',
  watch: 'trail, alarms, rules',
  crossmint: 'Crossmint',
}

function describeGroup(group: Group, checks: readonly Check[], width: number, style: Style): string {
  const lines = checks.filter(check => check.group === group).map(check => describeCheck(check, width, style))
  return [style.bold(titles[group]), ...lines].join('\n')
}

function describeCheck({ id, status, found, fix }: Check, width: number, style: Style): string {
  const line = `  ${marks[status](style)} ${id.padEnd(width)}  ${status === 'skipped' ? style.dim(found) : found}`
  return fix === undefined ? line : `${line}\n${' '.repeat(width + 6)}${style.bold('fix:')} ${fix}`
}

const marks: Readonly<Record<Status, (style: Style) => string>> = {
  ok: style => style.green('✓'),
  failed: style => style.red('✗'),
  unknown: style => style.cyan('?'),
  skipped: style => style.dim('-'),
}

function describeSummary(checks: readonly Check[], style: Style): string {
  const { ok, failed, unknown, skipped } = summarize(checks)
  const part = (count: number, word: string, paint: (text: string) => string): readonly string[] =>
    count === 0 ? [] : [paint(`${count} ${word}`)]
  return [
    ...part(failed, 'failed', style.red),
    ...part(unknown, 'unknown, for want of a permission', style.cyan),
    ...part(skipped, 'skipped', style.dim),
    ...part(ok, 'ok', style.green),
  ].join(', ')
}
