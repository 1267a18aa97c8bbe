// The cases of a policy, cases.yaml or cases.json beside it: what is asked, and what the policy should say to it.
import { existsSync, readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import { join } from 'node:path'
import { REASON_CODES, type ReasonCode } from '@coffer/service'
import { type Inquiry, isPrincipalArn, type Policy, PolicyError } from '@coffer/service/policy'
import { type Report, readDocument, type Value } from './document.ts'
import { type Fields, readTable, requireFields } from './fields.ts'
import { listed } from './names.ts'
import { readSubject, settingFields, subjectsOf } from './subject.ts'
import { words } from './words.ts'

/** One case. */
export type Case = {
  readonly name: string
  readonly inquiry: Inquiry
  readonly expected: Expectation
}

/** What the policy should say. Rules, where given, are exactly those that permit; reasons are among those that refuse. */
export type Expectation =
  | { readonly outcome: 'allow'; readonly rules?: readonly string[] | undefined }
  | { readonly outcome: 'deny'; readonly reasons?: readonly ReasonCode[] | undefined }

/** The names that the file may have. */
export const casesFiles = ['cases.yaml', 'cases.json'] as const

/**
 * Finds the cases of a policy.
 *
 * @param directory Of the policy.
 * @returns The name of the file; undefined where there is none.
 */
export function findCases(directory: string): string | undefined {
  return casesFiles.find(name => existsSync(join(directory, name)))
}

/**
 * Reads the cases of a policy.
 *
 * @param directory Of the policy.
 * @param file Its name there.
 * @param policy Whose names the cases use.
 * @throws {POLICY_INVALID} with every fault, each with line and column.
 */
export function readCases(directory: string, file: string, policy: Policy): readonly Case[] {
  return parseCases(readFileSync(join(directory, file), 'utf8'), { directory, file, policy })
}

/**
 * Reads cases from their text.
 *
 * @param text YAML or JSON.
 * @param options.directory Where the files of requests are.
 * @param options.file How faults name the text.
 * @throws {POLICY_INVALID} with every fault.
 */
export function parseCases(
  text: string,
  options: { directory: string; file: string; policy: Policy },
): readonly Case[] {
  const { directory, file, policy } = options
  const { faults, ...read } = readDocument(file, text, (root, report) => {
    const fields = readTable(root, 'the file', ['$schema', 'defaults', 'cases'], report)
    requireFields(fields, 'the file', ['cases'], report)
    const defaults = fields.value('defaults')
    if (defaults !== undefined) readTable(defaults, 'defaults', defaultFields, report)
    const names = new Set<string>()
    return listOf(fields, report).flatMap(value => {
      const one = readCase(value, defaults, { directory, policy, report })
      if (one === undefined) return []
      if (names.has(one.name)) report(value.offset, `there is another case ${JSON.stringify(one.name)}`)
      names.add(one.name)
      return [one]
    })
  })
  if (!('value' in read)) throw new PolicyError(faults)
  return read.value
}

function listOf(fields: Fields, report: Report): readonly Value[] {
  const list = fields.value('cases')
  if (list?.kind === 'list' && list.items.length > 0) return list.items
  if (list !== undefined) report(list.offset, 'cases must be a list of at least one case')
  return []
}

const defaultFields = ['principal', 'time', 'sourceIp', 'reference']
const caseFields = [
  ...['name', ...defaultFields, ...settingFields, 'expect', 'rules', 'reason', 'request', 'effects'],
  ...Object.keys(words),
]

type Reading = { readonly directory: string; readonly policy: Policy; readonly report: Report }

function readCase(
  value: Value,
  defaults: Value | undefined,
  { directory, policy, report }: Reading,
): Case | undefined {
  if (value.kind !== 'table') {
    report(value.offset, 'a case must be a table of fields')
    return undefined
  }
  const entries = [...(defaults?.kind === 'table' ? defaults.entries : [])].filter(([name]) =>
    defaultFields.includes(name),
  )
  const whole: Value = { ...value, entries: new Map([...entries, ...value.entries]) }
  const fields = readTable(whole, 'a case', caseFields, report)
  requireFields(fields, 'a case', ['name', 'principal', 'expect'], report)
  requireOneSubject(fields, report)
  return {
    name: fields.text('name') ?? '',
    inquiry: {
      principal: { arn: readPrincipal(fields, report), sourceIp: readSourceIp(fields, report) },
      prepared: readSubject(fields, policy.facts, directory, report),
      reference: fields.text('reference'),
      time: readTime(fields, report),
    },
    expected: readExpectation(fields, policy, report),
  }
}

function requireOneSubject(fields: Fields, report: Report): void {
  const subjects = subjectsOf(fields)
  if (subjects.length === 1) return
  report(
    fields.offset,
    subjects.length === 0
      ? 'a case must say what is asked'
      : `a case is about one of ${subjects.join(' and ')}`,
    'one effect, such as transfer; or several, under effects; or a request',
  )
}

function readPrincipal(fields: Fields, report: Report): string {
  const arn = fields.text('principal') ?? ''
  if (fields.has('principal') && !isPrincipalArn(arn))
    report(fields.at('principal'), `${arn} is not the ARN of one principal`, 'aws sts get-caller-identity')
  return arn
}

function readSourceIp(fields: Fields, report: Report): string | undefined {
  const text = fields.text('sourceIp')
  if (text !== undefined && isIP(text) === 0) report(fields.at('sourceIp'), `${text} is not an IP address`)
  return text
}

/** A Monday. */
const usualTime = '2026-01-05T12:00:00Z'

function readTime(fields: Fields, report: Report): Date {
  const text = fields.text('time') ?? usualTime
  const time = parseTime(text)
  if (time !== undefined) return time
  report(fields.at('time'), `${text} is not a time with its zone`, usualTime)
  return new Date(usualTime)
}

/** Reads an ISO 8601 time that has a zone; undefined where it is none. */
export function parseTime(text: string): Date | undefined {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d)$/.test(text)) return undefined
  const time = new Date(text)
  return Number.isNaN(time.getTime()) ? undefined : time
}

function readExpectation(fields: Fields, { rules }: Policy, report: Report): Expectation {
  const outcome = fields.text('expect')
  if (outcome !== undefined && outcome !== 'allow' && outcome !== 'deny')
    report(fields.at('expect'), `expect must be allow or deny, not ${JSON.stringify(outcome)}`)
  if (outcome === 'deny') {
    if (fields.has('rules')) report(fields.at('rules'), 'rules go with expect: allow', 'reason: FORBIDDEN')
    return { outcome, reasons: readReasons(fields, report) }
  }
  if (fields.has('reason')) report(fields.at('reason'), 'a reason goes with expect: deny')
  const named = fields.texts('rules')
  for (const name of named ?? [])
    if (!rules.some(({ id, effect }) => id === name && effect === 'permit'))
      report(
        fields.at('rules'),
        `treasury.cedar has no permit ${JSON.stringify(name)}`,
        listed(rules.filter(({ effect }) => effect === 'permit').map(({ id }) => id)),
      )
  return { outcome: 'allow', rules: named }
}

function readReasons(fields: Fields, report: Report): readonly ReasonCode[] | undefined {
  return fields.texts('reason')?.flatMap(text => {
    const code = REASON_CODES.find(known => known === text)
    if (code === undefined)
      report(
        fields.at('reason'),
        `there is no reason ${JSON.stringify(text)}`,
        `there are ${REASON_CODES.join(', ')}`,
      )
    return code ?? []
  })
}
