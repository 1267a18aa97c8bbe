// What the kinds of payload have in common: which of them a reader takes, and the words for faults that are between fields.
import { describe, expect, test } from 'vitest'
import { ALICE, payload as userOperation } from '../../test/fixtures.ts'
import { authorization, mail, transaction } from '../../test/payloads.ts'
import type { Field } from '../fields.ts'
import type { Issue } from '../problem.ts'
import { authorizationPayload } from './authorization.ts'
import { payload } from './payload.ts'
import { personalMessagePayload } from './personalMessage.ts'
import { transactionPayload } from './transaction.ts'
import { typedDataPayload } from './typedData.ts'
import { userOperationPayload } from './userOperation.ts'

const issuesOf = (field: Field<unknown>, value: unknown): readonly Issue[] => {
  const issues: Issue[] = []
  field(value, '', issues)
  return issues
}

const message = { kind: 'personalMessage', text: 'Hello' }
const {
  paymaster: _paymaster,
  paymasterVerificationGasLimit: _verification,
  paymasterPostOpGasLimit: _postOp,
  paymasterData: _data,
  ...unpaid
} = userOperation().userOperation
const operation06 = {
  ...userOperation(),
  entryPoint: '0x5FF137D4b0FDCD49DcA30c7CF57E578a026d2789',
  userOperation: unpaid,
}
const KINDS: readonly (readonly [kind: string, Field<unknown>, value: object])[] = [
  ['userOperation', userOperationPayload, userOperation()],
  ['userOperation', userOperationPayload, operation06],
  ['transaction', transactionPayload, transaction],
  ['typedData', typedDataPayload, mail],
  ['personalMessage', personalMessagePayload, message],
  ['authorization', authorizationPayload, authorization],
]

describe.each(KINDS)('%s', (kind, field, value) => {
  test('behavior: it is read as its own kind, and as no other', () => {
    expect(issuesOf(field, value)).toEqual([])
    expect(issuesOf(payload, value)).toEqual([])
    for (const other of [...KINDS.map(([name]) => name), 'other', '', null, [kind]].filter(
      one => one !== kind,
    ))
      expect(issuesOf(field, { ...value, kind: other })).toEqual([
        { path: '/kind', code: 'UNSUPPORTED_KIND', message: `must be ${kind}` },
      ])
  })
})

test('error: a kind that is not known names all that are', () => {
  expect(issuesOf(payload, { kind: 'other' })).toEqual([
    {
      path: '/kind',
      code: 'UNSUPPORTED_KIND',
      message: 'must be userOperation or transaction or typedData or personalMessage or authorization',
    },
  ])
})

describe('error: what is wrong between fields is said in words', () => {
  const blobs = {
    ...transaction.transaction,
    ...{ type: '0x3', maxFeePerBlobGas: '0x1', blobVersionedHashes: [`0x02${'ab'.repeat(31)}`] },
  }
  const cases: readonly (readonly [path: string, words: string, value: object])[] = [
    ['/bytes', 'must not be given with text', { ...message, bytes: '0x' }],
    ['/text', 'is required unless bytes is given', { kind: 'personalMessage' }],
    [
      '/transaction/maxPriorityFeePerGas',
      'must not be above maxFeePerGas',
      { kind: 'transaction', transaction: { ...transaction.transaction, maxFeePerGas: '0x0' } },
    ],
    [
      '/transaction/blobVersionedHashes/0',
      'must begin with 0x01',
      { kind: 'transaction', transaction: blobs },
    ],
    ['/userOperation/factoryData', 'must not be given without factory', userOperation({ factoryData: '0x' })],
    [
      '/userOperation/factory',
      'marks an EIP-7702 delegation',
      userOperation({ factory: `0x7702${'00'.repeat(18)}` }),
    ],
    [
      '/userOperation/initCode',
      'must be 0x, or an address and more bytes',
      { ...operation06, userOperation: { ...operation06.userOperation, initCode: '0x12' } },
    ],
    [
      '/entryPoint',
      'must be 0x5FF137D4b0FDCD49DcA30c7CF57E578a026d2789 or 0x0000000071727De22E5E9d8BAf0edAc6f37da032 or 0x4337084D9E255Ff0702461CF8895CE9E3b5Ff108',
      { ...userOperation(), entryPoint: ALICE },
    ],
  ]
  test.each(cases)('%s %s', (path, words, value) => {
    expect(issuesOf(payload, value)).toEqual([expect.objectContaining({ path, message: words })])
  })
})
