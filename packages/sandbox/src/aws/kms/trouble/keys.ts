// Keys that are no longer what they were a moment ago: in the same state for whoever asks afterwards.

import { randomUuid } from '../../random.ts'
import { createKeyMaterial } from '../createKey.ts'
import { type Key, keyArn } from '../store.ts'
import { changeOutput, type Exchange, inputOf, type Trouble } from './exchange.ts'

const week = 7 * 24 * 3_600_000

export const disabled: Trouble = exchange => {
  const key = keyOf(exchange)
  if (key) key.state = { name: 'Disabled' }
  return exchange.respond(exchange.cloud)
}

export const pendingDeletion: Trouble = exchange => {
  const key = keyOf(exchange)
  if (key) key.state = { name: 'PendingDeletion', deletionDate: exchange.cloud.now() + week }
  return exchange.respond(exchange.cloud)
}

/** All aliases of the key point to a new one before the call happens. Whoever named the key by its ARN gets what it asked for. */
export const aliasRepointed: Trouble = exchange => {
  const key = keyOf(exchange)
  if (key) repoint(exchange, key)
  return exchange.respond(exchange.cloud)
}

/** The right key does it, and another one is said to have done it. */
export const anotherKeyId: Trouble = exchange =>
  changeOutput(exchange, output => ({
    ...output,
    KeyId: keyArn(exchange.cloud.kms, randomUuid(exchange.cloud.random)),
  }))

const repoint = ({ cloud }: Exchange, key: Key): void => {
  const other = { ...createKeyMaterial(cloud.kms, key.spec), policy: key.policy }
  cloud.kms.keys.set(other.id, other)
  for (const alias of cloud.kms.aliases.values())
    if (alias.keyId === key.id)
      cloud.kms.aliases.set(alias.name, { ...alias, keyId: other.id, updatedAt: cloud.now() })
}

/** The key that a call names in any of the four ways. */
const keyOf = ({ cloud, request }: Exchange): Key | undefined => {
  const name = String(inputOf(request)['KeyId']).replace(/^arn:[^/]*:(?=(key|alias)\/)/, '')
  const id = name.startsWith('alias/') ? cloud.kms.aliases.get(name)?.keyId : name.replace(/^key\//, '')
  return cloud.kms.keys.get(id ?? '')
}
