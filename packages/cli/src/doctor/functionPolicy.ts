// Checks who may invoke the function: API Gateway, for the one method of the endpoint, and nobody past it.
// https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html
import { GetPolicyCommand, LambdaClient, ResourceNotFoundException } from '@aws-sdk/client-lambda'
import { isObject } from '@coffer/sandbox/iam'
import { withPermission } from '../permission.ts'
import { type Finding, failed, ok, shellWord } from './check.ts'
import { needDeployed, type Scene } from './scene.ts'
import { compareDocuments, describeDifferences } from './statements.ts'

/**
 * Reads the policy of the function and compares it with what was deployed.
 *
 * @param name The function's.
 */
export async function checkFunctionPolicy(scene: Scene, name: string): Promise<Finding> {
  const expected = needDeployed(scene).function.policy
  const client = new LambdaClient(scene.context.aws)
  const answer = await orUndefinedWhenMissing(() =>
    withPermission(`lambda:GetPolicy on the function ${name}`, () =>
      client.send(new GetPolicyCommand({ FunctionName: name })),
    ),
  )
  const actual = answer === undefined ? noPolicy : JSON.parse(answer.Policy ?? '')
  return judgeFunctionPolicy(actual, expected, name)
}

/**
 * Compares the policy of a function with what was deployed.
 *
 * @param actual The parsed document.
 * @param expected The parsed document.
 * @returns The fix takes away what was added, and adds what is missing.
 */
export function judgeFunctionPolicy(actual: unknown, expected: unknown, name: string): Finding {
  const differences = compareDocuments(actual, expected)
  if (differences === undefined) return ok('invoked by the endpoint alone')
  const strange = statementsOf(actual).filter(one => !isIn(one, expected))
  const lacking = statementsOf(expected).filter(one => !isIn(one, actual))
  const commands = [
    ...strange.map(
      ({ Sid }) => `remove-permission --function-name ${name} --statement-id ${shellWord(String(Sid))}`,
    ),
    ...lacking.map(statement => `add-permission --function-name ${name} ${describePermission(statement)}`),
  ]
  return failed(
    describeDifferences(differences),
    commands.map(command => `aws lambda ${command}`).join(' && ') ||
      `aws lambda get-policy --function-name ${name}`,
  )
}

/** What a call answers; undefined where it is about something that does not exist. */
export async function orUndefinedWhenMissing<T>(call: () => Promise<T>): Promise<T | undefined> {
  try {
    return await call()
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return undefined
    throw error
  }
}

const noPolicy = { Version: '2012-10-17', Statement: [] }

type Statement = Readonly<Record<string, unknown>>

function statementsOf(document: unknown): readonly Statement[] {
  const statements = isObject(document) ? [document['Statement'] ?? []].flat() : []
  return statements.filter(isObject)
}

function isIn(statement: Statement, document: unknown): boolean {
  const alone = { ...noPolicy, Statement: [statement] }
  return statementsOf(document).some(
    other => compareDocuments(alone, { ...noPolicy, Statement: [other] }) === undefined,
  )
}

/** A permission of the template, in the words of the AWS CLI. */
function describePermission({ Sid, Action, Principal, Condition }: Statement): string {
  const conditions = isObject(Condition) ? Object.values(Condition).filter(isObject) : []
  const operandOf = (key: string): unknown => conditions.find(one => key in one)?.[key]
  const principal = isObject(Principal) ? Object.values(Principal)[0] : Principal
  const options = {
    'statement-id': Sid,
    action: Action,
    principal,
    'source-arn': operandOf('aws:SourceArn'),
    'source-account': operandOf('aws:SourceAccount'),
  }
  return Object.entries(options)
    .filter(([, value]) => value !== undefined)
    .map(([option, value]) => `--${option} ${shellWord(String(value))}`)
    .join(' ')
}
