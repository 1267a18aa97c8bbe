// The parts of CloudFormation's answers that several operations share.
import { element, escapeXml, textElement } from '../query.ts'
import type { ResourceRecord, StackRecord, Submission } from './record.ts'

/** A list; each item is the XML of one. */
export const list = (name: string, items: readonly string[]): string =>
  element(name, items.map(item => element('member', item)).join(''))

/** A time, or nothing where there is none. */
export const time = (name: string, epochMs: number | undefined): string =>
  textElement(name, epochMs === undefined ? undefined : new Date(epochMs).toISOString())

export const describeParameters = ({ parameters }: Submission): string =>
  list(
    'Parameters',
    Object.entries(parameters).map(
      ([key, value]) => textElement('ParameterKey', key) + textElement('ParameterValue', value),
    ),
  )

export const describeTags = ({ tags }: Submission): string =>
  list(
    'Tags',
    Object.entries(tags).map(([key, value]) => textElement('Key', key) + textElement('Value', value)),
  )

export const describeCapabilities = ({ capabilities }: Submission): string =>
  list('Capabilities', capabilities.map(escapeXml))

/** The stack that something belongs to. */
export const describeOwner = ({ id, name }: StackRecord): string =>
  textElement('StackId', id) + textElement('StackName', name)

/** A resource, but for the time of its last change, which has a name of its own in each answer. */
export const describeResource = ({ logicalId, physicalId, type, status, reason }: ResourceRecord): string =>
  textElement('LogicalResourceId', logicalId) +
  textElement('PhysicalResourceId', physicalId) +
  textElement('ResourceType', type) +
  textElement('ResourceStatus', status) +
  textElement('ResourceStatusReason', reason)
