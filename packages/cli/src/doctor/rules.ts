// Checks of the event rules, which announce what nobody but an intruder does.
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail.html
import {
  DescribeRuleCommand,
  type DescribeRuleResponse,
  EventBridgeClient,
  ListTargetsByRuleCommand,
  ResourceNotFoundException,
} from '@aws-sdk/client-eventbridge'
import { isObject } from '@coffer/sandbox/iam'
import { withPermission } from '../permission.ts'
import { type Check, checksOf, type Finding, failed, ok, shared, shellWord } from './check.ts'
import type { Watch } from './deployed.ts'
import { needDeployed, type Scene } from './scene.ts'

const check = checksOf('watch')

/** Checks the rules and where they report to. */
export function checkRules(scene: Scene): readonly Promise<Check>[] {
  const client = new EventBridgeClient(scene.context.aws)
  const expected = shared(async () =>
    needDeployed(scene).watches.filter(({ type }) => type === 'AWS::Events::Rule'),
  )
  return [
    check('rules', async () => {
      const rules = await expected()
      const actual = await Promise.all(rules.map(({ name }) => readRule(client, name)))
      return judgeAll(
        rules.map((rule, index) => findRuleFault(actual[index], rule)),
        `${rules.length} rules`,
      )
    }),
    check('rule-targets', async () => {
      const rules = await expected()
      const actual = await Promise.all(rules.map(({ name }) => readTargets(client, name)))
      return judgeAll(
        rules.map((rule, index) => findTargetFault(actual[index] ?? [], rule)),
        'the topic',
      )
    }),
  ]
}

export type Fault = { readonly found: string; readonly fix: string }

/**
 * Compares a rule with the one that was deployed.
 *
 * @param actual Undefined where there is none.
 */
export function findRuleFault(
  actual: Pick<DescribeRuleResponse, 'State' | 'EventPattern'> | undefined,
  { name, properties }: Watch,
): Fault | undefined {
  const state = String(properties['State'])
  const pattern = properties['EventPattern']
  const fix = `aws events put-rule --name ${name} --state ${state} --event-pattern ${shellWord(pattern)}`
  if (actual === undefined) return { found: `there is no ${name}`, fix }
  if (canonical(JSON.parse(actual.EventPattern ?? '{}')) !== canonical(pattern))
    return { found: `${name} has another event pattern`, fix }
  if (actual.State === state) return undefined
  const found = `${name} is ${actual.State}, not ${state}`
  return { found, fix: state === 'ENABLED' ? `aws events enable-rule --name ${name}` : fix }
}

/**
 * Compares the targets of a rule with those that were deployed.
 *
 * @param actual ARNs.
 */
export function findTargetFault(actual: readonly string[], { name, properties }: Watch): Fault | undefined {
  const targets: readonly unknown[] = Array.isArray(properties['Targets']) ? properties['Targets'] : []
  const lacks = targets.filter(target => isObject(target) && !actual.includes(String(target['Arn'])))
  return lacks.length === 0
    ? undefined
    : {
        found: `${name} does not report to the topic`,
        fix: `aws events put-targets --rule ${name} --targets ${shellWord(lacks)}`,
      }
}

function judgeAll(faults: readonly (Fault | undefined)[], found: string): Finding {
  const present = faults.filter(fault => fault !== undefined)
  return present.length === 0
    ? ok(found)
    : failed(present.map(one => one.found).join('; '), present.map(one => one.fix).join(' && '))
}

async function readRule(client: EventBridgeClient, name: string): Promise<DescribeRuleResponse | undefined> {
  return orUndefinedWhenMissing(() =>
    withPermission(`events:DescribeRule on the rule ${name}`, () =>
      client.send(new DescribeRuleCommand({ Name: name })),
    ),
  )
}

async function readTargets(client: EventBridgeClient, name: string): Promise<readonly string[]> {
  const answer = await orUndefinedWhenMissing(() =>
    withPermission(`events:ListTargetsByRule on the rule ${name}`, () =>
      client.send(new ListTargetsByRuleCommand({ Rule: name })),
    ),
  )
  return (answer?.Targets ?? []).flatMap(({ Arn }) => Arn ?? [])
}

async function orUndefinedWhenMissing<T>(call: () => Promise<T>): Promise<T | undefined> {
  try {
    return await call()
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return undefined
    throw error
  }
}

/** JSON in which the order of keys says nothing. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, item: unknown) =>
    isObject(item) ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1))) : item,
  )
}
