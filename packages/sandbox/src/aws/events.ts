// Amazon EventBridge, as far as looking at the rules and switching them on and off. AWS JSON 1.1. Nothing is delivered.
// https://docs.aws.amazon.com/eventbridge/latest/APIReference/Welcome.html
import type { ServerRequest, ServerResponseData } from '../server.ts'
import { AwsError } from './awsError.ts'
import { type JsonService, respondJson } from './awsJson.ts'
import type { Cloud } from './cloud.ts'
import { cutPage } from './page.ts'
import { type ServiceOperation, serviceOperation } from './serviceOperation.ts'
import { integer, optional, required, text } from './shape.ts'
import { changeWatch, findWatch, type Watch, watchesOf } from './watches.ts'

/**
 * Answers a request to EventBridge.
 *
 * @param request The request as received.
 * @param cloud The cloud.
 * @returns The output of the operation, or an error.
 */
export const respondEvents = (request: ServerRequest, cloud: Cloud): Promise<ServerResponseData> =>
  respondJson(request, cloud, service)

const type = 'AWS::Events::Rule'
const ruleName = text({ min: 1, max: 64, pattern: /[.\-_A-Za-z0-9]+/ })
/** There is no other bus. */
const busShape = { EventBusName: optional(text({ oneOf: ['default'] })) }
const pageShape = { Limit: optional(integer({ min: 1, max: 100 })), NextToken: optional(text({ min: 1 })) }

const ruleArn = (name: string, { region, account }: Cloud): string =>
  `arn:aws:events:${region}:${account.accountId}:rule/${name}`

const findRule = (cloud: Cloud, name: string): Watch => {
  const rule = findWatch(cloud, type, ruleArn(name, cloud))
  if (rule) return rule
  throw new AwsError('ResourceNotFoundException', `Rule ${name} does not exist on EventBus default.`)
}

const describe = ({ name, arn, properties }: Watch): Readonly<Record<string, unknown>> => ({
  Name: name,
  Arn: arn,
  EventPattern: properties['EventPattern'] && JSON.stringify(properties['EventPattern']),
  ScheduleExpression: properties['ScheduleExpression'],
  State: properties['State'] ?? 'ENABLED',
  Description: properties['Description'],
  EventBusName: 'default',
})

const listRules = serviceOperation(
  'events:ListRules',
  { NamePrefix: optional(ruleName), ...busShape, ...pageShape },
  (_, cloud) => ruleArn('*', cloud),
  ({ NamePrefix = '', Limit = 100, NextToken }, { cloud }) => {
    const rules = watchesOf(cloud, type).filter(({ name }) => name.startsWith(NamePrefix))
    const { page, rest } = cutPage(rules, ({ name }) => name, Limit, NextToken)
    return { Rules: page.map(describe), NextToken: rest.NextMarker }
  },
)

const describeRule = serviceOperation(
  'events:DescribeRule',
  { Name: required(ruleName), ...busShape },
  ({ Name }, cloud) => ruleArn(Name, cloud),
  ({ Name }, { cloud }) => ({ ...describe(findRule(cloud, Name)), CreatedBy: cloud.account.accountId }),
)

const listTargets = serviceOperation(
  'events:ListTargetsByRule',
  { Rule: required(ruleName), ...busShape, ...pageShape },
  ({ Rule }, cloud) => ruleArn(Rule, cloud),
  ({ Rule, Limit = 100, NextToken }, { cloud }) => {
    const { Targets: targets } = findRule(cloud, Rule).properties
    const list: readonly { readonly Id?: unknown }[] = Array.isArray(targets) ? targets : []
    const { page, rest } = cutPage(list, ({ Id }) => String(Id), Limit, NextToken)
    return { Targets: page, NextToken: rest.NextMarker }
  },
)

const switchRule = (action: string, state: string): ServiceOperation =>
  serviceOperation(
    action,
    { Name: required(ruleName), ...busShape },
    ({ Name }, cloud) => ruleArn(Name, cloud),
    ({ Name }, { cloud }) => {
      changeWatch(cloud, findRule(cloud, Name), { State: state })
      return undefined
    },
  )

const service: JsonService = {
  service: 'events',
  version: '1.1',
  targets: ['AWSEvents'],
  operations: new Map([
    ['DescribeRule', describeRule],
    ['DisableRule', switchRule('events:DisableRule', 'DISABLED')],
    ['EnableRule', switchRule('events:EnableRule', 'ENABLED')],
    ['ListRules', listRules],
    ['ListTargetsByRule', listTargets],
  ]),
}
