// Builds ERC-4337 v0.7 user operations for SimpleAccount wallets (https://eips.ethereum.org/EIPS/eip-4337),
// with gas limits from a simulation and the gas paid by the paymaster.
import { randomBytes } from 'node:crypto'
import {
  bytesToBigInt,
  concat,
  encodeAbiParameters,
  type Hex,
  InsufficientFundsError,
  type PublicClient,
  parseAbi,
} from 'viem'
import {
  getUserOperationHash,
  type PackedUserOperation,
  toPackedUserOperation,
  type UserOperation as ViemUserOperation,
} from 'viem/account-abstraction'
import { privateKeyToAccount } from 'viem/accounts'
import { type Contracts, entryPoint, sponsorKey } from './contracts.ts'
import { revertReason } from './revert.ts'
import { type Account, type Call, createAccountData, executeData } from './simpleAccount.ts'

export type UserOperation = ViemUserOperation<'0.7'>

type Base = { readonly client: PublicClient; readonly chainId: number; readonly contracts: Contracts }

/**
 * Builds the user operation that makes the calls, in order, from the account; it lacks only the owner's
 * signature.
 * @returns the operation and its hash, which the owner signs
 * @throws {CALL_REVERTED} one of the calls would be reverted now
 */
export const buildUserOperation = async (
  { client, chainId, contracts }: Base,
  account: Account,
  calls: readonly Call[],
): Promise<{ operation: UserOperation; hash: Hex }> => {
  const callGasLimit = await estimateCalls(client, account, calls)
  const { baseFeePerGas } = await client.getBlock()
  const maxPriorityFeePerGas = 1_000_000n
  const deployed = (await client.getCode({ address: account.address })) !== undefined
  const unsponsored: UserOperation = {
    sender: account.address,
    nonce: freshNonce(),
    ...(deployed ? {} : { factory: contracts.factory, factoryData: createAccountData(account) }),
    callData: executeData(calls),
    callGasLimit,
    // Measured: 42k, with the deployment 194k, the paymaster 18k. The limits leave twice that.
    verificationGasLimit: deployed ? 100_000n : 400_000n,
    preVerificationGas: 50_000n,
    maxFeePerGas: 2n * (baseFeePerGas ?? 0n) + maxPriorityFeePerGas,
    maxPriorityFeePerGas,
    paymaster: contracts.paymaster,
    paymasterVerificationGasLimit: 40_000n,
    paymasterPostOpGasLimit: 1n,
    paymasterData: '0x',
    signature: '0x',
  }
  const operation = { ...unsponsored, paymasterData: await sponsor(client, contracts, unsponsored) }
  return { operation, hash: userOperationHash(operation, chainId) }
}

/** @returns what the account's owner signs (EIP-191) */
export const userOperationHash = (operation: UserOperation, chainId: number): Hex =>
  getUserOperationHash({
    userOperation: operation,
    entryPointAddress: entryPoint,
    entryPointVersion: '0.7',
    chainId,
  })

/** The form the EntryPoint takes. */
export const packUserOperation = (operation: UserOperation): PackedUserOperation =>
  toPackedUserOperation(operation)

// A nonce is a 192-bit key and a 64-bit sequence number; every fresh key starts at 0. With a random key,
// operations of one account never wait for each other.
const freshNonce = (): bigint => bytesToBigInt(randomBytes(24)) << 64n

// The calls run one after another on the present state, each seeing what the ones before it did.
const estimateCalls = async (
  client: PublicClient,
  account: Account,
  calls: readonly Call[],
): Promise<bigint> => {
  const blocks = [{ calls: calls.map(call => ({ ...call, account: account.address })) }]
  const [block] = await client.simulateBlocks({ blocks }).catch((error: unknown) => {
    const index = calls.findIndex(call => call.value > 0n)
    throw error instanceof InsufficientFundsError
      ? new CallRevertedError(index, '0x', 'insufficient balance of the native token')
      : error
  })
  const results = block?.calls ?? []
  const failed = results.findIndex(result => result.status === 'failure')
  const failure = results[failed]
  if (failure !== undefined) throw new CallRevertedError(failed, failure.data)
  // gasUsed carries 21k of a transaction's own, which an inner call does not have: that and the half more are
  // the margin.
  return results.reduce((sum, result) => sum + (result.gasUsed * 3n) / 2n, 30_000n)
}

const sponsor = async (
  client: PublicClient,
  { paymaster }: Contracts,
  operation: UserOperation,
): Promise<Hex> => {
  // Valid from the beginning and for good: an approval may take days.
  const [validUntil, validAfter] = [0, 0]
  const hash = await client.readContract({
    address: paymaster,
    abi: paymasterAbi,
    functionName: 'getHash',
    args: [packUserOperation(operation), validUntil, validAfter],
  })
  const signature = await privateKeyToAccount(sponsorKey).signMessage({ message: { raw: hash } })
  const validity = encodeAbiParameters([{ type: 'uint48' }, { type: 'uint48' }], [validUntil, validAfter])
  return concat([validity, signature])
}

const paymasterAbi = parseAbi([
  'struct PackedUserOperation { address sender; uint256 nonce; bytes initCode; bytes callData; bytes32 accountGasLimits; uint256 preVerificationGas; bytes32 gasFees; bytes paymasterAndData; bytes signature; }',
  'function getHash(PackedUserOperation userOp, uint48 validUntil, uint48 validAfter) view returns (bytes32)',
])

export class CallRevertedError extends Error {
  readonly code = 'CALL_REVERTED'
  /** Which of the calls. */
  readonly index: number
  readonly reason: string
  readonly data: Hex
  constructor(index: number, data: Hex, reason: string = revertReason(data)) {
    super(`Call ${index} would be reverted: ${reason}`)
    this.name = 'CallRevertedError'
    this.index = index
    this.reason = reason
    this.data = data
  }
}
