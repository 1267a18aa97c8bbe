// From an effect to the one question that Cedar is asked about it: action, context, and only the entities that matter.
import { isIP } from 'node:net'
import type { Address, Hex } from 'viem'
import type { Effect } from '../effects/effect.ts'
import type { Prepared } from '../prepare.ts'
import { isUnlimited, toDecimal } from './amount.ts'
import type { EntityJson } from './cedar.ts'
import type { Directory, Named } from './directory.ts'
import type { EntityId } from './expression.ts'
import { SIGNER, type TokenFact } from './facts.ts'
import type { Inquiry } from './inquiry.ts'
import type { Action } from './schema.ts'

/** A value of Cedar's JSON format. */
export type Value =
  | string
  | number
  | boolean
  | { readonly __entity: EntityId }
  | { readonly __extn: { readonly fn: string; readonly arg: string } }

/** One authorization question. */
export type Question = {
  readonly principal: EntityId
  readonly action: { readonly type: 'Action'; readonly id: Action }
  readonly resource: EntityId
  readonly context: Readonly<Record<string, Value>>
  readonly entities: readonly EntityJson[]
}

/** Why no rule can be asked: the facts do not say enough, or the effect is not understood. */
export type Unanswerable = 'WALLET_UNKNOWN' | 'TOKEN_UNKNOWN' | 'CALL_DATA_NOT_UNDERSTOOD'

/**
 * Makes the question about an effect.
 *
 * @param effect One of the inquiry's effects.
 * @param inquiry The request.
 * @param directory The policy's facts.
 * @returns The question, or why there is none. Then the effect is to be refused.
 */
export const toQuestion = (
  effect: Effect,
  inquiry: Inquiry,
  directory: Directory,
): Question | Unanswerable => {
  const { prepared, principal } = inquiry
  const chainId = prepared.chainId ?? 0
  const names = createNames(chainId, directory)
  const own = ownTypedData(effect, directory)
  const wallet = own === undefined ? walletOf(prepared, directory) : directory.walletOf(own)
  if (wallet === undefined) return 'WALLET_UNKNOWN'
  const subject =
    own === undefined || effect.kind !== 'typedData'
      ? subjectOf(effect, chainId, directory, names)
      : administer(own, `typed data ${effect.primaryType}`, names)
  if (typeof subject === 'string') return subject
  const attributes = {
    address: names.address(own ?? prepared.account),
    ...(wallet.factory === undefined ? {} : { factory: names.address(wallet.factory) }),
  }
  const resource = { type: 'Wallet', id: wallet.name }
  const asking = { type: 'Principal', id: principal.arn }
  return {
    principal: asking,
    action: { type: 'Action', id: subject.action },
    resource,
    context: { ...requestContext(inquiry), ...subject.context },
    entities: [
      {
        uid: asking,
        attrs: { arn: principal.arn },
        parents: directory.rolesOf(principal.arn).map(id => ({ type: 'Role', id })),
      },
      { uid: resource, attrs: attributes, parents: [] },
      ...names.entities(),
    ],
  }
}

/**
 * The wallet whose authority is used: one of the facts, or the key's own account. An address that the facts have as a wallet
 * is that wallet on its chains, and on others nothing, also if it is the key's own.
 */
const walletOf = (
  { account, signerAddress, chainId = 0 }: Pick<Prepared, 'account' | 'signerAddress' | 'chainId'>,
  directory: Directory,
): { readonly name: string; readonly factory?: Address | undefined } | undefined => {
  if (directory.walletOf(account) !== undefined) return directory.walletAt(chainId, account)
  return account === signerAddress && directory.isSignerAt(chainId) ? { name: SIGNER } : undefined
}

/**
 * Typed data that a wallet itself verifies is about nothing but that wallet: modules, validators, recovery. (What a wallet
 * signs for others has those others as the verifying contract, or a hash inside.)
 */
const ownTypedData = (effect: Effect, directory: Directory): Address | undefined => {
  if (effect.kind !== 'typedData' || effect.verifyingContract === undefined) return undefined
  return directory.walletOf(effect.verifyingContract)?.address
}

type Subject = { readonly action: Action; readonly context: Readonly<Record<string, Value>> }

const subjectOf = (
  effect: Effect,
  chainId: number,
  directory: Directory,
  names: Names,
): Subject | Unanswerable => {
  const withToken = (
    action: Action,
    asset: 'native' | Address,
    amount: bigint,
    context: Subject['context'],
  ): Subject | Unanswerable => {
    const token = directory.tokenAt(chainId, asset)
    if (token === undefined) return 'TOKEN_UNKNOWN'
    return {
      action,
      context: { token: names.token(token), amount: decimal(amount, token.decimals), ...context },
    }
  }
  const call = (to: Address, selector: Hex, value: bigint): Subject => ({
    action: 'call',
    context: { contract: names.address(to), selector, value: decimal(value, NATIVE_DECIMALS) },
  })
  switch (effect.kind) {
    case 'transfer':
      return withToken('transfer', effect.asset, effect.amount, {
        recipient: names.address(effect.to),
        from: names.address(effect.from),
      })
    case 'nftTransfer':
      return {
        action: 'transferNft',
        context: {
          collection: names.address(effect.collection),
          tokenId: String(effect.tokenId),
          amount: decimal(effect.amount, 0),
          recipient: names.address(effect.to),
          from: names.address(effect.from),
        },
      }
    case 'approval': {
      const parties = { spender: names.address(effect.spender), owner: names.address(effect.owner) }
      const decimals = directory.tokenAt(chainId, effect.asset)?.decimals
      return isUnlimited(effect.amount, decimals)
        ? { action: 'approveUnlimited', context: { contract: names.address(effect.asset), ...parties } }
        : withToken('approve', effect.asset, effect.amount, parties)
    }
    case 'approvalForAll':
      return effect.approved
        ? {
            action: 'approveUnlimited',
            context: {
              contract: names.address(effect.collection),
              spender: names.address(effect.operator),
              owner: names.address(effect.owner),
            },
          }
        : call(effect.collection, SET_APPROVAL_FOR_ALL, 0n)
    // Staking contracts and vaults have functions of the same names.
    case 'wrap':
      return directory.tokenAt(chainId, effect.asset) === undefined
        ? call(effect.asset, DEPOSIT, effect.amount)
        : withToken('wrap', effect.asset, effect.amount, {})
    case 'unwrap':
      return directory.tokenAt(chainId, effect.asset) === undefined
        ? call(effect.asset, WITHDRAW, 0n)
        : withToken('unwrap', effect.asset, effect.amount, {})
    case 'call':
      return call(effect.to, effect.selector, effect.value)
    case 'fee':
      return {
        action: 'payFee',
        context: { maximum: decimal(effect.maximum, NATIVE_DECIMALS), payer: names.address(effect.payer) },
      }
    case 'delegatecall':
      return { action: 'delegatecall', context: { contract: names.address(effect.to) } }
    case 'deployment':
      return {
        action: 'deploy',
        context: { factory: names.address(effect.factory), deployed: names.address(effect.account) },
      }
    case 'administration':
      return {
        action: 'administer',
        context: { contract: names.address(effect.to), function: effect.action },
      }
    case 'delegation':
      return {
        action: 'delegate',
        context: { delegate: names.address(effect.to), everyChain: effect.chainId === 0 },
      }
    case 'message':
      return { action: 'signMessage', context: effect.text === undefined ? {} : { text: effect.text } }
    case 'typedData':
      return {
        action: 'signTypedData',
        context: {
          ...(effect.verifyingContract === undefined
            ? {}
            : { verifyingContract: names.address(effect.verifyingContract) }),
          ...(effect.domainName === undefined ? {} : { domainName: effect.domainName }),
          primaryType: effect.primaryType,
        },
      }
    case 'rawScheme':
      return { action: 'signRaw', context: {} }
    case 'opaque':
      return effect.of === 'hash' ? { action: 'signHash', context: {} } : 'CALL_DATA_NOT_UNDERSTOOD'
  }
}

const administer = (contract: Address, action: string, names: Names): Subject => ({
  action: 'administer',
  context: { contract: names.address(contract), function: action },
})

const requestContext = ({
  prepared,
  principal,
  reference,
  time,
}: Inquiry): Readonly<Record<string, Value>> => ({
  chainId: prepared.chainId ?? 0,
  kind: prepared.kind,
  scheme: prepared.scheme,
  effects: prepared.effects.filter(effect => !ACCESSORIES.has(effect.kind)).length,
  time: extension('datetime', time.toISOString()),
  weekday: WEEKDAYS[time.getUTCDay()] ?? '',
  // Where it is no address, as in a test invocation of the console, where from is not known.
  ...(isIP(principal.sourceIp ?? '') === 0 ? {} : { sourceIp: extension('ip', principal.sourceIp ?? '') }),
  ...(reference === undefined ? {} : { reference }),
})

/** What comes along with whatever else is done, and is judged by rules of its own. */
const ACCESSORIES: ReadonlySet<Effect['kind']> = new Set(['fee', 'deployment', 'rawScheme'])

const WEEKDAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'] as const
const NATIVE_DECIMALS = 18
const SET_APPROVAL_FOR_ALL = '0xa22cb465'
const DEPOSIT = '0xd0e30db0'
const WITHDRAW = '0x2e1a7d4d'

const extension = (fn: string, arg: string): Value => ({ __extn: { fn, arg } })
const decimal = (amount: bigint, decimals: number): Value => extension('decimal', toDecimal(amount, decimals))

/** Gives addresses and tokens their names in rules, and remembers which of them the question is about. */
type Names = {
  readonly address: (address: Address) => Value
  readonly token: (token: Named<TokenFact>) => Value
  readonly entities: () => readonly EntityJson[]
}

const createNames = (chainId: number, directory: Directory): Names => {
  const known = new Map<string, EntityJson>()
  const add = (uid: EntityId, attrs: EntityJson['attrs'], parents: EntityId[]): Value => {
    known.set(`${uid.type}::${uid.id}`, { uid, attrs, parents })
    return { __entity: uid }
  }
  return {
    address: address => {
      const entry = directory.addressAt(chainId, address)
      const uid = { type: 'Address', id: entry?.name ?? address.toLowerCase() }
      return add(
        uid,
        { known: entry !== undefined },
        (entry?.groups ?? []).map(id => ({ type: 'Group', id })),
      )
    },
    token: ({ name, symbol }) => add({ type: 'Token', id: name }, { symbol }, []),
    entities: () => [...known.values()],
  }
}
