// The words in which cases speak of effects: the actions of the policy's schema, each with its fields. What they become
// are the effects that the service finds in payloads.
import type { Effect } from '@coffer/service'
import type { Action, Named, TokenFact } from '@coffer/service/policy'
import { type Address, type Hex, toFunctionSelector, zeroHash } from 'viem'
import { readUnits } from './amount.ts'
import type { Report } from './document.ts'
import type { Fields } from './fields.ts'
import { type Names, signerStandIn } from './names.ts'

/** What a word's effects are made with. */
export type Setting = {
  readonly names: Names
  /** The account whose authority is used. */
  readonly account: Address
  readonly chainId: number | undefined
  readonly report: Report
}

/** A word: its fields, and what it means. */
export type Word = {
  readonly required: readonly string[]
  readonly optional: readonly string[]
  /** Whether it is about the key's own account, unless a wallet is named. */
  readonly isOfSigner?: true
  readonly effects: (fields: Fields, setting: Setting) => readonly Effect[]
}

const nativeDecimals = 18

/** Every action of the schema but `payFee`, which comes with each case. */
export const words: Readonly<Record<Exclude<Action, 'payFee'>, Word>> = {
  transfer: {
    required: ['token', 'amount', 'to'],
    optional: ['from'],
    effects: (fields, setting) => {
      const token = readToken(fields, setting)
      const from = readAddress('from', fields, setting) ?? setting.account
      const to = requireAddress('to', fields, setting)
      return [
        { kind: 'transfer', asset: token.address, from, to, amount: readAmount(fields, token, setting) },
      ]
    },
  },
  transferNft: {
    required: ['collection', 'tokenId', 'to'],
    optional: ['amount', 'from'],
    effects: (fields, setting) => [
      {
        kind: 'nftTransfer',
        collection: requireAddress('collection', fields, setting),
        from: readAddress('from', fields, setting) ?? setting.account,
        to: requireAddress('to', fields, setting),
        tokenId: readQuantity('tokenId', fields, 0, setting),
        amount: fields.has('amount') ? readQuantity('amount', fields, 0, setting) : 1n,
      },
    ],
  },
  approve: {
    required: ['token', 'amount', 'spender'],
    optional: ['owner'],
    effects: (fields, setting) => {
      const token = readToken(fields, setting)
      const isUnlimited = fields.text('amount') === 'unlimited'
      if (token.address === 'native') setting.report(fields.at('token'), 'native value has no allowances')
      return [
        {
          kind: 'approval',
          asset: token.address === 'native' ? signerStandIn : token.address,
          owner: readAddress('owner', fields, setting) ?? setting.account,
          spender: requireAddress('spender', fields, setting),
          amount: isUnlimited ? 2n ** 256n - 1n : readAmount(fields, token, setting),
        },
      ]
    },
  },
  approveUnlimited: {
    required: ['contract', 'spender'],
    optional: ['owner'],
    effects: (fields, setting) => [
      {
        kind: 'approvalForAll',
        collection: requireAddress('contract', fields, setting),
        owner: readAddress('owner', fields, setting) ?? setting.account,
        operator: requireAddress('spender', fields, setting),
        approved: true,
      },
    ],
  },
  wrap: {
    required: ['token', 'amount'],
    optional: [],
    effects: (fields, setting) => {
      const { asset, amount } = readWrapped(fields, setting)
      return [native(setting.account, asset, amount), { kind: 'wrap', asset, amount }]
    },
  },
  unwrap: {
    required: ['token', 'amount'],
    optional: [],
    effects: (fields, setting) => [{ kind: 'unwrap', ...readWrapped(fields, setting) }],
  },
  call: {
    required: ['contract', 'selector'],
    optional: ['value'],
    effects: (fields, setting) => {
      const to = requireAddress('contract', fields, setting)
      const value = fields.has('value') ? readQuantity('value', fields, nativeDecimals, setting) : 0n
      const call = { kind: 'call' as const, to, selector: readSelector(fields, setting), value }
      return value === 0n ? [call] : [native(setting.account, to, value), call]
    },
  },
  delegatecall: {
    required: ['contract'],
    optional: [],
    effects: (fields, setting) => [{ kind: 'delegatecall', to: requireAddress('contract', fields, setting) }],
  },
  deploy: {
    required: ['factory'],
    optional: ['deployed'],
    effects: (fields, setting) => [
      {
        kind: 'deployment',
        factory: requireAddress('factory', fields, setting),
        account: readAddress('deployed', fields, setting) ?? setting.account,
      },
    ],
  },
  administer: {
    required: ['contract', 'function'],
    optional: [],
    effects: (fields, setting) => [
      {
        kind: 'administration',
        to: requireAddress('contract', fields, setting),
        action: fields.text('function') ?? '',
      },
    ],
  },
  delegate: {
    required: ['to'],
    optional: ['everyChain'],
    isOfSigner: true,
    effects: (fields, setting) => {
      const everyChain = readFlag('everyChain', fields, setting)
      // In payloads the chain 0 is every chain, so that leaving it out must not mean it.
      if (everyChain === (setting.chainId !== undefined))
        setting.report(fields.offset, 'a delegation is for the chainId of the case, or everyChain: true')
      return [
        { kind: 'delegation', to: requireAddress('to', fields, setting), chainId: setting.chainId ?? 0 },
      ]
    },
  },
  signHash: {
    required: [],
    optional: [],
    isOfSigner: true,
    effects: () => [{ kind: 'opaque', of: 'hash', hash: zeroHash }],
  },
  signRaw: { required: [], optional: [], effects: () => [{ kind: 'rawScheme' }] },
  signMessage: {
    required: [],
    optional: ['text'],
    isOfSigner: true,
    effects: fields => [{ kind: 'message', text: fields.text('text'), hash: zeroHash }],
  },
  signTypedData: {
    required: ['primaryType'],
    optional: ['verifyingContract', 'domainName'],
    isOfSigner: true,
    effects: (fields, setting) => [
      {
        kind: 'typedData',
        primaryType: fields.text('primaryType') ?? '',
        verifyingContract: readAddress('verifyingContract', fields, setting),
        domainName: fields.text('domainName'),
      },
    ],
  },
}

/** A word, by its name; undefined for any other text. */
export function wordOf(name: string): Word | undefined {
  return Object.hasOwn(words, name) ? words[name as keyof typeof words] : undefined
}

/** Native value that goes along is an effect of its own, as in payloads. */
function native(from: Address, to: Address, amount: bigint): Effect {
  return { kind: 'transfer', asset: 'native', from, to, amount }
}

function readAddress(name: string, fields: Fields, { names }: Setting): Address | undefined {
  const text = fields.text(name)
  return text === undefined ? undefined : names.address(text, fields.at(name))
}

function requireAddress(name: string, fields: Fields, setting: Setting): Address {
  return readAddress(name, fields, setting) ?? signerStandIn
}

function readToken(fields: Fields, { names }: Setting): Named<TokenFact> {
  return names.token(fields.text('token') ?? '', fields.at('token'))
}

function readAmount(fields: Fields, { decimals }: TokenFact, setting: Setting): bigint {
  return readQuantity('amount', fields, decimals, setting)
}

function readQuantity(name: string, fields: Fields, decimals: number, { report }: Setting): bigint {
  const text = fields.text(name)
  if (text === undefined) return 0n
  const units = readUnits(text, decimals)
  if (typeof units === 'bigint') return units
  report(fields.at(name), units)
  return 0n
}

function readWrapped(fields: Fields, setting: Setting): { readonly asset: Address; readonly amount: bigint } {
  const token = readToken(fields, setting)
  if (token.address === 'native') setting.report(fields.at('token'), 'name the wrapped token')
  return {
    asset: token.address === 'native' ? signerStandIn : token.address,
    amount: readAmount(fields, token, setting),
  }
}

/** Four bytes, or a function's signature such as `mint(uint256)`. */
function readSelector(fields: Fields, { report }: Setting): Hex {
  const text = fields.text('selector')
  if (text === undefined) return '0x00000000'
  if (/^0x[0-9a-fA-F]{8}$/.test(text)) return text.toLowerCase() as Hex
  if (/^[A-Za-z_$][\w$]*\([\w,()[\]]*\)$/.test(text)) return toFunctionSelector(text)
  report(fields.at('selector'), `${text} must be 0x and 8 hex digits, or a signature such as mint(uint256)`)
  return '0x00000000'
}

function readFlag(name: string, fields: Fields, { report }: Setting): boolean {
  const text = fields.text(name)
  if (text !== undefined && text !== 'true' && text !== 'false')
    report(fields.at(name), `${name} must be true or false`)
  return text === 'true'
}
