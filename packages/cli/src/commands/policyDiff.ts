// `coffer policy diff`: which requests a new policy decides differently.
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Policy } from '@coffer/service/policy'
import type { Context, Outcome } from '../context.ts'
import { exitCodes } from '../exitCodes.ts'
import { CliError } from '../failure.ts'
import { readLocalPolicy, shortVersion } from '../localPolicy.ts'
import { type Change, compareDecisions, type Example } from '../policy/compare.ts'
import { generateInquiries } from '../policy/generate.ts'
import { type Recorded, readRecorded } from '../policy/recorded.ts'
import { summarizeDecision, whyNot } from '../policy/report.ts'
import type { Style } from '../terminal.ts'

/**
 * Compares two policies by requests that are generated from both, and by those of a log.
 *
 * @param options.before Directory of the old policy.
 * @param options.after Directory of the new one.
 * @param options.log File with log lines of the signing service, `-` for standard input.
 * @returns The changes; exit code 9 if there are any.
 * @throws {CliError} POLICY_NOT_FOUND, POLICY_INVALID, FILE_UNREADABLE.
 */
export async function diffPolicies(
  context: Context,
  options: { before: string; after: string; log?: string | undefined },
): Promise<Outcome> {
  const { policy: before } = readLocalPolicy(resolve(options.before))
  const { policy: after } = readLocalPolicy(resolve(options.after))
  const { recorded, passedOver } =
    options.log === undefined
      ? { recorded: [], passedOver: 0 }
      : readRecorded(await readLog(context, options.log))
  const { inquiries, isCut } = generateInquiries([before, after])
  const ofPast = compareDecisions(before, after, recorded)
  const generated = compareDecisions(
    before,
    after,
    inquiries.map(inquiry => ({ inquiry })),
  )
  const isSame = ofPast.length === 0 && generated.length === 0
  const { style } = context.terminal
  return {
    data: {
      before: before.version,
      after: after.version,
      same: isSame,
      recorded: { compared: recorded.length, passedOver, changes: ofPast.map(toData) },
      generated: { compared: inquiries.length, isCut, changes: generated.map(toData) },
    },
    text: [
      `${shortVersion(before.version)} -> ${shortVersion(after.version)}`,
      ...(options.log === undefined
        ? []
        : [describeRecorded(recorded, passedOver, style), ...describeChanges(ofPast, style)]),
      `${style.bold('generated requests')}: ${inquiries.length} compared${isCut ? ' (some of all that there could be)' : ''}`,
      ...describeChanges(generated, style),
      verdict(before, after, isSame, style),
    ].join('\n'),
    exitCode: isSame ? exitCodes.ok : exitCodes.different,
  }
}

async function readLog(context: Context, file: string): Promise<string> {
  if (file === '-') return new TextDecoder().decode(await context.readStandardInput())
  return readFile(file, 'utf8').catch((error: Error) => {
    throw new CliError('FILE_UNREADABLE', `--log ${file}: ${error.message}`)
  })
}

function describeRecorded(recorded: readonly Recorded[], passedOver: number, style: Style): string {
  const others = passedOver === 0 ? '' : `; ${passedOver} other lines passed over`
  return `${style.bold('recorded requests')}: ${recorded.length} compared${others}`
}

function describeChanges(changes: readonly Change[], style: Style): readonly string[] {
  if (changes.length === 0) return [`  ${style.green('decided alike')}`]
  return changes.flatMap(({ now, action, principal, count, examples }) => [
    `  ${now === 'allowed' ? style.red('now allowed') : style.cyan('now denied')}: ${style.bold(action)}, asked for by ${principal} (${count} ${count === 1 ? 'request' : 'requests'})`,
    ...examples.flatMap(example => describeExample(example, style)),
  ])
}

function describeExample(
  { description, requestId, before, after }: Example,
  style: Style,
): readonly string[] {
  return [
    `    e.g. ${description}${requestId === undefined ? '' : ` (request ${requestId})`}`,
    `      was  ${summarizeDecision(before, style)}`,
    `      now  ${summarizeDecision(after, style)}`,
    ...after.effects.flatMap(whyNot).map(line => `           ${line}`),
  ]
}

function verdict(before: Policy, after: Policy, isSame: boolean, style: Style): string {
  if (!isSame) return 'the policies differ in what they decide'
  return before.version === after.version
    ? style.green('the policies are the same')
    : style.green('the texts differ, and no request was found that they decide differently')
}

function toData({ examples, ...change }: Change): object {
  return {
    ...change,
    examples: examples.map(({ description, requestId, before, after }) => ({
      description,
      requestId,
      before: { outcome: before.outcome, rules: before.rules, reasons: before.codes },
      after: { outcome: after.outcome, rules: after.rules, reasons: after.codes },
    })),
  }
}
