// What a case is about: effects in words, as the service would find them in a payload; or a real request.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Effect, type Prepared, parseRequest, prepare } from '@coffer/service'
import { type Facts, SIGNER } from '@coffer/service/policy'
import { getAddress, zeroHash } from 'viem'
import { readUnits } from './amount.ts'
import { type Report, toJson, type Value } from './document.ts'
import { type Fields, isEmpty, readTable, requireFields } from './fields.ts'
import { createNames, listed, signerStandIn } from './names.ts'
import { type Setting, type Word, wordOf, words } from './words.ts'

/** The fields of a case that say how the words of its effects are to be taken. */
export const settingFields = ['wallet', 'chainId', 'kind', 'fee'] as const

/** A word with its fields, as it stands in a case. */
type Said = { readonly name: string; readonly word: Word; readonly fields: Fields }

/**
 * Reads what a case is about.
 *
 * @param fields The case, or the case over the defaults.
 * @param facts Of the policy.
 * @param directory Where a request's file is looked for.
 * @param report Takes the faults.
 */
export function readSubject(fields: Fields, facts: Facts, directory: string, report: Report): Prepared {
  const request = fields.value('request')
  if (request !== undefined) {
    for (const name of settingFields)
      if (fields.has(name)) report(fields.at(name), `${name} goes with effects, and a request says it itself`)
    return prepareRequest(request, directory, report) ?? toPrepared([], signerStandIn, undefined, 'hash')
  }
  const said = readWords(fields, report)
  const wallet = readWallet(fields, said, facts, report)
  const chainId = readChainId(fields, said, wallet, facts, report)
  const fact = facts.wallets.get(wallet)
  const account = fact === undefined ? signerStandIn : getAddress(fact.address)
  const setting: Setting = { names: createNames(facts, chainId, report), account, chainId, report }
  const kind = readKind(fields, said, wallet, report)
  const effects = said.flatMap(({ word, fields: own }) => word.effects(own, setting))
  const fee = readFee(fields, kind, setting)
  return toPrepared([...effects, ...fee], account, chainId, kind)
}

/** The names of a case's fields that say what it is about: `request`, `effects`, or one of the words. */
export function subjectsOf(fields: Fields): readonly string[] {
  return fields.names.filter(name => name === 'request' || name === 'effects' || wordOf(name) !== undefined)
}

function readWords(fields: Fields, report: Report): readonly Said[] {
  const effects = fields.value('effects')
  if (effects === undefined)
    return subjectsOf(fields).flatMap(name => {
      const value = fields.value(name)
      return value === undefined ? [] : readWord(name, value, value.offset, report)
    })
  if (effects.kind !== 'list' || effects.items.length === 0) {
    report(effects.offset, 'effects must be a list of at least one', '- transfer: { ... }')
    return []
  }
  return effects.items.flatMap(item => {
    // A word without fields may stand alone.
    if (item.kind === 'text')
      return readWord(item.text, { ...item, text: '', isQuoted: false }, item.offset, report)
    const [entry, ...others] = item.kind === 'table' ? item.entries : []
    if (entry === undefined || others.length > 0) {
      report(item.offset, 'each of effects must be one word with its fields', '- transfer: { ... }')
      return []
    }
    const [name, { keyOffset, value }] = entry
    return readWord(name, value, keyOffset, report)
  })
}

function readWord(name: string, value: Value, nameOffset: number, report: Report): readonly Said[] {
  const word = wordOf(name)
  if (word === undefined) {
    report(
      nameOffset,
      `there is no effect ${JSON.stringify(name)}`,
      `there are ${Object.keys(words).join(', ')}`,
    )
    return []
  }
  const fields = readTable(value, name, [...word.required, ...word.optional, 'wallet'], report)
  if (value.kind === 'table' || isEmpty(value)) requireFields(fields, name, word.required, report)
  return [{ name, word, fields }]
}

/** One request is of one wallet: named with the case, with its effects, or the only one that there is. */
function readWallet(fields: Fields, said: readonly Said[], facts: Facts, report: Report): string {
  const named = [fields, ...said.map(one => one.fields)].flatMap(one => {
    const name = one.text('wallet')
    return name === undefined ? [] : [{ name, offset: one.at('wallet') }]
  })
  for (const { name, offset } of named) {
    if (name !== SIGNER && !facts.wallets.has(name))
      report(
        offset,
        `treasury.json has no wallet ${JSON.stringify(name)}`,
        listed([...facts.wallets.keys(), SIGNER]),
      )
    if (name !== named[0]?.name) report(offset, `the case is of the wallet ${named[0]?.name} already`)
  }
  const [first] = named
  if (first !== undefined) return first.name
  // The scheme goes along with whatever else is signed.
  const about = said.filter(({ name }) => name !== 'signRaw')
  if (about.length > 0 && about.every(({ word }) => word.isOfSigner)) return SIGNER
  const [only, ...others] = facts.wallets.keys()
  if (only !== undefined && others.length === 0) return only
  report(fields.offset, 'the case must say "wallet"', listed([...facts.wallets.keys(), SIGNER]))
  return SIGNER
}

function readChainId(
  fields: Fields,
  said: readonly Said[],
  wallet: string,
  facts: Facts,
  report: Report,
): number | undefined {
  const text = fields.text('chainId')
  if (text !== undefined && /^[1-9]\d{0,14}$/.test(text)) return Number(text)
  if (text !== undefined)
    report(fields.at('chainId'), `chainId must be a whole number, not ${JSON.stringify(text)}`)
  if (wallet !== SIGNER) return facts.wallets.get(wallet)?.chainIds[0]
  // Hashes and messages are of no chain.
  return said.some(({ word }) => !word.isOfSigner) ? facts.signer?.chainIds[0] : undefined
}

const kinds = [
  'userOperation',
  'transaction',
  'typedData',
  'personalMessage',
  'authorization',
  'hash',
] as const

/** What such effects come from most often, unless the case says. */
function readKind(fields: Fields, said: readonly Said[], wallet: string, report: Report): Prepared['kind'] {
  const text = fields.text('kind')
  const found = kinds.find(kind => kind === text)
  if (text !== undefined && found === undefined)
    report(fields.at('kind'), `there is no kind ${JSON.stringify(text)}`, `there are ${kinds.join(', ')}`)
  if (found !== undefined) return found
  const usual = said.map(({ name }) => usualKinds[name]).find(kind => kind !== undefined)
  return usual ?? (wallet === SIGNER ? 'transaction' : 'userOperation')
}

const usualKinds: Readonly<Record<string, Prepared['kind']>> = {
  signHash: 'hash',
  signMessage: 'personalMessage',
  signTypedData: 'typedData',
  delegate: 'authorization',
}

/** What is executed costs something, if only nothing. */
function readFee(fields: Fields, kind: Prepared['kind'], { account, report }: Setting): readonly Effect[] {
  if (kind !== 'userOperation' && kind !== 'transaction') {
    if (fields.has('fee')) report(fields.at('fee'), `a ${kind} costs nothing`)
    return []
  }
  const maximum = readUnits(fields.text('fee') ?? '0', 18)
  if (typeof maximum === 'bigint') return [{ kind: 'fee', payer: account, maximum }]
  report(fields.at('fee'), maximum)
  return []
}

function toPrepared(
  effects: readonly Effect[],
  account: Prepared['account'],
  chainId: number | undefined,
  kind: Prepared['kind'],
): Prepared {
  return {
    kind,
    scheme: effects.some(effect => effect.kind === 'rawScheme') ? 'raw' : 'eip191',
    chainId,
    account,
    signerAddress: signerStandIn,
    hash: zeroHash,
    digest: zeroHash,
    effects,
    origin: '/payload',
  }
}

/** Through the service's own reader and decoder; `undefined` where it is no request. */
function prepareRequest(value: Value, directory: string, report: Report): Prepared | undefined {
  if (value.kind === 'list' || isEmpty(value)) {
    report(value.offset, 'request must be the body of a request, or the name of a JSON file')
    return undefined
  }
  try {
    const body =
      value.kind === 'text' ? readFileSync(join(directory, value.text)) : JSON.stringify(toJson(value))
    return prepare(parseRequest(body))
  } catch (error) {
    const message = error instanceof Error ? error.message.replaceAll('\n', '; ') : String(error)
    report(value.offset, `request: ${message}`)
    return undefined
  }
}
