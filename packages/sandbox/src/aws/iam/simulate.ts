// What a user or role could do, decided by their own policies alone, as IAM's policy simulator does it.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html
import { type Caller, findCaller } from '../../iam/account.ts'
import { type Decision, decide } from '../../iam/decide.ts'
import { AwsError } from '../awsError.ts'
import type { Cloud } from '../cloud.ts'
import { type ServiceOperation, serviceOperation } from '../serviceOperation.ts'
import { list, optional, required, text } from '../shape.ts'
import { cutIamPage, pageShape } from './entities.ts'

const arn = text({ min: 1, max: 2048 })

export const simulatePrincipalPolicy: ServiceOperation = serviceOperation(
  'iam:SimulatePrincipalPolicy',
  {
    PolicySourceArn: required(text({ min: 20, max: 2048 })),
    ActionNames: required(list(text({ min: 3, max: 128, pattern: /[a-zA-Z0-9-]+:[a-zA-Z0-9]+/ }))),
    ResourceArns: optional(list(arn)),
    ...pageShape,
  },
  ({ PolicySourceArn }) => PolicySourceArn,
  ({ PolicySourceArn, ActionNames, ResourceArns = ['*'], ...request }, { cloud }) => {
    const caller = findSource(cloud, PolicySourceArn)
    const asked = ActionNames.flatMap(action => ResourceArns.map(resource => ({ action, resource })))
    const results = asked.map((question, index) => ({ ...question, index }))
    // The order is that of the request, and the names of the items keep it.
    const { page, rest } = cutIamPage(results, ({ index }) => String(index).padStart(6, '0'), request)
    return {
      EvaluationResults: page.map(({ action, resource }) => evaluate(cloud, caller, action, resource)),
      ...rest,
    }
  },
)

/** A role is simulated as a session of it. A group has no identity whose variables could be filled in. */
const findSource = ({ account }: Cloud, source: string): Caller => {
  const [user] = [...account.users.values()].filter(one => one.arn === source)
  if (user) return findCaller([account], user.arn)
  const [role] = [...account.roles].filter(([, one]) => one.arn === source)
  if (role)
    return findCaller([account], `arn:aws:sts::${account.accountId}:assumed-role/${role[0]}/simulation`)
  throw new AwsError('NoSuchEntity', `There is no user and no role ${source}.`)
}

const decisions = { allow: 'allowed', explicitDeny: 'explicitDeny', implicitDeny: 'implicitDeny' } as const

const evaluate = (
  cloud: Cloud,
  { principal, policies, boundary }: Caller,
  action: string,
  resource: string,
): Readonly<Record<string, unknown>> => {
  const ask = (policiesOf: Parameters<typeof decide>[0]['policies']): Decision =>
    decide({
      principal,
      action,
      resource,
      resourceAccount: cloud.account.accountId,
      context: {},
      policies: policiesOf,
    })
  const decision = ask({ identity: policies, boundary })
  return {
    EvalActionName: action,
    EvalResourceName: resource,
    EvalDecision: decisions[decision.outcome],
    MatchedStatements: ('by' in decision ? decision.by : []).map(({ policy }) => ({
      SourcePolicyId: policy,
      SourcePolicyType: 'IAM Policy',
    })),
    MissingContextValues: [],
    PermissionsBoundaryDecisionDetail: boundary && {
      AllowedByPermissionsBoundary: ask({ identity: [boundary] }).outcome === 'allow',
    },
  }
}
