// Is this transaction the transfer that was asked for, all of it and nothing else? Remote bytes are never trusted:
// the hash is recomputed, and the call data must equal an encoding made here.
import { type Address, type Hex, isAddressEqual } from 'viem'
import type { Transaction, UserOperation } from '../client/transaction.ts'
import { type Difference, encodeTransfer, explainCallData } from './callData.ts'
import { hashUserOperation, maximumFee } from './userOperation.ts'

/** The transfer as it was asked for. */
export type ExpectedTransfer = {
  /** Address of the treasury wallet that pays. */
  readonly wallet: Address
  readonly chainId: number
  /** Contract address of the token. */
  readonly token: Address
  readonly recipient: Address
  /** Base units. */
  readonly amount: bigint
  /** The external wallet (KMS key) that approves. */
  readonly signer: Address
  /** The most the wallet itself may pay for gas, in wei; 0 unless given, since Crossmint sponsors it. */
  readonly maximumFee?: bigint | undefined
}

export type VerifiedTransfer = {
  /** What the signer signs, and the hash of `userOperation`. */
  readonly message: Hex
  readonly userOperation: UserOperation
  /** The signer's locator as Crossmint spells it, if its approval is still pending. */
  readonly pendingSigner: string | undefined
  /** The factory, if this operation also deploys the wallet (its first ever). */
  readonly deployment: Address | undefined
  /** The most the wallet itself can pay for gas, in wei; 0 where a paymaster pays. */
  readonly maximumFee: bigint
}

/**
 * Checks a transaction against the transfer that was asked for.
 *
 * Not checked here: whether the wallet can pay, whether the paymaster will, and what `factoryData` deploys (EntryPoint
 * requires that it ends at the wallet's own address). Nor what a paymaster charges: one that is paid in tokens can take
 * as much as the wallet has allowed it (ERC-20 `approve`), and `maximumFee` does not cover that.
 *
 * @param transaction As Crossmint returned it, in any status.
 * @returns What may be signed.
 * @throws {TRANSFER_MISMATCH} listing every difference.
 */
export function verifyTransfer(transaction: Transaction, expected: ExpectedTransfer): VerifiedTransfer {
  const { userOperation, userOperationHash } = transaction.onChain
  const message = hashUserOperation(userOperation, expected.chainId)
  const pending = transaction.approvals.pending.filter(one => isSigner(one.signer.locator, expected.signer))
  const differences = [
    ...compareEffect(userOperation, expected),
    ...compare('userOperationHash', message, userOperationHash),
    ...pending.flatMap(one => compare('message', message, one.message.toLowerCase())),
    ...checkDeployment(userOperation),
    ...checkFee(userOperation, expected.maximumFee),
  ]
  if (differences.length > 0) throw new TransferMismatchError(transaction.id, differences)
  return {
    message,
    userOperation,
    pendingSigner: pending[0]?.signer.locator,
    deployment: userOperation.factory,
    maximumFee: maximumFee(userOperation),
  }
}

/** Where what an operation does departs from the transfer: who pays, what to whom. Says nothing about gas or hash. */
export function compareEffect(
  userOperation: UserOperation,
  expected: ExpectedTransfer,
): readonly Difference[] {
  const sender = compare('sender', expected.wallet.toLowerCase(), userOperation.sender.toLowerCase())
  return encodeTransfer(expected).includes(userOperation.callData)
    ? sender
    : [...sender, ...explainCallData(userOperation.callData, expected)]
}

/** Whether a signer locator means this external wallet; addresses compare in any letter case. */
export function isSigner(locator: string, signer: Address): boolean {
  const address = /^external-wallet:(0x[0-9a-fA-F]{40})$/.exec(locator)?.[1] as Address | undefined
  return address !== undefined && isAddressEqual(address, signer)
}

/** The fields that come in groups; a stray one would not be covered by the hash. */
function checkDeployment(userOperation: UserOperation): readonly Difference[] {
  const { factory, factoryData = '0x', paymaster, paymasterData = '0x' } = userOperation
  const differences: Difference[] = []
  if (factory === undefined && factoryData !== '0x')
    differences.push({ field: 'factoryData', expected: 'none without a factory', found: 'some' })
  // EIP-7702: this marker stands for a delegation of the account's code, not for a factory.
  if (factory?.startsWith('0x7702000000000000000000000000000000000000'))
    differences.push({ field: 'factory', expected: 'a factory or none', found: 'an EIP-7702 delegation' })
  // An account that is yet to be deployed has used no nonce: the sequence (low 64 bits) is 0 for every key.
  else if (factory !== undefined && BigInt.asUintN(64, userOperation.nonce) !== 0n)
    differences.push({ field: 'factory', expected: 'none: the wallet is deployed already', found: factory })
  if (paymaster !== undefined) return differences
  const limits =
    (userOperation.paymasterVerificationGasLimit ?? 0n) + (userOperation.paymasterPostOpGasLimit ?? 0n)
  if (paymasterData !== '0x' || limits !== 0n)
    differences.push({ field: 'paymasterData', expected: 'none without a paymaster', found: 'some' })
  return differences
}

function checkFee(userOperation: UserOperation, ceiling = 0n): readonly Difference[] {
  const fee = maximumFee(userOperation)
  if (fee <= ceiling) return []
  return [{ field: 'fee', expected: `at most ${ceiling} wei`, found: `up to ${fee} wei` }]
}

function compare(field: string, expected: string, found: string): readonly Difference[] {
  return expected === found ? [] : [{ field, expected, found }]
}

/** The transaction is not the transfer that was asked for. Nothing was signed. */
export class TransferMismatchError extends Error {
  override readonly name = 'TransferMismatchError'
  readonly code = 'TRANSFER_MISMATCH'
  readonly transactionId: string
  readonly differences: readonly Difference[]

  constructor(transactionId: string, differences: readonly Difference[]) {
    super(
      [
        `transaction ${transactionId} is not the transfer that was asked for, so it was not signed:`,
        ...differences.map(one => `  - ${one.field}: expected ${one.expected}, found ${one.found}`),
        'Do not approve it. Ask Crossmint why, and pay under a new reference.',
      ].join('\n'),
    )
    this.transactionId = transactionId
    this.differences = differences
  }
}
