// Change sets: what a deployment would change, written down before it is executed.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks-changesets.html
import { TemplateError } from '../../iam/template/fault.ts'
import type { Cloud } from '../cloud.ts'
import { textElement } from '../query.ts'
import { randomUuid } from '../random.ts'
import { authorityOf } from './authority.ts'
import { type Call, CloudFormationError, invalid, type Operation, required } from './call.ts'
import { compare, planOf } from './changes.ts'
import { describeChangeSet, summarizeChangeSet } from './describeChangeSet.ts'
import { execute, recorded } from './execute.ts'
import {
  type ChangeSet,
  createRecord,
  findByChangeSet,
  findRecord,
  type StackRecord,
  type Submission,
  setStatus,
} from './record.ts'
import { requireName, requireUpdatable } from './stack.ts'
import { readSubmission, submissionParameters } from './submission.ts'
import { list } from './xml.ts'

const noChanges =
  "The submitted information didn't contain changes. Submit different information to create a change set."

const create = (call: Call): string => {
  const { cloud, form } = call
  const [stackName, name] = [required(call, 'StackName'), required(call, 'ChangeSetName')]
  if (!/^[a-zA-Z][-a-zA-Z0-9]{0,127}$/.test(name))
    throw invalid(
      `The change set name ${name} must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*`,
    )
  const existing = findTarget(call, stackName, name)
  const submission = readSubmission(call, existing?.submission)
  authorityOf(call, submission.roleArn)
  const record = existing ?? createRecord(cloud, stackName)
  if (!existing) setStatus(cloud, record, 'REVIEW_IN_PROGRESS', 'User Initiated')
  const id = `arn:aws:cloudformation:${cloud.region}:${cloud.account.accountId}:changeSet/${name}/${randomUuid(cloud.random)}`
  const description = form.get('Description') ?? undefined
  const createdAt = cloud.now()
  record.changeSets.set(name, {
    name,
    id,
    description,
    createdAt,
    submission,
    isExecuted: false,
    ...evaluate(cloud, record, submission),
  })
  return textElement('Id', id) + textElement('StackId', record.id)
}

/** The stack that the change set is for; undefined where it creates it. */
const findTarget = ({ cloud, form }: Call, stackName: string, name: string): StackRecord | undefined => {
  const existing = findRecord(cloud, stackName)
  const type = form.get('ChangeSetType') ?? 'UPDATE'
  if (type === 'UPDATE') {
    if (!existing) throw invalid(`Stack [${stackName}] does not exist`)
    requireUpdatable(existing)
  } else if (type === 'CREATE') {
    if (!existing) requireName(stackName)
    else if (existing.status !== 'REVIEW_IN_PROGRESS')
      throw invalid(
        `Stack [${stackName}] already exists and cannot be created again with the changeSet [${name}].`,
      )
  } else throw invalid(`The change set type ${type} is not known here.`)
  if (existing?.changeSets.has(name))
    throw new CloudFormationError(
      'AlreadyExistsException',
      `ChangeSet ${name} cannot be created due to a mismatch with existing attribute Template`,
    )
  return existing
}

const evaluate = (
  cloud: Cloud,
  record: StackRecord,
  submission: Submission,
): Pick<ChangeSet, 'changes' | 'failure'> => {
  try {
    const after = planOf(cloud, record, submission)
    const before = record.submission && planOf(cloud, record, record.submission)
    const changes = compare(before, after)
    const isSame =
      changes.length === 0 &&
      before?.outputs === after.outputs &&
      JSON.stringify(record.submission?.tags) === JSON.stringify(submission.tags)
    return isSame ? { changes, failure: noChanges } : { changes }
  } catch (error) {
    if (error instanceof TemplateError) return { changes: [], failure: error.message }
    throw error
  }
}

const describe = (call: Call): string => {
  const { record, changeSet } = find(call)
  return describeChangeSet(record, changeSet)
}

const executeSet = async (call: Call): Promise<string> => {
  const { cloud } = call
  const { record, changeSet } = find(call)
  if (changeSet.failure !== undefined || changeSet.isExecuted)
    throw new CloudFormationError(
      'InvalidChangeSetStatus',
      `ChangeSet [${changeSet.id}] cannot be executed in its current status of [${changeSet.isExecuted ? 'EXECUTE_COMPLETE' : 'FAILED'}]`,
    )
  if (record.status !== 'REVIEW_IN_PROGRESS') requireUpdatable(record)
  const authority = authorityOf(call, changeSet.submission.roleArn)
  // What was compared with the others is no longer what is deployed.
  record.changeSets.clear()
  record.changeSets.set(changeSet.name, { ...changeSet, isExecuted: true })
  await recorded(execute(cloud, record, changeSet.submission, authority))
  return ''
}

/** A change set that there is not is deleted already. */
const remove = (call: Call): string => {
  const name = required(call, 'ChangeSetName')
  const record = recordOf(call, name)
  if (!record) throw invalid(`Stack [${call.form.get('StackName') ?? name}] does not exist`)
  for (const changeSet of record.changeSets.values())
    if (changeSet.name === name || changeSet.id === name) record.changeSets.delete(changeSet.name)
  return ''
}

const listSets = (call: Call): string => {
  const stackName = required(call, 'StackName')
  const record = findRecord(call.cloud, stackName)
  if (!record) throw invalid(`Stack [${stackName}] does not exist`)
  return list(
    'Summaries',
    [...record.changeSets.values()].map(one => summarizeChangeSet(record, one)),
  )
}

/** The stack of a change set: the one that is named, or the one whose change set has that id. */
const recordOf = ({ cloud, form }: Call, changeSet: string): StackRecord | undefined =>
  form.get('StackName') ? findRecord(cloud, form.get('StackName') ?? '') : findByChangeSet(cloud, changeSet)

const find = (call: Call): { readonly record: StackRecord; readonly changeSet: ChangeSet } => {
  const name = required(call, 'ChangeSetName')
  const record = recordOf(call, name)
  if (!record && call.form.get('StackName'))
    throw invalid(`Stack [${call.form.get('StackName')}] does not exist`)
  const changeSet = [...(record?.changeSets.values() ?? [])].find(one => one.name === name || one.id === name)
  if (record && changeSet) return { record, changeSet }
  throw new CloudFormationError('ChangeSetNotFound', `ChangeSet [${name}] does not exist`, 404)
}

/** The operations on change sets. Parameters that are not read are of no consequence: there are no nested stacks. */
export const changeSetOperations: Readonly<Record<string, Operation>> = {
  CreateChangeSet: {
    parameters: [
      ...submissionParameters,
      'ChangeSetName',
      'ChangeSetType',
      'Description',
      'IncludeNestedStacks',
    ],
    run: create,
  },
  DescribeChangeSet: { parameters: ['StackName', 'ChangeSetName', 'IncludePropertyValues'], run: describe },
  ExecuteChangeSet: { parameters: ['StackName', 'ChangeSetName', 'ClientRequestToken'], run: executeSet },
  DeleteChangeSet: { parameters: ['StackName', 'ChangeSetName'], run: remove },
  ListChangeSets: { parameters: ['StackName'], run: listSets },
}
