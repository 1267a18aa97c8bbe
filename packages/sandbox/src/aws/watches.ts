// The trails, alarms, rules, topics and subscriptions of a cloud, as the services that look after them find and change them.
import type { Watch } from '../iam/template/deployment.ts'
import type { Cloud } from './cloud.ts'

export type { Watch }

/** All of a type. */
export const watchesOf = (cloud: Cloud, type: Watch['type']): readonly Watch[] =>
  [...cloud.watches.values()].filter(watch => watch.type === type)

/** By its ARN alone: what is acted upon is what the caller was allowed to act upon. */
export const findWatch = (cloud: Cloud, type: Watch['type'], arn: string): Watch | undefined => {
  const watch = cloud.watches.get(arn)
  return watch?.type === type ? watch : undefined
}

/** Changes properties, as CloudFormation calls them. */
export const changeWatch = (cloud: Cloud, watch: Watch, properties: Watch['properties']): void => {
  cloud.watches.set(watch.arn, { ...watch, properties: { ...watch.properties, ...properties } })
}

/** A boolean of a template may be a text there. */
export const isTrue = (value: unknown): boolean => String(value) === 'true'
