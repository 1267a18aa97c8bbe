// What a stack consists of and what happened to it: template, resources, events.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_StackResource.html
import { element, textElement } from '../query.ts'
import { type Call, invalid, type Operation, required } from './call.ts'
import { findRecord, type ResourceRecord, type StackRecord } from './record.ts'
import { requireStack } from './stack.ts'
import { describeOwner, describeResource, list, time } from './xml.ts'

const getTemplate = (call: Call): string => {
  const { templateBody } = requireStack(call).submission ?? {}
  // A stack that was never more than reviewed has an empty one.
  return (
    textElement('TemplateBody', templateBody ?? '{}') + list('StagesAvailable', ['Original', 'Processed'])
  )
}

const describeResources = (call: Call): string => {
  const record = requireStack(call)
  const wanted = call.form.get('LogicalResourceId')
  const resources = wanted === null ? [...record.resources.values()] : [requireResource(record, wanted)]
  return list(
    'StackResources',
    resources.map(
      resource => describeOwner(record) + describeResource(resource) + time('Timestamp', resource.changedAt),
    ),
  )
}

const describeOne = (call: Call): string => {
  const record = requireStack(call)
  const resource = requireResource(record, required(call, 'LogicalResourceId'))
  return element(
    'StackResourceDetail',
    describeOwner(record) + describeResource(resource) + time('LastUpdatedTimestamp', resource.changedAt),
  )
}

const requireResource = ({ name, resources }: StackRecord, logicalId: string): ResourceRecord => {
  const resource = resources.get(logicalId)
  if (resource) return resource
  throw invalid(`Resource ${logicalId} does not exist for stack ${name}`)
}

const listResources = (call: Call): string =>
  list(
    'StackResourceSummaries',
    [...requireStack(call).resources.values()].map(
      resource => describeResource(resource) + time('LastUpdatedTimestamp', resource.changedAt),
    ),
  )

/** The newest first. */
const describeEvents = (call: Call): string => {
  const name = required(call, 'StackName')
  const record = findRecord(call.cloud, name)
  if (!record) throw invalid(`Stack [${name}] does not exist`)
  return list(
    'StackEvents',
    record.events
      .map(
        event =>
          textElement('EventId', event.eventId) +
          describeOwner(record) +
          describeResource(event) +
          time('Timestamp', event.changedAt),
      )
      .reverse(),
  )
}

/** The operations on what is in a stack. */
export const contentOperations: Readonly<Record<string, Operation>> = {
  GetTemplate: { parameters: ['StackName', 'TemplateStage'], run: getTemplate },
  DescribeStackResources: { parameters: ['StackName', 'LogicalResourceId'], run: describeResources },
  DescribeStackResource: { parameters: ['StackName', 'LogicalResourceId'], run: describeOne },
  ListStackResources: { parameters: ['StackName'], run: listResources },
  DescribeStackEvents: { parameters: ['StackName'], run: describeEvents },
  // What the CDK CLI looks into where a change set failed: there are no validations before, and no hooks.
  DescribeEvents: {
    parameters: ['StackName', 'ChangeSetName', 'Filters'],
    run: () => list('OperationEvents', []),
  },
  ListHookResults: { parameters: ['TargetType', 'TargetId'], run: () => list('HookResults', []) },
}
