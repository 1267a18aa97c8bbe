import { type BigNumberish, getCreateAddress, Signature, Transaction, type TransactionLike } from 'ethers'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ACCOUNT, ALICE, TOKEN, transferCall } from '../../test/fixtures.ts'
import { ANY_TRANSACTION, faultsOf, type Json, throughJson } from '../../test/payloads.ts'
import { read } from '../fields.ts'
import { transactionPayload } from './transaction.ts'
import { examineTransaction } from './transactionEffects.ts'

const payload = (transaction: Json) => throughJson({ kind: 'transaction', transaction })
const examine = (transaction: Json) =>
  examineTransaction(read(transactionPayload, payload(transaction)), ACCOUNT)

const base = { chainId: '0x14a34', nonce: '0x7', gas: '0x5208', to: ALICE, value: '0x0', input: '0x' }
const fees = { maxFeePerGas: '0x3b9aca00', maxPriorityFeePerGas: '0x1' }
const authorization = { chainId: '0x1', address: TOKEN, nonce: '0x0', yParity: '0x1', r: '0x1', s: '0x1' }
const legacy = { type: '0x0', ...base, gasPrice: '0x3b9aca00' }
const dynamicFee = { type: '0x2', ...base, ...fees }
const blob = {
  ...dynamicFee,
  type: '0x3',
  maxFeePerBlobGas: '0x3',
  blobVersionedHashes: [`0x01${'ab'.repeat(31)}`, `0x01${'cd'.repeat(31)}`],
}
const setCode = { ...dynamicFee, type: '0x4', authorizationList: [authorization] }
const FEE = { kind: 'fee', payer: ACCOUNT, maximum: 21_000n * 1_000_000_000n }

/** The hash by ethers. */
const independentHash = ({ gas, input, authorizationList, type, nonce, ...rest }: Json): string =>
  Transaction.from({
    ...(rest as TransactionLike),
    type: Number(type),
    nonce: Number(nonce),
    gasLimit: BigInt(gas as string),
    data: (input as string | undefined) ?? '0x',
    ...(authorizationList === undefined
      ? {}
      : {
          authorizationList: (authorizationList as readonly (typeof authorization)[]).map(one => ({
            address: one.address,
            chainId: BigInt(one.chainId),
            nonce: BigInt(one.nonce),
            signature: Signature.from({
              r: padded(one.r),
              s: padded(one.s),
              yParity: Number(one.yParity) as 0 | 1,
            }),
          })),
        }),
  }).unsignedHash

const padded = (value: BigNumberish): string => `0x${BigInt(value).toString(16).padStart(64, '0')}`

/** The most that a transaction can cost: gas at its own price, and that of blobs (EIP-4844) at theirs. */
const independentCost = ({ gas, gasPrice, maxFeePerGas, maxFeePerBlobGas, blobVersionedHashes }: Json) => {
  const number = (value: unknown) => BigInt((value ?? 0) as string | number)
  const blobs = (blobVersionedHashes ?? []) as readonly string[]
  const price = number(gasPrice) + number(maxFeePerGas)
  return number(gas) * price + BigInt(131_072 * blobs.length) * number(maxFeePerBlobGas)
}

test.each(Object.entries(ANY_TRANSACTION))(
  'hash(transaction) = ethers’, and its fee is all that it can cost, for any %s transaction',
  (_name, any) => {
    fc.assert(
      fc.property(any, transaction => {
        const { hash, chainId, account, effects } = examine(transaction)
        expect(hash).toBe(independentHash(transaction))
        expect(chainId).toBe(Number(transaction['chainId']))
        expect(account).toBe(ACCOUNT)
        const fee = { kind: 'fee', payer: ACCOUNT, maximum: independentCost(transaction) }
        expect(effects.filter(({ kind }) => kind === 'fee')).toEqual([fee])
        expect(effects.at(-1)).toEqual(fee)
      }),
      { numRuns: 400 },
    )
  },
)

describe('effects', () => {
  test('default: native value to an address is a transfer and a fee', () => {
    expect(examine({ ...dynamicFee, value: '0x5' })).toMatchObject({
      effects: [{ kind: 'transfer', asset: 'native', from: ACCOUNT, to: ALICE, amount: 5n }, FEE],
      origin: '/payload/transaction',
    })
  })

  test('behavior: nothing at all sent to an address is a call', () => {
    expect(examine(legacy).effects).toEqual([{ kind: 'call', to: ALICE, selector: '0x', value: 0n }, FEE])
  })

  test('behavior: the signer is who transfers tokens', () => {
    const { to, data: input } = transferCall
    expect(examine({ ...dynamicFee, to, input }).effects).toEqual([
      { kind: 'transfer', asset: TOKEN, from: ACCOUNT, to: ALICE, amount: 1_500_000n },
      FEE,
    ])
  })

  test('behavior: value and input left out are none', () => {
    const { value: _value, input: _input, ...rest } = legacy
    expect(examine(rest)).toEqual(examine(legacy))
    const sent = { ...legacy, value: '0x5' }
    expect(examine({ ...rest, value: '0x5' })).toEqual(examine(sent))
    expect(examine(sent).effects.map(({ kind }) => kind)).toEqual(['transfer', 'fee'])
  })

  test.each([null, undefined])(
    'behavior: without to (%s) a contract is created, with the value it is given',
    to => {
      const account = getCreateAddress({ from: ACCOUNT, nonce: 7 })
      const deployment = { kind: 'deployment', account, factory: ACCOUNT }
      expect(examine({ ...dynamicFee, to, input: '0x6001' }).effects).toEqual([deployment, FEE])
      expect(examine({ ...dynamicFee, to, value: '0x9' }).effects).toEqual([
        deployment,
        { kind: 'transfer', asset: 'native', from: ACCOUNT, to: account, amount: 9n },
        FEE,
      ])
    },
  )

  test('behavior: the first transaction of all creates where nonce zero says', () => {
    const account = getCreateAddress({ from: ACCOUNT, nonce: 0 })
    expect(examine({ ...legacy, nonce: '0x0', to: null }).effects[0]).toMatchObject({ account })
  })

  test('behavior: blobs have a price of their own', () => {
    expect(examine(blob).effects.at(-1)).toEqual({ ...FEE, maximum: FEE.maximum + 2n * 131_072n * 3n })
  })

  test('behavior: each authorization is a delegation', () => {
    const second = { ...authorization, chainId: '0x0', address: ALICE }
    expect(examine({ ...setCode, authorizationList: [authorization, second] }).effects.slice(1)).toEqual([
      { kind: 'delegation', to: TOKEN, chainId: 1 },
      { kind: 'delegation', to: ALICE, chainId: 0 },
      FEE,
    ])
  })
})

test('behavior: a parsed transaction is frozen through and through', () => {
  const { transaction } = read(
    transactionPayload,
    payload({ ...setCode, accessList: [{ address: ALICE, storageKeys: [] }] }),
  )
  const frozen = (value: unknown): boolean =>
    typeof value !== 'object' ||
    value === null ||
    (Object.isFrozen(value) && Object.values(value).every(frozen))
  expect(frozen(transaction)).toBe(true)
})

describe('error', () => {
  const { chainId: _chainId, gasPrice: _gasPrice, nonce: _nonce, ...bare } = legacy
  const { to: _to, ...blobToNobody } = blob
  const cases: Readonly<Record<string, readonly [Json, readonly string[]]>> = {
    'every fault at once': [
      { ...bare, gas: 21_000, value: '5', from: ACCOUNT, maxFeePerGas: '0x1' },
      [
        '/transaction/from UNKNOWN_FIELD',
        '/transaction/maxFeePerGas UNKNOWN_FIELD',
        '/transaction/chainId REQUIRED',
        '/transaction/nonce REQUIRED',
        '/transaction/gas INVALID_QUANTITY',
        '/transaction/value INVALID_QUANTITY',
        '/transaction/gasPrice REQUIRED',
      ],
    ],
    'no type': [base, ['/transaction/type REQUIRED']],
    'a type as number': [{ ...legacy, type: 0 }, ['/transaction/type UNSUPPORTED_TRANSACTION_TYPE']],
    'a type with leading zero': [
      { ...legacy, type: '0x00' },
      ['/transaction/type UNSUPPORTED_TRANSACTION_TYPE'],
    ],
    'a type of prototypes': [
      { ...legacy, type: 'constructor' },
      ['/transaction/type UNSUPPORTED_TRANSACTION_TYPE'],
    ],
    'chain id zero': [{ ...legacy, chainId: '0x0' }, ['/transaction/chainId OUT_OF_RANGE']],
    'a chain id beyond exact integers': [
      { ...legacy, chainId: '0x20000000000000' },
      ['/transaction/chainId OUT_OF_RANGE'],
    ],
    'a nonce beyond exact integers': [
      { ...legacy, nonce: '0x20000000000000' },
      ['/transaction/nonce OUT_OF_RANGE'],
    ],
    'gas of 65 bits': [{ ...legacy, gas: '0x10000000000000000' }, ['/transaction/gas OUT_OF_RANGE']],
    'data for input': [{ ...legacy, data: '0x' }, ['/transaction/data UNKNOWN_FIELD']],
    'a legacy access list': [{ ...legacy, accessList: [] }, ['/transaction/accessList UNKNOWN_FIELD']],
    'an EIP-1559 gas price': [{ ...dynamicFee, gasPrice: '0x1' }, ['/transaction/gasPrice UNKNOWN_FIELD']],
    'EIP-1559 blobs': [
      { ...dynamicFee, blobVersionedHashes: blob.blobVersionedHashes },
      ['/transaction/blobVersionedHashes UNKNOWN_FIELD'],
    ],
    'EIP-1559 authorizations': [
      { ...dynamicFee, authorizationList: [] },
      ['/transaction/authorizationList UNKNOWN_FIELD'],
    ],
    'a tip above the fee': [
      { ...dynamicFee, maxPriorityFeePerGas: '0x3b9aca01' },
      ['/transaction/maxPriorityFeePerGas INCONSISTENT'],
    ],
    'an empty to': [{ ...legacy, to: '0x' }, ['/transaction/to INVALID_ADDRESS']],
    'a contract created with blobs': [blobToNobody, ['/transaction/to REQUIRED']],
    'a contract created with null and blobs': [{ ...blob, to: null }, ['/transaction/to INVALID_ADDRESS']],
    'a contract created with authorizations': [{ ...setCode, to: null }, ['/transaction/to INVALID_ADDRESS']],
    'no blobs': [{ ...blob, blobVersionedHashes: [] }, ['/transaction/blobVersionedHashes OUT_OF_RANGE']],
    'a blob hash of another version': [
      { ...blob, blobVersionedHashes: [`0x02${'ab'.repeat(31)}`, `0x01${'ab'.repeat(30)}`] },
      ['/transaction/blobVersionedHashes/0 INVALID_HASH', '/transaction/blobVersionedHashes/1 INVALID_HEX'],
    ],
    'no authorizations': [
      { ...setCode, authorizationList: [] },
      ['/transaction/authorizationList OUT_OF_RANGE'],
    ],
    'a faulty authorization': [
      { ...setCode, authorizationList: [authorization, { ...authorization, yParity: '0x2', v: '0x1b' }] },
      [
        '/transaction/authorizationList/1/v UNKNOWN_FIELD',
        '/transaction/authorizationList/1/yParity OUT_OF_RANGE',
      ],
    ],
    'a short storage key': [
      { ...dynamicFee, accessList: [{ address: ALICE, storageKeys: ['0x01'] }] },
      ['/transaction/accessList/0/storageKeys/0 INVALID_HEX'],
    ],
    'an access list that is none': [
      { ...dynamicFee, accessList: {} },
      ['/transaction/accessList WRONG_TYPE'],
    ],
  }
  test.each(Object.entries(cases))('error: %s', (_name, [transaction, issues]) => {
    expect(faultsOf(transactionPayload, payload(transaction))).toEqual(issues)
  })

  test.each([null, [], 'text', 1, undefined])('error: %j is no transaction', transaction => {
    expect(faultsOf(transactionPayload, { kind: 'transaction', transaction })).toHaveLength(1)
  })
})
