// What the EntryPoint calls the hash of a user operation, `getUserOpHash`. Every request needs one, so no more is
// hashed than the EntryPoint hashes; the tests compare it with ethers and viem.
// https://eips.ethereum.org/EIPS/eip-4337 and https://eips.ethereum.org/EIPS/eip-712
import { keccak_256 } from '@noble/hashes/sha3.js'
import { bytesToHex, hexToBytes, utf8ToBytes } from '@noble/hashes/utils.js'
import { concatHex, type Hex } from 'viem'
import { entryPoint06Address, entryPoint07Address } from 'viem/account-abstraction'
import type { UserOperation, UserOperation06, UserOperationPayload } from './userOperation.ts'

/**
 * Computes `EntryPoint.getUserOpHash`, which is what the account's signer approves.
 *
 * @param payload A user operation for EntryPoint v0.6, v0.7 or v0.8.
 * @returns 32 bytes.
 * @throws {RangeError} a number needs more bytes than it has, which the reader of payloads lets none do.
 */
export const userOperationHash = (payload: UserOperationPayload): Hex => {
  const { chainId, entryPoint } = payload
  if (payload.entryPoint === entryPoint06Address)
    return hash([hash(fields06(payload.userOperation)), word(entryPoint), word(chainId)])
  const fields = fields07(payload.userOperation)
  if (payload.entryPoint === entryPoint07Address) return hash([hash(fields), word(entryPoint), word(chainId)])
  const domain = hash([DOMAIN_TYPE, DOMAIN_NAME, DOMAIN_VERSION, word(chainId), word(entryPoint)])
  return hash(['0x1901', domain, hash([OPERATION_TYPE, ...fields])])
}

/**
 * The EIP-191 digest of a 32-byte hash as a personal message.
 *
 * @param message 32 bytes.
 * @returns 32 bytes: keccak256("\x19Ethereum Signed Message:\n32" ‖ message).
 * @see https://eips.ethereum.org/EIPS/eip-191
 */
export const hashMessage32 = (message: Hex): Hex => hash([MESSAGE_PREFIX, message])

const fields06 = (operation: UserOperation06): readonly Hex[] => [
  word(operation.sender),
  word(operation.nonce),
  hash([operation.initCode ?? '0x']),
  hash([operation.callData]),
  word(operation.callGasLimit),
  word(operation.verificationGasLimit),
  word(operation.preVerificationGas),
  word(operation.maxFeePerGas),
  word(operation.maxPriorityFeePerGas),
  hash([operation.paymasterAndData ?? '0x']),
]

/** The members of PackedUserOperation. */
const fields07 = (operation: UserOperation): readonly Hex[] => {
  const { factory, factoryData = '0x', paymaster, paymasterData = '0x' } = operation
  const { paymasterVerificationGasLimit = 0n, paymasterPostOpGasLimit = 0n } = operation
  return [
    word(operation.sender),
    word(operation.nonce),
    factory === undefined ? EMPTY : hash([factory, factoryData]),
    hash([operation.callData]),
    halves(operation.verificationGasLimit, operation.callGasLimit),
    word(operation.preVerificationGas),
    halves(operation.maxPriorityFeePerGas, operation.maxFeePerGas),
    paymaster === undefined
      ? EMPTY
      : hash([paymaster, halves(paymasterVerificationGasLimit, paymasterPostOpGasLimit), paymasterData]),
  ]
}

/** Of the bytes one after another. */
const hash = (parts: readonly Hex[]): Hex => toHex(keccak_256(hexToBytes(concatHex(parts).slice(2))))

const toHex = (bytes: Uint8Array): Hex => `0x${bytesToHex(bytes)}`

/** A number, or an address, as 32 bytes. */
const word = (value: bigint | number | Hex): Hex =>
  `0x${padded(typeof value === 'string' ? value.slice(2) : value.toString(16), 64)}`

/** Two numbers in 16 bytes each. */
const halves = (high: bigint, low: bigint): Hex =>
  `0x${padded(high.toString(16), 32)}${padded(low.toString(16), 32)}`

/** A digit too many would be a hash of something else. */
const padded = (digits: string, length: number): string => {
  if (digits.length > length)
    throw new RangeError(`a number of ${digits.length} hex digits does not fit ${length}`)
  return digits.padStart(length, '0')
}

const hashText = (text: string): Hex => hash([toHex(utf8ToBytes(text))])

const EMPTY = hash(['0x'])
const MESSAGE_PREFIX = toHex(utf8ToBytes('\x19Ethereum Signed Message:\n32'))
const DOMAIN_TYPE = hashText(
  'EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)',
)
const DOMAIN_NAME = hashText('ERC4337')
const DOMAIN_VERSION = hashText('1')
const OPERATION_TYPE = hashText(
  'PackedUserOperation(address sender,uint256 nonce,bytes initCode,bytes callData,bytes32 accountGasLimits,uint256 preVerificationGas,bytes32 gasFees,bytes paymasterAndData)',
)
