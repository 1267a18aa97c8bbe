// Crossmint's transaction of an EVM smart wallet (OpenAPI: WalletsTransactionV2025ResponseDTOClass), read strictly in
// everything that decides what is signed or whether money moved.
import type { Address, Hex } from 'viem'
import {
  address,
  array,
  count,
  hex,
  link,
  object,
  oneOf,
  optional,
  quantity,
  type Reader,
  remark,
  text,
  time,
} from './answer.ts'

export type TransactionStatus = 'awaiting-approval' | 'pending' | 'success' | 'failed'

/** An ERC-4337 v0.7 user operation, unpacked. Numbers are wei or gas. */
export type UserOperation = {
  readonly sender: Address
  readonly nonce: bigint
  readonly factory: Address | undefined
  readonly factoryData: Hex | undefined
  readonly callData: Hex
  readonly callGasLimit: bigint
  readonly verificationGasLimit: bigint
  readonly preVerificationGas: bigint
  readonly maxFeePerGas: bigint
  readonly maxPriorityFeePerGas: bigint
  readonly paymaster: Address | undefined
  readonly paymasterVerificationGasLimit: bigint | undefined
  readonly paymasterPostOpGasLimit: bigint | undefined
  readonly paymasterData: Hex | undefined
}

export type SignerReference = {
  readonly type: string
  readonly locator: string
  readonly address: string | undefined
}

/** `message` is what the signer signs: for a transaction, the user operation hash. */
export type PendingApproval = { readonly signer: SignerReference; readonly message: string }

export type SubmittedApproval = { readonly signer: SignerReference }

export type Transaction = {
  readonly id: string
  readonly chainType: 'evm'
  readonly walletType: 'smart'
  readonly status: TransactionStatus
  readonly onChain: {
    readonly userOperation: UserOperation
    readonly userOperationHash: Hex
    /** Hash of the chain's transaction, once there is one. */
    readonly txId: Hex | undefined
    readonly explorerLink: string | undefined
  }
  readonly approvals: {
    readonly pending: readonly PendingApproval[]
    readonly submitted: readonly SubmittedApproval[]
    readonly required: number | undefined
  }
  readonly createdAt: string
  readonly completedAt: string | undefined
  /** Why a failed transaction failed. */
  readonly error: { readonly reason: string; readonly message: string } | undefined
}

const userOperation: Reader<UserOperation> = object<UserOperation>({
  sender: address,
  nonce: quantity(256),
  factory: optional(address),
  factoryData: optional(hex()),
  callData: hex(),
  // EntryPoint v0.7 refuses gas values above 120 bits (AA94).
  callGasLimit: quantity(120),
  verificationGasLimit: quantity(120),
  preVerificationGas: quantity(120),
  maxFeePerGas: quantity(120),
  maxPriorityFeePerGas: quantity(120),
  paymaster: optional(address),
  paymasterVerificationGasLimit: optional(quantity(120)),
  paymasterPostOpGasLimit: optional(quantity(120)),
  paymasterData: optional(hex()),
})

const signer: Reader<SignerReference> = object<SignerReference>({
  type: text,
  locator: text,
  address: optional(text),
})

const approvals: Reader<Transaction['approvals']> = object<Transaction['approvals']>({
  pending: array(object<PendingApproval>({ signer, message: text })),
  submitted: array(object<SubmittedApproval>({ signer })),
  required: optional(count),
})

/** Reads a transaction. */
export const transaction: Reader<Transaction> = object<Transaction>({
  id: text,
  chainType: oneOf('evm'),
  walletType: oneOf('smart'),
  status: oneOf('awaiting-approval', 'pending', 'success', 'failed'),
  onChain: object<Transaction['onChain']>({
    userOperation,
    userOperationHash: hex(32),
    txId: optional(hex(32)),
    explorerLink: link,
  }),
  approvals: (value, path) =>
    optional(approvals)(value, path) ?? { pending: [], submitted: [], required: undefined },
  createdAt: time,
  completedAt: optional(time),
  error: optional(object<{ reason: string; message: string }>({ reason: text, message: remark })),
})
