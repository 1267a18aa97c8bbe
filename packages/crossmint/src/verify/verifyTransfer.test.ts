import {
  AbiCoder,
  concat as concatBytes,
  keccak256 as ethersKeccak,
  Interface,
  toBeHex,
  zeroPadValue,
} from 'ethers'
import fc from 'fast-check'
import { type Address, getAddress, type Hex } from 'viem'
import { describe, expect, test } from 'vitest'
import { hashOf, usdc, userOperationOf, wallet } from '../../test/fakeCrossmint.ts'
import { transaction as readTransaction, type Transaction } from '../client/transaction.ts'
import { hashUserOperation, toUserOperationJson } from './userOperation.ts'
import { type ExpectedTransfer, TransferMismatchError, verifyTransfer } from './verifyTransfer.ts'

const recipient = getAddress('0x00000000000000000000000000000000000ac3e0')
const signer = getAddress('0x000000000000000000000000000000000000514e')
const expected: ExpectedTransfer = {
  wallet,
  chainId: 84532,
  token: usdc,
  recipient,
  amount: 250_500_000n,
  signer,
}

// Independent encodings, by ethers.
const erc20 = new Interface([
  'function transfer(address to, uint256 amount)',
  'function approve(address to, uint256 amount)',
])
const simple = new Interface([
  'function execute(address,uint256,bytes)',
  'function executeBatch(address[],uint256[],bytes[])',
])
const modular = new Interface(['function execute(bytes32,bytes)'])
const inner = erc20.encodeFunctionData('transfer', [recipient, 250_500_000n]) as Hex
const word = (first: string): string => first.padEnd(66, '0')
const packed = concatBytes([usdc, zeroPadValue('0x00', 32), inner])
const batchOf = (calls: readonly (readonly [string, bigint, string])[]): string =>
  AbiCoder.defaultAbiCoder().encode(['tuple(address,uint256,bytes)[]'], [calls])

const accepted = {
  'SimpleAccount execute': simple.encodeFunctionData('execute', [usdc, 0n, inner]),
  'SimpleAccount executeBatch of one': simple.encodeFunctionData('executeBatch', [[usdc], [0n], [inner]]),
  'SimpleAccount executeBatch of one, values left out': simple.encodeFunctionData('executeBatch', [
    [usdc],
    [],
    [inner],
  ]),
  'ERC-7579 single': modular.encodeFunctionData('execute', [word('0x00'), packed]),
  'ERC-7579 batch of one': modular.encodeFunctionData('execute', [
    word('0x01'),
    batchOf([[usdc, 0n, inner]]),
  ]),
} as Record<string, Hex>

describe.each(Object.entries(accepted))('%s', (_, callData) => {
  test('default', () => {
    const transaction = transactionOf({ callData })
    const verified = verifyTransfer(transaction, expected)
    expect(verified).toMatchObject({
      message: transaction.onChain.userOperationHash,
      pendingSigner: `external-wallet:${signer}`,
      deployment: undefined,
      maximumFee: 0n,
    })
  })

  test('any byte of the call data changed, even with a matching hash ≡ refused', () => {
    const bytes = Buffer.from(callData.slice(2), 'hex')
    const position = fc.nat({ max: bytes.length - 1 })
    fc.assert(
      fc.property(position, fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const changed = Buffer.from(bytes)
        changed.writeUInt8(changed.readUInt8(at) ^ flip, at)
        expectRefusal(transactionOf({ callData: `0x${changed.toString('hex')}` }))
      }),
      { numRuns: 150 },
    )
  })

  test('any bytes added, or cut off ≡ refused', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 1, maxLength: 64 }),
        fc.integer({ min: 1, max: 200 }),
        (more, cut) => {
          expectRefusal(transactionOf({ callData: `${callData}${Buffer.from(more).toString('hex')}` }))
          expectRefusal(transactionOf({ callData: callData.slice(0, -2 * cut) }))
        },
      ),
      { numRuns: 30 },
    )
  })
})

const stranger = '0x00000000000000000000000000000000000bad00'
const transferOf = (to: string, amount: bigint): string => erc20.encodeFunctionData('transfer', [to, amount])
const executeOf = (to: string, value: bigint, data: string): string =>
  simple.encodeFunctionData('execute', [to, value, data])
const refused: Record<string, readonly [string, string]> = {
  'another recipient': [executeOf(usdc, 0n, transferOf(stranger, 250_500_000n)), 'recipient'],
  'another amount': [executeOf(usdc, 0n, transferOf(recipient, 250_500_001n)), 'amount'],
  'another token': [executeOf(stranger, 0n, inner), 'token'],
  'native value besides': [executeOf(usdc, 1n, inner), 'value'],
  'an approval instead': [
    executeOf(usdc, 0n, erc20.encodeFunctionData('approve', [recipient, 250_500_000n])),
    'call',
  ],
  'no data': [executeOf(usdc, 0n, '0x'), 'call'],
  'a second call': [
    simple.encodeFunctionData('executeBatch', [
      [usdc, stranger],
      [0n, 0n],
      [inner, '0x'],
    ]),
    'callData',
  ],
  'no call': [simple.encodeFunctionData('executeBatch', [[], [], []]), 'callData'],
  'a second call, ERC-7579': [
    modular.encodeFunctionData('execute', [
      word('0x01'),
      batchOf([
        [usdc, 0n, inner],
        [usdc, 0n, inner],
      ]),
    ]),
    'callData',
  ],
  'a delegatecall': [
    modular.encodeFunctionData('execute', [word('0xff'), concatBytes([usdc, inner])]),
    'callData',
  ],
  'a call that may fail unnoticed (ERC-7579 try)': [
    modular.encodeFunctionData('execute', [word('0x0001'), packed]),
    'callData',
  ],
  'an unknown function': ['0x12345678', 'callData'],
  'empty call data': ['0x', 'callData'],
  'the transfer, not canonically encoded': [`${accepted['SimpleAccount execute']}00`, 'callData'],
}

test.each(Object.entries(refused))('error: %s', (_, [callData, field]) => {
  expect(differencesOf(transactionOf({ callData })).map(one => one.field)).toEqual([field])
})

test.each<[string, Record<string, string | undefined>, string]>([
  ['another wallet pays', { sender: stranger }, 'sender'],
  ['factory data without a factory', { factoryData: '0x00' }, 'factoryData'],
  [
    'a delegation as factory (EIP-7702)',
    { factory: '0x7702000000000000000000000000000000000000', factoryData: '0x' },
    'factory',
  ],
  [
    'a factory for a wallet that has used a nonce',
    { nonce: '0x1', factory: stranger, factoryData: '0x00' },
    'factory',
  ],
  ['a stray paymaster gas limit', { paymaster: undefined, paymasterData: undefined }, 'paymasterData'],
])('error: %s', (_, changes, field) => {
  const anyFee = { ...expected, maximumFee: 2n ** 256n }
  expect(differencesOf(transactionOf(changes), anyFee).map(one => one.field)).toEqual([field])
})

test('behavior: the first operation of a wallet deploys it, and that is reported', () => {
  const factory = getAddress('0x00000000000000000000000000000000000fac70')
  const nonce = `0x${'ab'.repeat(24)}0000000000000000`
  const transaction = transactionOf({ factory, factoryData: '0x1234', nonce })
  expect(verifyTransfer(transaction, expected).deployment).toBe(factory)
})

test('behavior: empty paymaster fields without a paymaster are harmless, and are not sent on', () => {
  const limits = { paymasterVerificationGasLimit: '0x0', paymasterPostOpGasLimit: '0x0', paymasterData: '0x' }
  const transaction = transactionOf({ paymaster: undefined, ...limits })
  const { userOperation } = verifyTransfer(transaction, { ...expected, maximumFee: 10n ** 18n })
  expect(
    Object.keys(toUserOperationJson(userOperation)).filter(name => name.startsWith('paymaster')),
  ).toEqual([])
})

test('behavior: the zero address is no paymaster: the wallet pays', () => {
  const transaction = transactionOf({ paymaster: `0x${'00'.repeat(20)}` })
  // 100000 + 100000 + 50000 gas, and 30001 more in the paymaster's name, at 1 gwei.
  const fee = 280_001n * 10n ** 9n
  expect(differencesOf(transaction)).toEqual([
    { field: 'fee', expected: 'at most 0 wei', found: `up to ${fee} wei` },
  ])
  expect(differencesOf(transaction, { ...expected, maximumFee: fee - 1n }).length).toBe(1)
  expect(verifyTransfer(transaction, { ...expected, maximumFee: fee }).maximumFee).toBe(fee)
})

describe('every field of the operation is under the hash', () => {
  const numbers = [
    'nonce',
    'callGasLimit',
    'verificationGasLimit',
    'preVerificationGas',
    'maxFeePerGas',
    'maxPriorityFeePerGas',
  ]
  const paymasterNumbers = ['paymasterVerificationGasLimit', 'paymasterPostOpGasLimit']
  const changes: Record<string, string> = {
    ...Object.fromEntries([...numbers, ...paymasterNumbers].map(name => [name, '0x2a'])),
    paymaster: stranger,
    paymasterData: '0x2a',
    factory: stranger,
    factoryData: '0x2a',
  }
  const original = { nonce: '0x0', factory: wallet, factoryData: '0x00' }

  test.each(Object.entries(changes))('error: %s changed', (name, value) => {
    const before = transactionOf(original)
    const after = transactionOf({ ...original, [name]: value })
    const mixed = { ...before, onChain: { ...before.onChain, userOperation: after.onChain.userOperation } }
    expect(differencesOf(mixed).map(one => one.field)).toContain('userOperationHash')
    expect(differencesOf(mixed).map(one => one.field)).toContain('message')
  })
})

test('error: another message than the hash, for this signer', () => {
  const transaction = transactionOf({})
  const pending = transaction.approvals.pending.map(one => ({ ...one, message: `0x${'00'.repeat(32)}` }))
  const changed = { ...transaction, approvals: { ...transaction.approvals, pending } }
  expect(differencesOf(changed).map(one => one.field)).toEqual(['message'])
})

test('behavior: the message of another signer is not our business', () => {
  const transaction = transactionOf({})
  const other = {
    signer: { type: 'passkey', locator: 'passkey:1', address: undefined },
    message: 'challenge',
  }
  const pending = [other, ...transaction.approvals.pending]
  const changed = { ...transaction, approvals: { ...transaction.approvals, pending } }
  expect(verifyTransfer(changed, expected).pendingSigner).toBe(`external-wallet:${signer}`)
})

test('error: another chain', () => {
  expect(differencesOf(transactionOf({}), { ...expected, chainId: 8453 }).map(one => one.field)).toEqual([
    'userOperationHash',
    'message',
  ])
})

test('error: every difference at once, in words', () => {
  const callData = executeOf(usdc, 0n, transferOf(stranger, 1n))
  const transaction = { ...transactionOf({ callData, sender: stranger }), id: 'b984491a' }
  expect(() => verifyTransfer(transaction, expected)).toThrowErrorMatchingInlineSnapshot(`
    [TransferMismatchError: transaction b984491a is not the transfer that was asked for, so it was not signed:
      - sender: expected 0x00000000000000000000000000000000000a11ce, found 0x00000000000000000000000000000000000bad00
      - recipient: expected 0x00000000000000000000000000000000000Ac3E0, found 0x00000000000000000000000000000000000BAd00
      - amount: expected 250500000 base units, found 1 base units
    Do not approve it. Ask Crossmint why, and pay under a new reference.]
  `)
})

test("the hash ≡ the packed operation's, encoded by ethers", () => {
  const quantity = fc.bigInt({ min: 0n, max: 2n ** 120n - 1n })
  const bytes = fc.uint8Array({ maxLength: 70 }).map(some => `0x${Buffer.from(some).toString('hex')}` as Hex)
  const operation = fc.record({
    nonce: fc.bigInt({ min: 0n, max: 2n ** 256n - 1n }),
    callData: bytes,
    factory: fc.option(fc.constant(stranger as Address), { nil: undefined }),
    factoryData: bytes,
    callGasLimit: quantity,
    verificationGasLimit: quantity,
    preVerificationGas: quantity,
    maxFeePerGas: quantity,
    maxPriorityFeePerGas: quantity,
    paymaster: fc.option(fc.constant(recipient as Address), { nil: undefined }),
    paymasterVerificationGasLimit: quantity,
    paymasterPostOpGasLimit: quantity,
    paymasterData: bytes,
  })
  fc.assert(
    fc.property(operation, fc.integer({ min: 1, max: 2 ** 40 }), (fields, chainId) => {
      const pair = (high: bigint, low: bigint): string => toBeHex((high << 128n) | low, 32)
      const initCode = fields.factory === undefined ? '0x' : concatBytes([fields.factory, fields.factoryData])
      const limits = pair(fields.paymasterVerificationGasLimit, fields.paymasterPostOpGasLimit)
      const paymasterAndData =
        fields.paymaster === undefined ? '0x' : concatBytes([fields.paymaster, limits, fields.paymasterData])
      const coder = AbiCoder.defaultAbiCoder()
      const struct = coder.encode(
        ['address', 'uint256', 'bytes32', 'bytes32', 'bytes32', 'uint256', 'bytes32', 'bytes32'],
        [
          wallet,
          fields.nonce,
          ethersKeccak(initCode),
          ethersKeccak(fields.callData),
          pair(fields.verificationGasLimit, fields.callGasLimit),
          fields.preVerificationGas,
          pair(fields.maxPriorityFeePerGas, fields.maxFeePerGas),
          ethersKeccak(paymasterAndData),
        ],
      )
      const entryPoint = '0x0000000071727De22E5E9d8BAf0edAc6f37da032'
      const hash = coder.encode(
        ['bytes32', 'address', 'uint256'],
        [ethersKeccak(struct), entryPoint, chainId],
      )
      expect(hashUserOperation({ sender: wallet, ...fields }, chainId)).toBe(ethersKeccak(hash))
    }),
    { numRuns: 100 },
  )
})

/** A transaction as Crossmint would send it, consistent in itself. */
function transactionOf(changes: Record<string, string | undefined>): Transaction {
  const given = { ...userOperationOf('0x7', inner), ...changes }
  const userOperation = Object.fromEntries(
    Object.entries(given).filter((pair): pair is [string, string] => pair[1] !== undefined),
  )
  const hash = hashOf(userOperation)
  const locator = `external-wallet:${signer}`
  return readTransaction(
    {
      id: 'b984491a-5785-43c0-8811-45d46fe6e520',
      chainType: 'evm',
      walletType: 'smart',
      status: 'awaiting-approval',
      onChain: { userOperation, userOperationHash: hash },
      approvals: {
        pending: [{ signer: { type: 'external-wallet', address: signer, locator }, message: hash }],
        submitted: [],
        required: 1,
      },
      createdAt: 1763800000000,
    },
    '',
  )
}

function differencesOf(transaction: Transaction, transfer = expected): TransferMismatchError['differences'] {
  try {
    verifyTransfer(transaction, transfer)
  } catch (error) {
    if (error instanceof TransferMismatchError) return error.differences
    throw error
  }
  return []
}

function expectRefusal(transaction: Transaction): void {
  expect(differencesOf(transaction)).not.toEqual([])
}
