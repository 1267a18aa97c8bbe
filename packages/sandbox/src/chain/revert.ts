// What a failed call says: Solidity's Error(string) and Panic(uint256), and the EntryPoint's FailedOp family
// (ERC-4337).
import { BaseError, decodeErrorResult, type Hex, parseAbi, RawContractError } from 'viem'
import { entryPoint07Abi } from 'viem/account-abstraction'

const abi = [...entryPoint07Abi, ...parseAbi(['error Error(string)', 'error Panic(uint256)'])] as const

/**
 * @param data revert data
 * @returns the reason in words; the data itself where it has no known form
 */
export const revertReason = (data: Hex): string => {
  if (data === '0x') return 'reverted without a reason'
  try {
    const { errorName, args } = decodeErrorResult({ abi, data })
    switch (errorName) {
      case 'Error':
        return args[0]
      case 'FailedOp':
        return args[1]
      case 'FailedOpWithRevert':
        return `${args[1]}: ${revertReason(args[2])}`
      default:
        return `${errorName}(${(args ?? []).join(', ')})`
    }
  } catch {
    return data
  }
}

/** The revert data inside an error of viem; `undefined` where the call failed for another reason. */
export const revertData = (error: unknown): Hex | undefined => {
  if (!(error instanceof BaseError)) return undefined
  const raw = error.walk(inner => inner instanceof RawContractError || hasData(inner))
  if (raw instanceof RawContractError) return typeof raw.data === 'object' ? raw.data.data : raw.data
  return hasData(raw) ? raw.data : undefined
}

const hasData = (error: unknown): error is { data: Hex } =>
  typeof error === 'object' &&
  error !== null &&
  'data' in error &&
  typeof error.data === 'string' &&
  error.data.startsWith('0x')
