// `coffer key`: the KMS key behind the treasury, from birth to being switched off.
// https://docs.aws.amazon.com/kms/latest/developerguide/asymmetric-key-specs.html
import {
  CreateAliasCommand,
  CreateKeyCommand,
  DescribeKeyCommand,
  DisableKeyCommand,
  EnableKeyCommand,
  GetPublicKeyCommand,
  type KeyMetadata,
  type KMSClient,
  NotFoundException,
  paginateListAliases,
  paginateListKeys,
} from '@aws-sdk/client-kms'
import { parsePublicKey, publicKeyToAddress } from '@coffer/signer'
import { saveSettings } from '../config.ts'
import { requireYes } from '../confirm.ts'
import { type Context, type Outcome, required } from '../context.ts'
import { exitCodes } from '../exitCodes.ts'
import { CliError } from '../failure.ts'
import { columns } from '../terminal.ts'

type Address = `0x${string}`

/** The alias `coffer key create` gives a key, after the guide's `treasuryABC-admin-signer`. */
export const defaultAlias = 'alias/treasury-admin-signer'

/**
 * Creates the signing key and its alias.
 *
 * The alias is looked up first: where it exists nothing is created, so that a repeated command cannot leave a
 * second key behind.
 *
 * @param options.alias Alias with or without `alias/`.
 * @param options.multiRegion Whether the key can be replicated to other Regions; it cannot be changed later.
 */
export async function createKey(
  context: Context,
  options: { alias: string; multiRegion: boolean; description: string },
): Promise<Outcome> {
  const alias = toAlias(options.alias)
  const kms = context.kms()
  const existing = await describe(kms, alias).catch(orUndefinedWhenMissing)
  if (existing !== undefined)
    throw new CliError('ALIAS_EXISTS', `${alias} already names ${existing.Arn}; nothing was created`, {
      exitCode: exitCodes.refused,
      hints: [`coffer key use ${alias}`, 'or coffer key create --alias another-name'],
    })
  const arn = await context.terminal.progress(
    'creating a KMS key (ECC_SECG_P256K1, sign and verify)',
    async () => {
      const { KeyMetadata: created } = await kms.send(
        new CreateKeyCommand({
          KeySpec: 'ECC_SECG_P256K1',
          KeyUsage: 'SIGN_VERIFY',
          Description: options.description,
          MultiRegion: options.multiRegion,
        }),
      )
      if (created?.Arn === undefined)
        throw new CliError('KMS_ANSWER_INCOMPLETE', 'KMS created a key without telling its ARN')
      await kms
        .send(new CreateAliasCommand({ AliasName: alias, TargetKeyId: created.Arn }))
        .catch((cause: Error) => {
          throw new CliError(
            'ALIAS_NOT_CREATED',
            `the key ${created.Arn} exists, but its alias does not: ${cause.message}`,
            {
              exitCode: exitCodes.unexpected,
              hints: [`aws kms create-alias --alias-name ${alias} --target-key-id ${created.Arn}`],
            },
          )
        })
      return created.Arn
    },
  )
  return adopt(context, arn, alias)
}

/** Writes an existing key into the configuration: its ARN and its address. */
export async function adoptKey(context: Context, keyId: string): Promise<Outcome> {
  const { Arn: arn = '' } = await describe(context.kms(), keyId)
  return adopt(context, arn, keyId.startsWith('alias/') ? keyId : undefined)
}

async function adopt(context: Context, arn: string, alias: string | undefined): Promise<Outcome> {
  const { config } = context
  const { style } = context.terminal
  const address = await addressOf(context.kms(), arn)
  const saved = await saveSettings(config, { keyId: arn, signerAddress: address })
  const rows: [string, string | undefined][] = [
    ['key ARN', arn],
    ['alias', alias],
    ['address', style.bold(address)],
  ]
  const next = saved
    ? `saved in ${config.file}; next: coffer wallet create`
    : `not saved: ${config.file} names another key. Use --config for another treasury`
  return { data: { keyArn: arn, alias, address, saved }, text: `${columns(rows, style)}\n${next}` }
}

/** Shows one key: spec, usage, state, aliases and Ethereum address. */
export async function showKey(context: Context, keyId: string | undefined): Promise<Outcome> {
  const kms = context.kms()
  const key = await describe(kms, keyId ?? required(context.config, 'keyId'))
  const arn = key.Arn ?? ''
  const aliases: string[] = []
  for await (const page of paginateListAliases({ client: kms }, { KeyId: arn }))
    aliases.push(...(page.Aliases ?? []).flatMap(alias => alias.AliasName ?? []))
  const usable = key.KeySpec === 'ECC_SECG_P256K1' && key.KeyState === 'Enabled'
  const address = usable ? await addressOf(kms, arn) : undefined
  const data = {
    keyArn: arn,
    aliases,
    address,
    keySpec: key.KeySpec,
    keyUsage: key.KeyUsage,
    keyState: key.KeyState,
    deletionDate: key.DeletionDate?.toISOString(),
    multiRegion: key.MultiRegion ?? false,
    createdAt: key.CreationDate?.toISOString(),
    description: key.Description,
  }
  const { style } = context.terminal
  const rows: [string, string | undefined][] = [
    ['key ARN', arn],
    ['aliases', aliases.join(', ') || 'none'],
    ['address', address === undefined ? undefined : style.bold(address)],
    ['key spec', data.keySpec],
    ['key usage', data.keyUsage],
    ['key state', data.keyState],
    ['deleted on', data.deletionDate],
    ['created', data.createdAt],
  ]
  return { data, text: columns(rows, style) }
}

/** Lists the keys that can sign for Ethereum: secp256k1, sign and verify. */
export async function listKeys(context: Context): Promise<Outcome> {
  const kms = context.kms()
  const aliases = new Map<string, string[]>()
  for await (const page of paginateListAliases({ client: kms }, {}))
    for (const { AliasName, TargetKeyId } of page.Aliases ?? [])
      if (AliasName !== undefined && TargetKeyId !== undefined)
        aliases.set(TargetKeyId, [...(aliases.get(TargetKeyId) ?? []), AliasName])
  const keys: {
    keyArn: string
    aliases: readonly string[]
    keyState: string
    address: string | undefined
  }[] = []
  for await (const page of paginateListKeys({ client: kms }, {}))
    for (const { KeyId } of page.Keys ?? []) {
      const key = await describe(kms, KeyId ?? '')
      if (key.KeySpec !== 'ECC_SECG_P256K1' || key.KeyUsage !== 'SIGN_VERIFY') continue
      const address = key.KeyState === 'Enabled' ? await addressOf(kms, key.Arn ?? '') : undefined
      keys.push({
        keyArn: key.Arn ?? '',
        aliases: aliases.get(KeyId ?? '') ?? [],
        keyState: key.KeyState ?? '',
        address,
      })
    }
  const lines = keys.map(key =>
    [key.address ?? `(${key.keyState})`.padEnd(42), key.keyArn, ...key.aliases].join('  '),
  )
  return {
    data: { keys },
    text:
      lines.length === 0
        ? 'no secp256k1 signing keys in this account and Region; next: coffer key create'
        : lines.join('\n'),
  }
}

/** Switches a key on or off. A disabled key signs nothing, and the switch works at once for everybody. */
export async function setKeyState(
  context: Context,
  options: { keyId: string | undefined; state: 'enabled' | 'disabled'; yes: boolean },
): Promise<Outcome> {
  const kms = context.kms()
  const { Arn: arn = '' } = await describe(kms, options.keyId ?? required(context.config, 'keyId'))
  if (options.state === 'disabled' && !options.yes)
    await requireYes(context, `Disable ${arn}? Every signature stops until it is enabled again.`)
  await kms.send(
    options.state === 'enabled'
      ? new EnableKeyCommand({ KeyId: arn })
      : new DisableKeyCommand({ KeyId: arn }),
  )
  return {
    data: { keyArn: arn, keyState: options.state === 'enabled' ? 'Enabled' : 'Disabled' },
    text: `${arn} is ${options.state}`,
  }
}

/** The Ethereum address of a KMS key, by key id, ARN or alias. */
export async function addressOf(kms: KMSClient, keyId: string): Promise<Address> {
  const { PublicKey } = await kms.send(new GetPublicKeyCommand({ KeyId: keyId }))
  return publicKeyToAddress(parsePublicKey(PublicKey ?? new Uint8Array()))
}

async function describe(kms: KMSClient, keyId: string): Promise<KeyMetadata> {
  const { KeyMetadata: key } = await kms.send(new DescribeKeyCommand({ KeyId: keyId }))
  if (key === undefined)
    throw new CliError('KMS_ANSWER_INCOMPLETE', `KMS described ${keyId} without saying anything`)
  return key
}

function orUndefinedWhenMissing(error: unknown): undefined {
  if (error instanceof NotFoundException) return undefined
  throw error
}

function toAlias(name: string): string {
  const alias = name.startsWith('alias/') ? name : `alias/${name}`
  if (/^alias\/[a-zA-Z0-9/_-]{1,250}$/.test(alias) && !alias.startsWith('alias/aws/')) return alias
  throw new CliError(
    'ALIAS_INVALID',
    `--alias ${name}: letters, digits, "/", "_" and "-" only, and not under alias/aws/`,
  )
}
