import { AbiCoder, concat, keccak256, toBeHex, ZeroAddress } from 'ethers'
import fc from 'fast-check'
import type { Hex } from 'viem'
import { describe, expect, test } from 'vitest'
import { ACCOUNT, ALICE, anyAddress, ENTRY_POINT, hexOf, payload } from '../../test/fixtures.ts'
import { read } from '../fields.ts'
import { ServiceError } from '../problem.ts'
import {
  type UserOperation,
  userOperationEffects,
  userOperationHash,
  userOperationPayload,
} from './userOperation.ts'

const parse = (value: unknown) => read(userOperationPayload, value)
const parseWith = (changes: Readonly<Record<string, unknown>>) => parse(payload(changes)).userOperation
const issuesOf = (value: unknown): readonly string[] => {
  try {
    parse(value)
  } catch (error) {
    if (error instanceof ServiceError) return error.issues.map(({ path, code }) => `${path} ${code}`)
  }
  return []
}

/** EntryPoint v0.7 `getUserOpHash`, written with ethers from UserOperationLib.sol. */
const independentHash = (operation: UserOperation, chainId: bigint): string => {
  const abi = AbiCoder.defaultAbiCoder()
  const pair = (high: bigint, low: bigint) => concat([toBeHex(high, 16), toBeHex(low, 16)])
  const { factory, paymaster } = operation
  const initCode = factory === undefined ? '0x' : concat([factory, operation.factoryData ?? '0x'])
  const paymasterAndData =
    paymaster === undefined
      ? '0x'
      : concat([
          paymaster,
          toBeHex(operation.paymasterVerificationGasLimit ?? 0n, 16),
          toBeHex(operation.paymasterPostOpGasLimit ?? 0n, 16),
          operation.paymasterData ?? '0x',
        ])
  const packed = abi.encode(
    ['address', 'uint256', 'bytes32', 'bytes32', 'bytes32', 'uint256', 'bytes32', 'bytes32'],
    [
      operation.sender,
      operation.nonce,
      keccak256(initCode),
      keccak256(operation.callData),
      pair(operation.verificationGasLimit, operation.callGasLimit),
      operation.preVerificationGas,
      pair(operation.maxPriorityFeePerGas, operation.maxFeePerGas),
      keccak256(paymasterAndData),
    ],
  )
  return keccak256(abi.encode(['bytes32', 'address', 'uint256'], [keccak256(packed), ENTRY_POINT, chainId]))
}

const gas = fc.bigInt({ min: 0n, max: 2n ** 120n - 1n }).map(value => `0x${value.toString(16)}`)
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined })

/** User operations over the whole domain that the service accepts, with and without factory and paymaster. */
const anyUserOperation = fc
  .record({
    base: fc.record({
      sender: anyAddress,
      nonce: fc.bigInt({ min: 0n, max: 2n ** 256n - 1n }).map(value => `0x${value.toString(16)}`),
      callData: hexOf({ maxLength: 100 }),
      callGasLimit: gas,
      verificationGasLimit: gas,
      preVerificationGas: gas,
      maxFeePerGas: gas,
      maxPriorityFeePerGas: gas,
    }),
    factory: maybe(fc.record({ factory: anyAddress, factoryData: maybe(hexOf({ maxLength: 60 })) })),
    paymaster: maybe(
      fc.record({
        paymaster: anyAddress,
        paymasterVerificationGasLimit: maybe(gas),
        paymasterPostOpGasLimit: maybe(gas),
        paymasterData: maybe(hexOf({ maxLength: 60 })),
      }),
    ),
  })
  .map(({ base, factory, paymaster }) => ({ ...base, ...factory, ...paymaster }))

test('hash(operation) = the EntryPoint v0.7 hash, computed with ethers', () => {
  fc.assert(
    fc.property(anyUserOperation, fc.integer({ min: 1 }), (userOperation, chainId) => {
      const parsed = parse({ kind: 'userOperation', chainId, entryPoint: ENTRY_POINT, userOperation })
      expect(userOperationHash(parsed)).toBe(independentHash(parsed.userOperation, BigInt(chainId)))
    }),
    { numRuns: 100 },
  )
})

test('any flipped byte of callData changes the hash', () => {
  const original = parse(payload())
  fc.assert(
    fc.property(fc.nat(), fc.integer({ min: 1, max: 255 }), (at, mask) => {
      const bytes = Buffer.from(original.userOperation.callData.slice(2), 'hex')
      const index = at % bytes.length
      bytes[index] = (bytes[index] ?? 0) ^ mask
      const callData: Hex = `0x${bytes.toString('hex')}`
      const flipped = { ...original, userOperation: { ...original.userOperation, callData } }
      expect(userOperationHash(flipped)).not.toBe(userOperationHash(original))
    }),
    { numRuns: 50 },
  )
})

test.each([
  'nonce',
  'callGasLimit',
  'verificationGasLimit',
  'preVerificationGas',
  'maxFeePerGas',
  'maxPriorityFeePerGas',
  'paymasterVerificationGasLimit',
  'paymasterPostOpGasLimit',
])('the hash commits to %s', name => {
  expect(userOperationHash(parse(payload({ [name]: '0x777' })))).not.toBe(userOperationHash(parse(payload())))
})

test('behavior: the signature is accepted, and not part of the hash', () => {
  expect(userOperationHash(parse(payload({ signature: undefined })))).toBe(
    userOperationHash(parse(payload())),
  )
})

test('behavior: quantities may have leading zeros and upper-case digits', () => {
  expect(parseWith({ nonce: '0x001F' }).nonce).toBe(31n)
})

test('behavior: a parsed payload is frozen through and through', () => {
  const parsed = parse(payload())
  expect(Object.isFrozen(parsed)).toBe(true)
  expect(Object.isFrozen(parsed.userOperation)).toBe(true)
})

describe('fee', () => {
  const fee = (changes: Readonly<Record<string, unknown>>) =>
    userOperationEffects(parse(payload(changes))).filter(effect => effect.kind === 'fee')
  const gasLimits = 0x13880n + 0x186a0n + 0xc350n

  test('behavior: the maximum is all gas limits times maxFeePerGas, paid by the paymaster', () => {
    const payer = '0x2222222222222222222222222222222222222222'
    expect(fee({})).toEqual([{ kind: 'fee', payer, maximum: (gasLimits + 0x7530n + 1n) * 1_000_000_000n }])
  })

  const without = {
    paymasterVerificationGasLimit: undefined,
    paymasterPostOpGasLimit: undefined,
    paymasterData: undefined,
  }
  test.each([
    ['no paymaster', undefined],
    ['the zero address as paymaster', ZeroAddress],
  ])('behavior: with %s the account pays', (_name, paymaster) => {
    const expected = { kind: 'fee', payer: ACCOUNT, maximum: gasLimits * 1_000_000_000n }
    expect(fee({ ...without, paymaster })).toEqual([expected])
  })
})

test('behavior: a factory is a deployment of the account', () => {
  const effects = userOperationEffects(parse(payload({ factory: ALICE, factoryData: '0x1234' })))
  expect(effects[0]).toEqual({ kind: 'deployment', account: ACCOUNT, factory: ALICE })
  expect(effects.map(effect => effect.kind)).toEqual(['deployment', 'transfer', 'fee'])
})

describe('error', () => {
  const cases: Readonly<Record<string, readonly [unknown, readonly string[]]>> = {
    'factoryData without factory': [
      payload({ factoryData: '0x' }),
      ['/userOperation/factoryData INCONSISTENT'],
    ],
    'paymaster fields without paymaster': [
      payload({ paymaster: undefined }),
      [
        '/userOperation/paymasterVerificationGasLimit INCONSISTENT',
        '/userOperation/paymasterPostOpGasLimit INCONSISTENT',
        '/userOperation/paymasterData INCONSISTENT',
      ],
    ],
    'the EIP-7702 marker as factory': [
      payload({ factory: '0x7702000000000000000000000000000000000000', factoryData: '0x' }),
      ['/userOperation/factory UNSUPPORTED_FACTORY'],
    ],
    'the short EIP-7702 marker as factory': [
      payload({ factory: '0x7702' }),
      ['/userOperation/factory INVALID_ADDRESS'],
    ],
    'gas of 2^120': [
      payload({ callGasLimit: `0x1${'0'.repeat(30)}` }),
      ['/userOperation/callGasLimit OUT_OF_RANGE'],
    ],
    'a nonce of 257 bits': [
      payload({ nonce: `0x1${'0'.repeat(64)}` }),
      ['/userOperation/nonce INVALID_QUANTITY'],
    ],
    'a decimal quantity': [payload({ nonce: '31' }), ['/userOperation/nonce INVALID_QUANTITY']],
    'a number as quantity': [payload({ nonce: 31 }), ['/userOperation/nonce INVALID_QUANTITY']],
    'half a byte of call data': [payload({ callData: '0x1' }), ['/userOperation/callData INVALID_HEX']],
    'null for an optional field': [payload({ factory: null }), ['/userOperation/factory INVALID_ADDRESS']],
    'a field of the packed form': [payload({ initCode: '0x' }), ['/userOperation/initCode UNKNOWN_FIELD']],
    'another EntryPoint': [{ ...payload(), entryPoint: ALICE }, ['/entryPoint UNSUPPORTED_ENTRY_POINT']],
    'no EntryPoint': [{ ...payload(), entryPoint: undefined }, ['/entryPoint REQUIRED']],
    'a chain id of zero': [{ ...payload(), chainId: 0 }, ['/chainId OUT_OF_RANGE']],
    'a chain id as text': [{ ...payload(), chainId: '84532' }, ['/chainId OUT_OF_RANGE']],
    'a chain id beyond exact integers': [{ ...payload(), chainId: 2 ** 53 }, ['/chainId OUT_OF_RANGE']],
    'another kind': [{ ...payload(), kind: 'transaction' }, ['/kind UNSUPPORTED_KIND']],
    'a list for the user operation': [{ ...payload(), userOperation: [] }, ['/userOperation WRONG_TYPE']],
  }
  test.each(Object.entries(cases))('error: %s', (_name, [value, issues]) => {
    expect(issuesOf(value)).toEqual(issues)
  })
})
