// What a signature would permit, as data: the policy's input, and what people are shown and logs record.
import type { Address, Hex } from 'viem'

/**
 * One thing that a signature would permit. Amounts are in base units (wei for native value).
 * Native value that moves always has a `transfer` of its own, whatever other effect the same call has.
 */
export type Effect =
  /** Tokens or native value move. For an ERC-20 the asset is the contract called; `from` may be any account. */
  | {
      readonly kind: 'transfer'
      readonly asset: 'native' | Address
      readonly from: Address
      readonly to: Address
      readonly amount: bigint
    }
  /** An ERC-20 allowance is set: `spender` may move up to `amount` later, whenever it likes. */
  | { readonly kind: 'approval'; readonly asset: Address; readonly spender: Address; readonly amount: bigint }
  /** A contract is called in a way not understood further. `selector` has 4 bytes, fewer if the call data has. */
  | { readonly kind: 'call'; readonly to: Address; readonly selector: Hex; readonly value: bigint }
  /** Foreign code runs as the account, which lets it do anything. */
  | { readonly kind: 'delegatecall'; readonly to: Address }
  /** The account itself is created. */
  | { readonly kind: 'deployment'; readonly account: Address; readonly factory: Address }
  /** Who controls a contract, or its code, or its deposit would change. `action` names the function called. */
  | { readonly kind: 'administration'; readonly to: Address; readonly action: string }
  /** The most that execution can cost, in wei, and the account or paymaster that pays it. */
  | { readonly kind: 'fee'; readonly payer: Address; readonly maximum: bigint }
  /** Not understood. `hash` is the bare hash that was given, or keccak256 of the call data. */
  | { readonly kind: 'opaque'; readonly of: 'hash' | 'callData'; readonly hash: Hex }

/**
 * Says in plain words what an effect is.
 *
 * @param effect Any effect.
 * @returns One line of ASCII. Amounts in base units, since the service knows no token's decimals.
 */
export const describeEffect = (effect: Effect): string => {
  switch (effect.kind) {
    case 'transfer':
      return `transfer ${amount(effect.amount, effect.asset)} from ${effect.from} to ${effect.to}`
    case 'approval':
      return `allow ${effect.spender} to spend up to ${amount(effect.amount, effect.asset)}`
    case 'call':
      return `call ${effect.to}, function ${effect.selector}, with ${effect.value} wei`
    case 'delegatecall':
      return `delegatecall: run the code of ${effect.to} as the account`
    case 'deployment':
      return `deploy the account ${effect.account} through the factory ${effect.factory}`
    case 'administration':
      return `administration of ${effect.to}: ${effect.action}`
    case 'fee':
      return `pay a fee of at most ${effect.maximum} wei, charged to ${effect.payer}`
    case 'opaque':
      return `unknown: ${effect.of === 'hash' ? 'only the hash' : 'call data not understood, with hash'} ${effect.hash}`
  }
}

const amount = (units: bigint, asset: 'native' | Address): string =>
  asset === 'native' ? `${units} wei` : `${units} base units of the token ${asset}`
