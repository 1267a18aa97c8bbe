import { encodeAbiParameters, encodeErrorResult, parseAbi } from 'viem'
import { entryPoint07Abi } from 'viem/account-abstraction'
import { expect, test } from 'vitest'
import { revertReason } from './revert.ts'

const error = encodeErrorResult({ abi: parseAbi(['error Error(string)']), args: ['no money'] })

test("FailedOpWithRevert: the EntryPoint's reason, then the reason inside", () => {
  const failedOp = (inner: `0x${string}`) =>
    encodeErrorResult({
      abi: entryPoint07Abi,
      errorName: 'FailedOpWithRevert',
      args: [0n, 'AA23 reverted', inner],
    })
  expect(revertReason(failedOp(error))).toBe('AA23 reverted: no money')
  expect(revertReason(failedOp('0x'))).toBe('AA23 reverted: reverted without a reason')
})

test('Panic by its number, anything unknown as it is', () => {
  const panic = encodeErrorResult({ abi: parseAbi(['error Panic(uint256)']), args: [17n] })
  expect(revertReason(panic)).toBe('Panic(17)')
  const unknown = encodeAbiParameters([{ type: 'uint256' }], [1n])
  expect(revertReason(unknown)).toBe(unknown)
})
