import { AbiCoder, concat, dataSlice, keccak256, TypedDataEncoder, toBeHex, ZeroAddress } from 'ethers'
import fc from 'fast-check'
import type { Hex } from 'viem'
import { describe, expect, test } from 'vitest'
import { ACCOUNT, ALICE, ENTRY_POINT, payload } from '../../test/fixtures.ts'
import { anyUserOperation06, anyUserOperation07, faultsOf, type Json } from '../../test/payloads.ts'
import { read } from '../fields.ts'
import { type UserOperation, userOperationPayload } from './userOperation.ts'
import { examineUserOperation } from './userOperationEffects.ts'

const ENTRY_POINT_06 = '0x5FF137D4b0FDCD49DcA30c7CF57E578a026d2789'
const ENTRY_POINT_08 = '0x4337084D9E255Ff0702461CF8895CE9E3b5Ff108'

const parse = (value: unknown) => read(userOperationPayload, value)
const parseWith = (changes: Json) => parse(payload(changes)).userOperation
const examine = (value: unknown) => examineUserOperation(parse(value))
const hashOf = (value: unknown) => examine(value).hash
const issuesOf = (value: unknown) => faultsOf(userOperationPayload, value)

/** The payload for EntryPoint v0.6, with changes to the user operation. `undefined` leaves a field out. */
const payload06 = (changes: Json = {}) => {
  const {
    paymaster,
    paymasterVerificationGasLimit: _verification,
    paymasterPostOpGasLimit: _postOp,
    paymasterData: _data,
    ...operation
  } = payload().userOperation
  const userOperation = { ...operation, initCode: '0x', paymasterAndData: `${paymaster}deadbeef`, ...changes }
  return { ...payload(), entryPoint: ENTRY_POINT_06, userOperation }
}

const abi = AbiCoder.defaultAbiCoder()
const pair = (high: bigint, low: bigint) => concat([toBeHex(high, 16), toBeHex(low, 16)])

const getUserOpHash = (packed: string, entryPoint: string, chainId: bigint): string =>
  keccak256(abi.encode(['bytes32', 'address', 'uint256'], [keccak256(packed), entryPoint, chainId]))

/** EntryPoint v0.6 `getUserOpHash`, written with ethers from UserOperation.sol. */
const independentHash06 = (operation: Json, chainId: bigint): string => {
  const {
    sender,
    nonce,
    initCode = '0x',
    callData,
    paymasterAndData = '0x',
  } = operation as Record<string, string>
  const gas = [
    'callGasLimit',
    'verificationGasLimit',
    'preVerificationGas',
    'maxFeePerGas',
    'maxPriorityFeePerGas',
  ]
  const packed = abi.encode(
    ['address', 'uint256', 'bytes32', 'bytes32', ...gas.map(() => 'uint256'), 'bytes32'],
    [
      sender,
      nonce,
      keccak256(initCode),
      keccak256(callData ?? ''),
      ...gas.map(name => operation[name]),
      keccak256(paymasterAndData),
    ],
  )
  return getUserOpHash(packed, ENTRY_POINT_06, chainId)
}

/** The packed form of EntryPoint v0.7 and v0.8, written with ethers from UserOperationLib.sol. */
const pack = (operation: UserOperation) => {
  const { factory, paymaster } = operation
  return {
    sender: operation.sender,
    nonce: operation.nonce,
    initCode: factory === undefined ? '0x' : concat([factory, operation.factoryData ?? '0x']),
    callData: operation.callData,
    accountGasLimits: pair(operation.verificationGasLimit, operation.callGasLimit),
    preVerificationGas: operation.preVerificationGas,
    gasFees: pair(operation.maxPriorityFeePerGas, operation.maxFeePerGas),
    paymasterAndData:
      paymaster === undefined
        ? '0x'
        : concat([
            paymaster,
            toBeHex(operation.paymasterVerificationGasLimit ?? 0n, 16),
            toBeHex(operation.paymasterPostOpGasLimit ?? 0n, 16),
            operation.paymasterData ?? '0x',
          ]),
  }
}

const independentHash07 = (operation: UserOperation, chainId: bigint): string => {
  const packed = pack(operation)
  const encoded = abi.encode(
    ['address', 'uint256', 'bytes32', 'bytes32', 'bytes32', 'uint256', 'bytes32', 'bytes32'],
    [
      packed.sender,
      packed.nonce,
      keccak256(packed.initCode),
      keccak256(packed.callData),
      packed.accountGasLimits,
      packed.preVerificationGas,
      packed.gasFees,
      keccak256(packed.paymasterAndData),
    ],
  )
  return getUserOpHash(encoded, ENTRY_POINT, chainId)
}

const independentHash08 = (operation: UserOperation, chainId: bigint): string => {
  const member = (declaration: string) => {
    const [type = '', name = ''] = declaration.split(' ')
    return { type, name }
  }
  const members =
    'address sender,uint256 nonce,bytes initCode,bytes callData,bytes32 accountGasLimits,uint256 preVerificationGas,bytes32 gasFees,bytes paymasterAndData'
  return TypedDataEncoder.hash(
    { name: 'ERC4337', version: '1', chainId, verifyingContract: ENTRY_POINT_08 },
    { PackedUserOperation: members.split(',').map(member) },
    pack(operation),
  )
}

test('hash(operation) = the EntryPoint v0.6 hash, computed with ethers', () => {
  fc.assert(
    fc.property(anyUserOperation06, fc.integer({ min: 1 }), (userOperation, chainId) => {
      const parsed = { kind: 'userOperation', chainId, entryPoint: ENTRY_POINT_06, userOperation }
      expect(hashOf(parsed)).toBe(independentHash06(userOperation, BigInt(chainId)))
    }),
    { numRuns: 300 },
  )
})

test.each([
  ['v0.7', ENTRY_POINT, independentHash07],
  ['v0.8', ENTRY_POINT_08, independentHash08],
])(
  'hash(operation) = the EntryPoint %s hash, computed with ethers',
  (_version, entryPoint, independentHash) => {
    fc.assert(
      fc.property(anyUserOperation07, fc.integer({ min: 1 }), (userOperation, chainId) => {
        const parsed = parse({ kind: 'userOperation', chainId, entryPoint, userOperation })
        expect(hashOf({ kind: 'userOperation', chainId, entryPoint, userOperation })).toBe(
          independentHash(parsed.userOperation, BigInt(chainId)),
        )
      }),
      { numRuns: 300 },
    )
  },
)

test('any flipped byte of callData changes the hash', () => {
  const original = payload().userOperation.callData
  fc.assert(
    fc.property(fc.nat(), fc.integer({ min: 1, max: 255 }), (at, mask) => {
      const bytes = Buffer.from(original.slice(2), 'hex')
      const index = at % bytes.length
      bytes[index] = (bytes[index] ?? 0) ^ mask
      const callData: Hex = `0x${bytes.toString('hex')}`
      expect(hashOf(payload({ callData }))).not.toBe(hashOf(payload()))
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
  expect(hashOf(payload({ [name]: '0x777' }))).not.toBe(hashOf(payload()))
})

test('behavior: the signature is accepted, and not part of the hash', () => {
  expect(hashOf(payload({ signature: undefined }))).toBe(hashOf(payload()))
  expect(hashOf(payload06({ signature: undefined }))).toBe(hashOf(payload06()))
})

test('behavior: quantities may have leading zeros and upper-case digits', () => {
  expect(parseWith({ nonce: '0x001F' }).nonce).toBe(31n)
})

test.each([ENTRY_POINT_06, ENTRY_POINT, ENTRY_POINT_08])('behavior: %s may be in lower case', entryPoint => {
  const value = entryPoint === ENTRY_POINT_06 ? payload06() : payload()
  expect(parse({ ...value, entryPoint: entryPoint.toLowerCase() }).entryPoint).toBe(entryPoint)
})

test('behavior: the three EntryPoints hash the same operation differently', () => {
  const without = {
    paymaster: undefined,
    paymasterVerificationGasLimit: undefined,
    paymasterPostOpGasLimit: undefined,
    paymasterData: undefined,
  }
  const hashes = [
    hashOf(payload06({ paymasterAndData: undefined })),
    hashOf(payload(without)),
    hashOf({ ...payload(without), entryPoint: ENTRY_POINT_08 }),
  ]
  expect(new Set(hashes).size).toBe(3)
})

test('behavior: a parsed payload is frozen through and through', () => {
  const parsed = parse(payload())
  expect(Object.isFrozen(parsed)).toBe(true)
  expect(Object.isFrozen(parsed.userOperation)).toBe(true)
})

describe('fee', () => {
  const feeOf = (value: unknown) => examine(value).effects.filter(effect => effect.kind === 'fee')
  const fee = (changes: Json) => feeOf(payload(changes))
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

describe('fee of v0.6', () => {
  const fee = (changes: Json) => examine(payload06(changes)).effects.at(-1)
  const [call, verification, pre] = [0x13880n, 0x186a0n, 0xc350n]

  test('behavior: with a paymaster the gas of verification counts three times', () => {
    const payer = dataSlice(payload06().userOperation.paymasterAndData, 0, 20)
    const maximum = (call + 3n * verification + pre) * 1_000_000_000n
    expect(fee({})).toEqual({ kind: 'fee', payer, maximum })
  })

  test.each([
    ['no paymaster', undefined],
    ['an empty paymaster', '0x'],
    ['the zero address as paymaster', ZeroAddress],
  ])('behavior: with %s the account pays', (_name, paymasterAndData) => {
    const maximum = (call + verification + pre) * 1_000_000_000n
    expect(fee({ paymasterAndData })).toEqual({ kind: 'fee', payer: ACCOUNT, maximum })
  })
})

test('behavior: what is found out of an operation', () => {
  expect(examine(payload())).toMatchObject({
    chainId: 84532,
    account: ACCOUNT,
    origin: '/payload/userOperation/callData',
  })
})

test.each([
  ['v0.6', payload06({ initCode: `${ALICE}1234` })],
  ['v0.7', payload({ factory: ALICE, factoryData: '0x1234' })],
  ['v0.8', { ...payload({ factory: ALICE, factoryData: '0x1234' }), entryPoint: ENTRY_POINT_08 }],
])('behavior: a factory of %s is a deployment of the account', (_version, value) => {
  const { effects } = examine(value)
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
    'initCode shorter than an address': [
      payload06({ initCode: '0x1234' }),
      ['/userOperation/initCode INVALID_HEX'],
    ],
    'paymasterAndData shorter than an address': [
      payload06({ paymasterAndData: `0x${'12'.repeat(19)}` }),
      ['/userOperation/paymasterAndData INVALID_HEX'],
    ],
    'the EIP-7702 marker in initCode': [
      payload06({ initCode: `0x7702${'00'.repeat(18)}12` }),
      ['/userOperation/initCode UNSUPPORTED_FACTORY'],
    ],
    'fields of v0.7 for v0.6': [
      payload06({ factory: ALICE, paymaster: ALICE }),
      ['/userOperation/factory UNKNOWN_FIELD', '/userOperation/paymaster UNKNOWN_FIELD'],
    ],
    'fields of v0.6 for v0.8': [
      { ...payload({ initCode: '0x', paymasterAndData: '0x' }), entryPoint: ENTRY_POINT_08 },
      ['/userOperation/initCode UNKNOWN_FIELD', '/userOperation/paymasterAndData UNKNOWN_FIELD'],
    ],
    'v0.6 with a wrong checksum': [
      { ...payload06(), entryPoint: ENTRY_POINT_06.replace('FF', 'ff') },
      ['/entryPoint INVALID_ADDRESS'],
    ],
    'a list for the user operation': [{ ...payload(), userOperation: [] }, ['/userOperation WRONG_TYPE']],
  }
  test.each(Object.entries(cases))('error: %s', (_name, [value, issues]) => {
    expect(issuesOf(value)).toEqual(issues)
  })

  test.each([null, [], 'text', 1, true])('error: %j is no payload', value => {
    expect(issuesOf(value)).toEqual([' WRONG_TYPE'])
  })

  test.each(['initCode', 'paymasterAndData'])('error: half a byte of %s is one fault', field => {
    for (const value of ['0x1', '', null, 5, `${ALICE}1`])
      expect(issuesOf(payload06({ [field]: value }))).toEqual([`/userOperation/${field} INVALID_HEX`])
  })
})
