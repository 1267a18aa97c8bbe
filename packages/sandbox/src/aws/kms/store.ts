// The keys of the sandbox's KMS: what they are, how they are found, and what their state permits.
// AWS KMS Developer Guide, "Key states of AWS KMS keys"; texts as KMS prints them.

import { AwsError } from '../awsError.ts'
import type { Identity } from '../identity.ts'
import type { Random } from '../random.ts'
import type { KeySpec } from './keySpec.ts'

/** A key. Its secret never leaves this process and no operation returns it. */
export type Key = {
  readonly id: string
  readonly arn: string
  /** Epoch milliseconds. */
  readonly createdAt: number
  readonly description: string
  readonly spec: KeySpec
  readonly multiRegion: boolean
  /** The key policy document, verbatim. */
  policy: string
  /** By grant id. */
  readonly grants: Map<string, Grant>
  readonly tags: Map<string, string>
  /** 32 bytes. */
  readonly secretKey: Uint8Array
  /** 65 bytes, uncompressed. */
  readonly publicKey: Uint8Array
  state: KeyState
}

export type KeyState =
  | { readonly name: 'Enabled' }
  | { readonly name: 'Disabled' }
  /** From `deletionDate` (epoch milliseconds) on, the key is no more. */
  | { readonly name: 'PendingDeletion'; readonly deletionDate: number }

/** Lets somebody use a key without a word in its policy. */
export type Grant = {
  readonly id: string
  readonly token: string
  readonly name?: string | undefined
  /** The ARN of who may. */
  readonly grantee: string
  readonly operations: readonly string[]
  /** Epoch milliseconds. */
  readonly createdAt: number
}

/** A name for a key. */
export type Alias = {
  /** `alias/...` */
  readonly name: string
  readonly keyId: string
  /** Epoch milliseconds. */
  readonly createdAt: number
  readonly updatedAt: number
}

/** All there is in one account and region. */
export type Store = {
  readonly accountId: string
  readonly region: string
  readonly keys: Map<string, Key>
  readonly aliases: Map<string, Alias>
  /** Epoch milliseconds. */
  readonly now: () => number
  readonly random: Random
}

/** The circumstances of a call. */
export type Call = {
  readonly store: Store
  readonly identity: Identity
  /** The operation, for example `Sign`. */
  readonly operation: string
  /**
   * Passes whoever may do this with this input.
   *
   * @throws {AWS_ERROR} AccessDeniedException.
   */
  readonly authorize: (input: Readonly<Record<string, unknown>>) => void
  /** Whether the caller could change the policy of a key again. */
  readonly mayPutPolicy: (key: Key) => boolean
}

export const keyArn = ({ region, accountId }: Store, id: string): string =>
  `arn:aws:kms:${region}:${accountId}:key/${id}`

export const aliasArn = ({ region, accountId }: Store, name: string): string =>
  `arn:aws:kms:${region}:${accountId}:${name}`

const keyIdPattern = /^([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|mrk-[0-9a-f]{32})$/

/**
 * Finds a key by key id or key ARN.
 *
 * @param call The circumstances.
 * @param id A key id or a key ARN; not an alias.
 * @returns The key, in whatever state it is.
 * @throws {AWS_ERROR} NotFoundException, InvalidArnException, AccessDeniedException.
 */
export const findKey = (call: Call, id: string): Key => {
  // A bare key id is one of the caller's own account; of other accounts nothing is kept here.
  if (!id.startsWith('arn:') && call.identity.accountId !== call.store.accountId)
    throw new AwsError('NotFoundException', `Invalid keyId '${id}'`)
  // Only in an ARN does `key/` stand before the key id.
  const keyId = id.startsWith('arn:') ? localName(call, id).replace(/^key\//, '') : id
  const key = call.store.keys.get(keyId)
  if (key) return key
  throw keyIdPattern.test(keyId)
    ? new AwsError('NotFoundException', `Key '${keyArn(call.store, keyId)}' does not exist`)
    : new AwsError('NotFoundException', `Invalid keyId '${id}'`)
}

/**
 * Finds a key by key id, key ARN, alias name or alias ARN.
 *
 * @param call The circumstances.
 * @param id Any of the four.
 * @returns The key, in whatever state it is.
 * @throws {AWS_ERROR} NotFoundException, InvalidArnException, AccessDeniedException.
 */
export const findKeyOrAlias = (call: Call, id: string): Key => {
  const name = localName(call, id)
  if (!name.startsWith('alias/')) return findKey(call, id)
  const { keyId } = findAlias(call.store, name)
  return findKey(call, id.startsWith('arn:') ? keyArn(call.store, keyId) : keyId)
}

/**
 * Finds an alias by its name.
 *
 * @param store The store.
 * @param name `alias/...`.
 * @returns The alias.
 * @throws {AWS_ERROR} NotFoundException.
 */
export const findAlias = (store: Store, name: string): Alias => {
  const alias = store.aliases.get(name)
  if (!alias) throw new AwsError('NotFoundException', `Alias ${aliasArn(store, name)} is not found.`)
  return alias
}

/**
 * Passes a key that may be used for cryptography.
 *
 * @param key The key.
 * @throws {AWS_ERROR} DisabledException, KMSInvalidStateException.
 */
export const requireEnabled = (key: Key): void => {
  requireNotPendingDeletion(key)
  if (key.state.name === 'Disabled') throw new AwsError('DisabledException', `${key.arn} is disabled.`)
}

/**
 * Passes a key that may be changed.
 *
 * @param key The key.
 * @throws {AWS_ERROR} KMSInvalidStateException.
 */
export const requireNotPendingDeletion = (key: Key): void => {
  if (key.state.name === 'PendingDeletion') {
    throw new AwsError('KMSInvalidStateException', `${key.arn} is pending deletion.`)
  }
}

/** Removes the keys whose deletion date has come, with their aliases, and wipes their secrets. */
export const removeDeletedKeys = ({ keys, aliases, now }: Store): void => {
  for (const key of keys.values()) {
    if (key.state.name !== 'PendingDeletion' || key.state.deletionDate > now()) continue
    keys.delete(key.id)
    key.secretKey.fill(0)
    for (const alias of aliases.values()) if (alias.keyId === key.id) aliases.delete(alias.name)
  }
}

/** What an ARN names in this account and region; anything else than an ARN is returned as it is. */
const localName = ({ store, identity, operation }: Call, id: string): string => {
  if (!id.startsWith('arn:')) return id
  const [, region, accountId, name] = /^arn:aws:kms:([^:]*):(\d{12}):((?:key|alias)\/.+)$/.exec(id) ?? []
  if (name === undefined) throw new AwsError('InvalidArnException', `Invalid ARN '${id}'`)
  if (region !== store.region) throw new AwsError('NotFoundException', `Invalid arn ${region}`)
  if (accountId === store.accountId) return name
  throw new AwsError(
    'AccessDeniedException',
    `User: ${identity.arn} is not authorized to perform: kms:${operation} on resource: ${id} because no resource-based policy allows the kms:${operation} action`,
  )
}
