// Stacks: creating, changing, deleting and describing them.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_Stack.html
import { element, textElement } from '../query.ts'
import { authorityOf } from './authority.ts'
import { type Call, CloudFormationError, invalid, type Operation, required, texts } from './call.ts'
import { compare, planOf } from './changes.ts'
import { execute, recorded, remove } from './execute.ts'
import { createRecord, findRecord, type StackRecord } from './record.ts'
import { requireName, requireStack, requireUpdatable } from './stack.ts'
import { parseTemplate, readSubmission, submissionParameters } from './submission.ts'
import { describeCapabilities, describeOwner, describeParameters, describeTags, list, time } from './xml.ts'

const create = async (call: Call): Promise<string> => {
  const { cloud, form } = call
  const name = required(call, 'StackName')
  requireName(name)
  if (findRecord(cloud, name))
    throw new CloudFormationError('AlreadyExistsException', `Stack [${name}] already exists`)
  const submission = readSubmission(call, undefined)
  const authority = authorityOf(call, submission.roleArn)
  // What cannot be evaluated is refused before there is a stack.
  planOf(cloud, { name, id: '' }, submission)
  const record = createRecord(cloud, name)
  record.terminationProtection = form.get('EnableTerminationProtection') === 'true'
  await recorded(execute(cloud, record, submission, authority))
  return textElement('StackId', record.id)
}

const update = async (call: Call): Promise<string> => {
  const { cloud } = call
  const name = required(call, 'StackName')
  const record = findRecord(cloud, name)
  if (!record) throw invalid(`Stack [${name}] does not exist`)
  requireUpdatable(record)
  const submission = readSubmission(call, record.submission)
  const authority = authorityOf(call, submission.roleArn)
  const after = planOf(cloud, record, submission)
  const before = record.submission && planOf(cloud, record, record.submission)
  if (compare(before, after).length === 0 && before?.outputs === after.outputs)
    throw invalid('No updates are to be performed.')
  // What was compared with what is deployed is compared with it no longer.
  record.changeSets.clear()
  await recorded(execute(cloud, record, submission, authority))
  return textElement('StackId', record.id)
}

/** A stack that there is not is deleted already. */
const deleteStack = async (call: Call): Promise<undefined> => {
  const { cloud, form } = call
  const record = findRecord(cloud, required(call, 'StackName'))
  if (!record || record.status === 'DELETE_COMPLETE') return
  if (record.terminationProtection)
    throw invalid(`Stack [${record.name}] cannot be deleted while TerminationProtection is enabled`)
  if (/_IN_PROGRESS$/.test(record.status) && record.status !== 'REVIEW_IN_PROGRESS')
    throw invalid(`Stack:${record.id} is in ${record.status} state and can not be deleted.`)
  const authority = authorityOf(call, form.get('RoleARN') ?? record.submission?.roleArn)
  await recorded(remove(cloud, record, authority))
}

const describe = (call: Call): string => {
  const { cloud, form } = call
  const all = [...cloud.stackRecords.values()].filter(({ status }) => status !== 'DELETE_COMPLETE')
  return list(
    'Stacks',
    (form.get('StackName') ? [requireStack(call)] : all).map(record => describeStack(call, record)),
  )
}

const describeStack = ({ cloud }: Call, record: StackRecord): string => {
  const { submission, updatedAt, deletedAt } = record
  const outputs =
    record.id === cloud.stacks.get(record.name)?.id ? cloud.stacks.get(record.name)?.deployment.outputs : []
  return (
    describeOwner(record) +
    textElement('Description', descriptionOf(record)) +
    (submission
      ? describeParameters(submission) + describeCapabilities(submission) + describeTags(submission)
      : '') +
    time('CreationTime', record.createdAt) +
    time('LastUpdatedTime', updatedAt) +
    time('DeletionTime', deletedAt) +
    textElement('StackStatus', record.status) +
    textElement('StackStatusReason', record.statusReason) +
    element('DisableRollback', 'false') +
    textElement('RoleARN', submission?.roleArn) +
    element('EnableTerminationProtection', String(record.terminationProtection)) +
    list(
      'Outputs',
      (outputs ?? []).map(
        ({ name, value, description }) =>
          textElement('OutputKey', name) +
          textElement('OutputValue', value) +
          textElement('Description', description),
      ),
    )
  )
}

const descriptionOf = ({ submission }: StackRecord): string | undefined => {
  const description = submission && parseTemplate(submission.templateBody)['Description']
  return typeof description === 'string' ? description : undefined
}

const listStacks = ({ cloud, form }: Call): string => {
  const wanted = texts(form, 'StackStatusFilter')
  const records = [...cloud.stackRecords.values()].filter(
    ({ status }) => wanted.length === 0 || wanted.includes(status),
  )
  return list(
    'StackSummaries',
    records.map(
      record =>
        describeOwner(record) +
        textElement('TemplateDescription', descriptionOf(record)) +
        time('CreationTime', record.createdAt) +
        time('LastUpdatedTime', record.updatedAt) +
        time('DeletionTime', record.deletedAt) +
        textElement('StackStatus', record.status) +
        textElement('StackStatusReason', record.statusReason),
    ),
  )
}

const updateTerminationProtection = (call: Call): string => {
  const name = required(call, 'StackName')
  const record = findRecord(call.cloud, name)
  if (!record) throw invalid(`Stack [${name}] does not exist`)
  record.terminationProtection = required(call, 'EnableTerminationProtection') === 'true'
  return textElement('StackId', record.id)
}

/** The operations on stacks. */
export const stackOperations: Readonly<Record<string, Operation>> = {
  CreateStack: { parameters: [...submissionParameters, 'EnableTerminationProtection'], run: create },
  UpdateStack: { parameters: submissionParameters, run: update },
  DeleteStack: {
    parameters: ['StackName', 'RoleARN', 'ClientRequestToken', 'DeploymentConfig'],
    run: deleteStack,
  },
  DescribeStacks: { parameters: ['StackName'], run: describe },
  ListStacks: { parameters: ['StackStatusFilter'], run: listStacks },
  UpdateTerminationProtection: {
    parameters: ['StackName', 'EnableTerminationProtection'],
    run: updateTerminationProtection,
  },
}
