// A change set in CloudFormation's answers.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeChangeSet.html
import { element, textElement } from '../query.ts'
import type { Change } from './changes.ts'
import type { ChangeSet, StackRecord } from './record.ts'
import { describeCapabilities, describeOwner, describeParameters, describeTags, list, time } from './xml.ts'

/**
 * Describes a change set in short.
 *
 * @param record Its stack.
 * @param changeSet The change set.
 * @returns XML.
 */
export const summarizeChangeSet = (record: StackRecord, changeSet: ChangeSet): string => {
  const { name, id, createdAt, failure, description, isExecuted } = changeSet
  const execution = failure === undefined ? (isExecuted ? 'EXECUTE_COMPLETE' : 'AVAILABLE') : 'UNAVAILABLE'
  return (
    describeOwner(record) +
    textElement('ChangeSetName', name) +
    textElement('ChangeSetId', id) +
    textElement('Description', description) +
    time('CreationTime', createdAt) +
    textElement('ExecutionStatus', execution) +
    textElement('Status', failure === undefined ? 'CREATE_COMPLETE' : 'FAILED') +
    textElement('StatusReason', failure) +
    textElement('IncludeNestedStacks', 'false')
  )
}

/**
 * Describes a change set, with every change.
 *
 * @param record Its stack.
 * @param changeSet The change set.
 * @returns XML.
 */
export const describeChangeSet = (record: StackRecord, changeSet: ChangeSet): string => {
  const { submission, changes } = changeSet
  return (
    summarizeChangeSet(record, changeSet) +
    describeParameters(submission) +
    describeCapabilities(submission) +
    describeTags(submission) +
    list('Changes', changes.map(describeChange))
  )
}

const describeChange = ({ action, resource, replaced, properties }: Change): string => {
  const { logicalId, physicalId, type, retained } = resource
  const policy = action === 'Remove' ? (retained ? 'Retain' : 'Delete') : replaced && `ReplaceAnd${replaced}`
  const recreation = replaced ? 'Always' : 'Never'
  const details = properties.map(
    name =>
      element(
        'Target',
        element('Attribute', 'Properties') +
          textElement('Name', name) +
          element('RequiresRecreation', recreation),
      ) +
      element('Evaluation', 'Static') +
      element('ChangeSource', 'DirectModification'),
  )
  const change =
    textElement('PolicyAction', policy) +
    element('Action', action) +
    textElement('LogicalResourceId', logicalId) +
    textElement('PhysicalResourceId', action === 'Add' ? undefined : physicalId) +
    textElement('ResourceType', type) +
    (action === 'Modify' ? element('Replacement', replaced ? 'True' : 'False') : '') +
    list('Scope', properties.length > 0 ? ['Properties'] : []) +
    list('Details', details)
  return element('Type', 'Resource') + element('ResourceChange', change)
}
