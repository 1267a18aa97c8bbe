// The policy of a function: who may invoke it, one statement at a time.
// https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html
import { isObject } from '../../iam/elements.ts'
import { type Policy, parsePolicy } from '../../iam/policy.ts'
import { PolicyError } from '../../iam/policyError.ts'
import type { LambdaFunction } from '../../iam/template/deployment.ts'
import { AwsError } from '../awsError.ts'
import { type ServiceOperation, serviceOperation } from '../serviceOperation.ts'
import { optional, required, text } from '../shape.ts'
import { revisionId } from './describe.ts'
import { findTarget, functionArn, putFunction, targetShape } from './target.ts'

type RawStatement = Readonly<Record<string, unknown>>

const statementsOf = ({ policy }: LambdaFunction): readonly RawStatement[] => {
  const document = policy?.document
  const statements = isObject(document) ? document['Statement'] : []
  return (Array.isArray(statements) ? statements : [statements]).filter(isObject)
}

const makeDocument = (statements: readonly RawStatement[]): object => ({
  Version: '2012-10-17',
  Id: 'default',
  Statement: statements,
})

/** The policy of these statements; undefined for none of them. */
const makePolicy = (name: string, statements: readonly RawStatement[]): Policy | undefined => {
  if (statements.length === 0) return undefined
  try {
    return parsePolicy(makeDocument(statements), `function policy of ${name}`, 'resource')
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error
    throw new AwsError('InvalidParameterValueException', error.message)
  }
}

export const getPolicy: ServiceOperation = serviceOperation(
  'lambda:GetPolicy',
  targetShape,
  functionArn,
  (target, { cloud }) => {
    const statements = statementsOf(findTarget(target, cloud))
    if (statements.length === 0)
      throw new AwsError('ResourceNotFoundException', 'The resource you requested does not exist.')
    return { Policy: JSON.stringify(makeDocument(statements)), RevisionId: revisionId(statements) }
  },
)

const statementId = required(text({ min: 1, max: 100, pattern: /[a-zA-Z0-9-_]+/ }))

export const addPermission: ServiceOperation = serviceOperation(
  'lambda:AddPermission',
  {
    ...targetShape,
    StatementId: statementId,
    Action: required(text({ pattern: /lambda:[*]|lambda:[a-zA-Z]+|[*]/ })),
    Principal: required(text({ min: 1 })),
    SourceArn: optional(text({ min: 1 })),
    SourceAccount: optional(text({ pattern: /\d{12}/ })),
  },
  functionArn,
  ({ StatementId, Action, Principal, SourceArn, SourceAccount, ...target }, { cloud }) => {
    const lambda = findTarget(target, cloud)
    const statements = statementsOf(lambda)
    if (statements.some(({ Sid }) => Sid === StatementId))
      throw new AwsError(
        'ResourceConflictException',
        `The statement id (${StatementId}) provided already exists. Please provide a new statement id, or remove the existing statement.`,
      )
    const condition = {
      ...(SourceAccount === undefined ? {} : { StringEquals: { 'AWS:SourceAccount': SourceAccount } }),
      ...(SourceArn === undefined ? {} : { ArnLike: { 'AWS:SourceArn': SourceArn } }),
    }
    const statement = {
      Sid: StatementId,
      Effect: 'Allow',
      Principal: principalElement(Principal),
      Action,
      Resource: lambda.arn,
      ...(Object.keys(condition).length === 0 ? {} : { Condition: condition }),
    }
    putFunction(cloud, { ...lambda, policy: makePolicy(lambda.name, [...statements, statement]) })
    return { Statement: JSON.stringify(statement) }
  },
)

const principalElement = (principal: string): unknown => {
  if (principal === '*') return '*'
  if (principal.endsWith('.amazonaws.com')) return { Service: principal }
  return { AWS: /^\d{12}$/.test(principal) ? `arn:aws:iam::${principal}:root` : principal }
}

export const removePermission: ServiceOperation = serviceOperation(
  'lambda:RemovePermission',
  { ...targetShape, StatementId: statementId },
  functionArn,
  ({ StatementId, ...target }, { cloud }) => {
    const lambda = findTarget(target, cloud)
    const statements = statementsOf(lambda)
    const left = statements.filter(({ Sid }) => Sid !== StatementId)
    if (left.length === statements.length)
      throw new AwsError(
        'ResourceNotFoundException',
        `Statement ${StatementId} is not found in resource policy.`,
      )
    putFunction(cloud, { ...lambda, policy: makePolicy(lambda.name, left) })
    return undefined
  },
)
