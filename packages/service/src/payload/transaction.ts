// Payload kind `transaction`: an Ethereum transaction of one of the five types, stated as in JSON-RPC. The type decides
// which fields it has. https://ethereum.github.io/execution-apis
import type { Address, Hex } from 'viem'
import {
  address,
  bytes,
  chainIdQuantity,
  type Field,
  fault,
  fixedBytes,
  list,
  object,
  oneOf,
  optional,
  quantity,
  safeQuantity,
  variants,
} from '../fields.ts'

type Common = {
  readonly chainId: number
  readonly nonce: number
  readonly gas: bigint
  /** In wei; left out it is zero. */
  readonly value?: bigint | undefined
  /** Call data, or the init code of a contract; left out it is empty. */
  readonly input?: Hex | undefined
}
/** Without `to` the transaction creates a contract. */
type MayCreate = { readonly to?: Address | undefined }
type MustCall = { readonly to: Address }
type WithGasPrice = { readonly gasPrice: bigint }
type WithMaximumFee = { readonly maxFeePerGas: bigint; readonly maxPriorityFeePerGas: bigint }
type WithAccessList = { readonly accessList?: readonly AccessListItem[] | undefined }
type AccessListItem = { readonly address: Address; readonly storageKeys: readonly Hex[] }

/** An EIP-7702 authorization with the signature of the account that takes the code. */
export type SignedAuthorization = {
  readonly chainId: number
  readonly address: Address
  readonly nonce: number
  readonly yParity: number
  readonly r: bigint
  readonly s: bigint
}

/** A transaction with EIP-155 replay protection. */
export type LegacyTransaction = { readonly type: '0x0' } & Common & MayCreate & WithGasPrice
/** EIP-2930 */
export type AccessListTransaction = { readonly type: '0x1' } & Common &
  MayCreate &
  WithGasPrice &
  WithAccessList
/** EIP-1559 */
export type DynamicFeeTransaction = { readonly type: '0x2' } & Common &
  MayCreate &
  WithMaximumFee &
  WithAccessList
/** EIP-4844 */
export type BlobTransaction = {
  readonly type: '0x3'
  readonly maxFeePerBlobGas: bigint
  readonly blobVersionedHashes: readonly Hex[]
} & Common &
  MustCall &
  WithMaximumFee &
  WithAccessList
/** EIP-7702 */
export type SetCodeTransaction = {
  readonly type: '0x4'
  readonly authorizationList: readonly SignedAuthorization[]
} & Common &
  MustCall &
  WithMaximumFee &
  WithAccessList

/** An unsigned transaction. Gas in units, fees in wei per unit. */
export type Transaction =
  | LegacyTransaction
  | AccessListTransaction
  | DynamicFeeTransaction
  | BlobTransaction
  | SetCodeTransaction

export type TransactionPayload = { readonly kind: 'transaction'; readonly transaction: Transaction }

const common = {
  chainId: chainIdQuantity,
  nonce: safeQuantity,
  gas: quantity(64),
  value: optional(quantity(256)),
  input: optional(bytes),
}

/** JSON-RPC has `null` for the creation of a contract. */
const mayCreate: Field<Address | undefined> = (value, path, issues) =>
  value === undefined || value === null ? undefined : address(value, path, issues)

const maximumFee = { maxFeePerGas: quantity(256), maxPriorityFeePerGas: quantity(256) }

const withAccessList = {
  accessList: optional(list(object<AccessListItem>({ address, storageKeys: list(fixedBytes(32)) }))),
}

const legacy: Field<LegacyTransaction> = object<LegacyTransaction>({
  type: oneOf(['0x0'], 'UNSUPPORTED_TRANSACTION_TYPE'),
  ...common,
  to: mayCreate,
  gasPrice: quantity(256),
})

const accessListType: Field<AccessListTransaction> = object<AccessListTransaction>({
  type: oneOf(['0x1'], 'UNSUPPORTED_TRANSACTION_TYPE'),
  ...common,
  to: mayCreate,
  gasPrice: quantity(256),
  ...withAccessList,
})

const dynamicFee: Field<DynamicFeeTransaction> = object<DynamicFeeTransaction>({
  type: oneOf(['0x2'], 'UNSUPPORTED_TRANSACTION_TYPE'),
  ...common,
  to: mayCreate,
  ...maximumFee,
  ...withAccessList,
})

/** The first byte says how the hash is made of the blob; only 01, of its KZG commitment, is defined. */
const versionedHash: Field<Hex> = (value, path, issues) => {
  const before = issues.length
  const hash = fixedBytes(32)(value, path, issues)
  if (issues.length === before && !hash.startsWith('0x01'))
    issues.push(fault(value, path, 'INVALID_HASH', 'must begin with 0x01'))
  return hash
}

const blob: Field<BlobTransaction> = object<BlobTransaction>({
  type: oneOf(['0x3'], 'UNSUPPORTED_TRANSACTION_TYPE'),
  ...common,
  to: address,
  ...maximumFee,
  ...withAccessList,
  maxFeePerBlobGas: quantity(256),
  blobVersionedHashes: list(versionedHash, 1),
})

const setCode: Field<SetCodeTransaction> = object<SetCodeTransaction>({
  type: oneOf(['0x4'], 'UNSUPPORTED_TRANSACTION_TYPE'),
  ...common,
  to: address,
  ...maximumFee,
  ...withAccessList,
  authorizationList: list(
    object<SignedAuthorization>({
      chainId: safeQuantity,
      address,
      nonce: safeQuantity,
      yParity: (value, path, issues) => Number(quantity(1)(value, path, issues)),
      r: quantity(256),
      s: quantity(256),
    }),
    1,
  ),
})

const anyType = variants<Transaction>('type', 'UNSUPPORTED_TRANSACTION_TYPE', {
  '0x0': legacy,
  '0x1': accessListType,
  '0x2': dynamicFee,
  '0x3': blob,
  '0x4': setCode,
})

const transaction: Field<Transaction> = (value, path, issues) => {
  const read = anyType(value, path, issues)
  if ('maxFeePerGas' in read && read.maxPriorityFeePerGas > read.maxFeePerGas)
    issues.push(
      fault(value, `${path}/maxPriorityFeePerGas`, 'INCONSISTENT', 'must not be above maxFeePerGas'),
    )
  return read
}

/** The reader of a payload of kind `transaction`. */
export const transactionPayload: Field<TransactionPayload> = object<TransactionPayload>({
  kind: oneOf(['transaction'], 'UNSUPPORTED_KIND'),
  transaction,
})
