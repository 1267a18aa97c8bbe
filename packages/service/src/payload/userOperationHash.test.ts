import { getBytes, hashMessage } from 'ethers'
import fc from 'fast-check'
import {
  entryPoint06Address,
  entryPoint07Address,
  entryPoint08Address,
  getUserOperationHash,
} from 'viem/account-abstraction'
import { expect, test } from 'vitest'
import { payload } from '../../test/fixtures.ts'
import { anyHash, anyUserOperation06, anyUserOperation07 } from '../../test/payloads.ts'
import { read } from '../fields.ts'
import { userOperationPayload } from './userOperation.ts'
import { hashMessage32, userOperationHash } from './userOperationHash.ts'

test.each([
  ['0.6', entryPoint06Address, anyUserOperation06],
  ['0.7', entryPoint07Address, anyUserOperation07],
  ['0.8', entryPoint08Address, anyUserOperation07],
] as const)('hash(operation) for EntryPoint v%s = viem’s', (entryPointVersion, entryPointAddress, any) => {
  fc.assert(
    fc.property(any, fc.integer({ min: 1 }), (stated, chainId) => {
      const parsed = read(userOperationPayload, {
        kind: 'userOperation',
        chainId,
        entryPoint: entryPointAddress,
        userOperation: stated,
      })
      const userOperation = { ...parsed.userOperation, signature: '0x' } as const
      expect(userOperationHash(parsed)).toBe(
        getUserOperationHash({ chainId, entryPointAddress, entryPointVersion, userOperation }),
      )
    }),
    { numRuns: 300 },
  )
})

test('the digest of a hash is that of its 32 bytes as a message, computed with ethers', () => {
  fc.assert(
    fc.property(anyHash, hash => {
      expect(hashMessage32(hash)).toBe(hashMessage(getBytes(hash)))
    }),
  )
})

test.each([
  ['nonce', 1n << 256n, 64],
  ['callGasLimit', 1n << 128n, 32],
  ['maxFeePerGas', 1n << 128n, 32],
])('a %s that has no room is no other number', (field, value, room) => {
  const parsed = read(userOperationPayload, payload())
  const userOperation = { ...parsed.userOperation, [field]: value }
  expect(() => userOperationHash({ ...parsed, userOperation } as typeof parsed)).toThrow(
    new RangeError(`a number of ${room + 1} hex digits does not fit ${room}`),
  )
})
