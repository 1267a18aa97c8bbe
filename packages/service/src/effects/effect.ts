// What a signature would permit, as data: the policy's input, and what people are shown and logs record.
import type { Address, Hex } from 'viem'

/**
 * One thing that a signature would permit. Amounts are in base units (wei for native value).
 * Native value that moves always has a `transfer` of its own, whatever other effect the same call has. A call that carries
 * further calls (Multicall3, MultiSend, another Safe) has its own effect and theirs.
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
  /** Tokens of ERC-721 (amount 1) or ERC-1155 move. */
  | {
      readonly kind: 'nftTransfer'
      readonly collection: Address
      readonly from: Address
      readonly to: Address
      readonly tokenId: bigint
      readonly amount: bigint
    }
  /** An ERC-20 allowance is set or raised: `spender` may move up to `amount` (more) of `owner` later, whenever it likes. */
  | {
      readonly kind: 'approval'
      readonly asset: Address
      readonly owner: Address
      readonly spender: Address
      readonly amount: bigint
    }
  /** ERC-721, ERC-1155 and the like: the operator may move all that `owner` has in the collection, or no longer may. */
  | {
      readonly kind: 'approvalForAll'
      readonly collection: Address
      readonly owner: Address
      readonly operator: Address
      readonly approved: boolean
    }
  /** `deposit()` with value: native value becomes wrapped tokens, if the contract is a wrapper such as WETH. */
  | { readonly kind: 'wrap'; readonly asset: Address; readonly amount: bigint }
  /** `withdraw(uint256)`: wrapped tokens become native value, if the contract is a wrapper such as WETH. */
  | { readonly kind: 'unwrap'; readonly asset: Address; readonly amount: bigint }
  /** A contract is called in a way not understood further. `selector` has 4 bytes, fewer if the call data has. */
  | { readonly kind: 'call'; readonly to: Address; readonly selector: Hex; readonly value: bigint }
  /** Foreign code runs as the account, which lets it do anything. */
  | { readonly kind: 'delegatecall'; readonly to: Address }
  /** EIP-7702: an account takes the code of a contract. Chain id 0 is every chain; the zero address takes the code away. */
  | { readonly kind: 'delegation'; readonly to: Address; readonly chainId: number }
  /** A contract is created: the account itself by a factory, or any other by the account (then it is the factory). */
  | { readonly kind: 'deployment'; readonly account: Address; readonly factory: Address }
  /**
   * Who controls a contract, or its code, or its deposit would change. `action` is the canonical signature of the function
   * called, such as `addOwner(address)`; of a function not known `function` and the selector; of typed data its type's name.
   */
  | { readonly kind: 'administration'; readonly to: Address; readonly action: string }
  /** The most that execution can cost, in wei, and the account or paymaster that pays it. */
  | { readonly kind: 'fee'; readonly payer: Address; readonly maximum: bigint }
  /** EIP-191 personal message. `text` where the bytes are printable text; `hash` is keccak256 of the bytes. */
  | { readonly kind: 'message'; readonly text: string | undefined; readonly hash: Hex }
  /** EIP-712 structure of a type whose meaning is not known. */
  | {
      readonly kind: 'typedData'
      readonly verifyingContract: Address | undefined
      readonly domainName: string | undefined
      readonly primaryType: string
    }
  /** The hash of a payload that is usually approved with EIP-191 is signed as it is. */
  | { readonly kind: 'rawScheme' }
  /** Not understood. `hash` is the bare hash that was given, or keccak256 of the call data. */
  | { readonly kind: 'opaque'; readonly of: 'hash' | 'callData'; readonly hash: Hex }

/**
 * Says in plain words what an effect is.
 *
 * @param effect Any effect.
 * @returns One line of ASCII. Amounts in base units, since decimals are not in the payload.
 */
export const describeEffect = (effect: Effect): string => {
  switch (effect.kind) {
    case 'transfer':
      return `transfer ${amount(effect.amount, effect.asset)} from ${effect.from} to ${effect.to}`
    case 'nftTransfer':
      return `transfer ${effect.amount} of token id ${effect.tokenId} of the collection ${effect.collection} from ${effect.from} to ${effect.to}`
    case 'approval':
      return `allow ${effect.spender} to spend up to ${amount(effect.amount, effect.asset)} of ${effect.owner}`
    case 'approvalForAll':
      return effect.approved
        ? `allow ${effect.operator} to move everything that ${effect.owner} has in the collection ${effect.collection}`
        : `no longer allow ${effect.operator} to move what ${effect.owner} has in the collection ${effect.collection}`
    case 'wrap':
      return `wrap ${effect.amount} wei in the token ${effect.asset}`
    case 'unwrap':
      return `unwrap ${amount(effect.amount, effect.asset)}`
    case 'call':
      return `call ${effect.to}, function ${effect.selector}, with ${effect.value} wei`
    case 'delegatecall':
      return `delegatecall: run the code of ${effect.to} as the account`
    case 'delegation':
      return `delegation: the account takes the code of ${effect.to} on ${effect.chainId === 0 ? 'every chain' : `chain ${effect.chainId}`}`
    case 'deployment':
      return `deploy the account ${effect.account} through the factory ${effect.factory}`
    case 'administration':
      return `administration of ${effect.to}: ${effect.action}`
    case 'fee':
      return `pay a fee of at most ${effect.maximum} wei, charged to ${effect.payer}`
    case 'message':
      return `sign the personal message ${effect.text === undefined ? `with hash ${effect.hash}` : printable(effect.text)}`
    case 'typedData':
      return `sign typed data ${printable(effect.primaryType)} for ${effect.verifyingContract ?? 'no contract'}${effect.domainName === undefined ? '' : ` (${printable(effect.domainName)})`}`
    case 'rawScheme':
      return 'sign the hash as it is, without the EIP-191 prefix'
    case 'opaque':
      return `unknown: ${effect.of === 'hash' ? 'only the hash' : 'call data not understood, with hash'} ${effect.hash}`
  }
}

const amount = (units: bigint, asset: 'native' | Address): string =>
  asset === 'native' ? `${units} wei` : `${units} base units of the token ${asset}`

/**
 * Quotes foreign text so that it disturbs neither a log nor a terminal.
 *
 * @param text Any text.
 * @returns A JSON string of ASCII, cut after 100 characters.
 */
export const printable = (text: string): string =>
  JSON.stringify(text.length > 100 ? `${text.slice(0, 100)}...` : text).replace(
    /[^ -~]/g,
    character => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
