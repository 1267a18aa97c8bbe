import { id, keccak256 } from 'ethers'
import type { Address } from 'viem'
import { describe, expect, test } from 'vitest'
import { ACCOUNT, ALICE, TOKEN } from '../../test/fixtures.ts'
import {
  type Json,
  knownTypedData,
  mail,
  OWNER,
  typedDataPayload as payload,
  SAFE,
  throughJson,
} from '../../test/payloads.ts'
import type { Effect } from '../effects/effect.ts'
import { read } from '../fields.ts'
import { typedDataPayload } from './typedData.ts'
import { examineTypedData } from './typedDataEffects.ts'
import { encodeType } from './typedDataTypes.ts'

const SIGNER = ACCOUNT
const examine = (value: unknown) => examineTypedData(read(typedDataPayload, throughJson(value)), SIGNER)
const effectsOf = (...parameters: Parameters<typeof knownTypedData>) =>
  examine(knownTypedData(...parameters)).effects

const PERMIT2 = '0x000000000022D473030F116dDEE9F6B43aC78BA3'
const permit2 = { name: 'Permit2', chainId: 1, verifyingContract: PERMIT2 }
const approval = (asset: Address, owner: Address, amount = 1_000_000n): Effect => ({
  kind: 'approval',
  asset,
  owner,
  spender: ALICE,
  amount,
})
const typeHash = (name: Parameters<typeof knownTypedData>[0]): string => {
  const { types, primaryType } = read(typedDataPayload, knownTypedData(name)).typedData
  return id(encodeType(types, primaryType))
}
const unknown = (primaryType: string, verifyingContract?: string, domainName?: string) => ({
  kind: 'typedData',
  verifyingContract,
  domainName,
  primaryType,
})

test('default: typed data of an unknown type is just that, signed for oneself', () => {
  expect(examine(mail)).toEqual({
    chainId: 1,
    account: SIGNER,
    hash: '0xbe609aee343fb3c4b28e1df9e632fca64fcfaede20f02e86244efddf30957bd2',
    effects: [unknown('Mail', '0xCcCCccccCCCCcCCCCCCcCcCccCcCCCcCcccccccC', 'Ether Mail')],
    origin: '/payload/typedData',
  })
})

describe('tokens', () => {
  test.each(['permit', 'daiPermit'] as const)(
    'behavior: %s allows the spender to take from the owner',
    name => {
      const examined = examine(knownTypedData(name))
      expect(examined.account).toBe(OWNER)
      expect(examined.chainId).toBe(84532)
      const amount = name === 'permit' ? 1_000_000n : 2n ** 256n - 1n
      expect(examined.effects).toEqual([approval(TOKEN, OWNER, amount)])
    },
  )

  test('behavior: a DAI permit that does not allow takes the allowance away', () => {
    expect(effectsOf('daiPermit', { allowed: false })).toEqual([approval(TOKEN, OWNER, 0n)])
  })

  test.each(['transferWithAuthorization', 'receiveWithAuthorization'] as const)(
    'behavior: %s is a transfer',
    name => {
      const examined = examine(knownTypedData(name))
      expect(examined.account).toBe(OWNER)
      expect(examined.effects).toEqual([
        { kind: 'transfer', asset: TOKEN, from: OWNER, to: ALICE, amount: 1_000_000n },
      ])
    },
  )

  test('behavior: a cancelled authorization permits nothing that is known', () => {
    expect(effectsOf('cancelAuthorization')).toEqual([unknown('CancelAuthorization', TOKEN, 'USDC')])
  })

  test.each([
    ['permit', 'Permit'],
    ['daiPermit', 'Permit'],
    ['transferWithAuthorization', 'TransferWithAuthorization'],
  ] as const)('behavior: %s without a contract is of no known token', (name, type) => {
    expect(effectsOf(name, {}, { chainId: 1 })).toEqual([unknown(type)])
  })

  test('behavior: a domain without chain id, with a salt as on Polygon', () => {
    const domain = {
      name: 'USDC',
      version: '1',
      verifyingContract: TOKEN,
      salt: `0x${'89'.padStart(64, '0')}`,
    }
    expect(examine(knownTypedData('permit', {}, domain))).toMatchObject({
      chainId: undefined,
      effects: [approval(TOKEN, OWNER)],
    })
  })

  const VARIANTS: Readonly<Record<string, string>> = {
    'another order': 'address spender,address owner,uint256 value,uint256 nonce,uint256 deadline',
    'another type': 'address owner,address spender,uint128 value,uint256 nonce,uint256 deadline',
    'another name': 'address owner,address spender,uint256 amount,uint256 nonce,uint256 deadline',
    'one more member': 'address owner,address spender,uint256 value,uint256 nonce,uint256 deadline,bool more',
  }
  test.each(Object.entries(VARIANTS))('behavior: a Permit with %s is an unknown type', (_name, Permit) => {
    const all: Json = { owner: OWNER, spender: ALICE, value: 1, amount: 1, nonce: 1, deadline: 1, more: true }
    const names = Permit.split(',').map(member => member.split(' ')[1] ?? '')
    const message = Object.fromEntries(names.map(name => [name, all[name]]))
    expect(examine(payload('Permit', { Permit }, message)).effects).toEqual([
      unknown('Permit', TOKEN, 'USDC'),
    ])
  })
})

describe('Permit2', () => {
  const single = [approval(TOKEN, SIGNER)]
  const batch = [approval(TOKEN, SIGNER), approval(OWNER, SIGNER)]
  const CASES = [
    ['permitSingle', 'PermitSingle', single],
    ['permitBatch', 'PermitBatch', batch],
    ['permitTransferFrom', 'PermitTransferFrom', single],
    ['permitBatchTransferFrom', 'PermitBatchTransferFrom', batch],
  ] as const
  const WITNESSED = [
    ['permitWitnessTransferFrom', 'PermitWitnessTransferFrom', single],
    ['permitBatchWitnessTransferFrom', 'PermitBatchWitnessTransferFrom', batch],
  ] as const

  test.each(CASES)('behavior: %s allows the spender to take from the signer', (name, _type, effects) => {
    const examined = examine(knownTypedData(name, {}, permit2))
    expect(examined.account).toBe(SIGNER)
    expect(examined.effects).toEqual(effects)
  })

  test.each(WITNESSED)('behavior: %s is unknown as well, since it may be an order', (name, type, effects) => {
    const examined = examine(knownTypedData(name, {}, permit2))
    expect(examined.account).toBe(SIGNER)
    expect(examined.effects).toEqual([...effects, unknown(type, PERMIT2, 'Permit2')])
  })

  test.each([...CASES, ...WITNESSED])(
    'behavior: %s for another contract is unknown as well',
    (name, type, effects) => {
      expect(effectsOf(name)).toEqual([...effects, unknown(type, TOKEN, 'USDC')])
      expect(effectsOf(name, {}, {})).toEqual([...effects, unknown(type)])
    },
  )

  test.each([
    ['permitBatch', 'PermitBatch', { details: [] }],
    ['permitBatchTransferFrom', 'PermitBatchTransferFrom', { permitted: [] }],
  ] as const)('behavior: %s of nothing is unknown', (name, type, changes) => {
    expect(effectsOf(name, changes, permit2)).toEqual([unknown(type, PERMIT2, 'Permit2')])
  })

  test.each([
    [
      'a witness before the rest',
      'bytes32 witness,TokenPermissions permitted,address spender,uint256 nonce,uint256 deadline',
    ],
    [
      'two witnesses',
      'TokenPermissions permitted,address spender,uint256 nonce,uint256 deadline,bytes32 witness,bool more',
    ],
    ['no witness', 'TokenPermissions permitted,address spender,uint256 nonce,uint256 deadline'],
    [
      'other members',
      'TokenPermissions permitted,address taker,uint256 nonce,uint256 deadline,bytes32 witness',
    ],
  ])('behavior: a PermitWitnessTransferFrom with %s is an unknown type', (_name, definition) => {
    const types = { PermitWitnessTransferFrom: definition, TokenPermissions: 'address token,uint256 amount' }
    const all: Json = {
      permitted: { token: TOKEN, amount: 1 },
      spender: ALICE,
      taker: ALICE,
      nonce: 0,
      deadline: 0,
      witness: `0x${'00'.repeat(32)}`,
      more: true,
    }
    const names = definition.split(',').map(member => member.split(' ')[1] ?? '')
    const message = Object.fromEntries(names.map(name => [name, all[name]]))
    expect(examine(payload('PermitWitnessTransferFrom', types, message, permit2)).effects).toEqual([
      unknown('PermitWitnessTransferFrom', PERMIT2, 'Permit2'),
    ])
  })

  test('behavior: TokenPermissions with another amount is an unknown type', () => {
    const types = {
      PermitTransferFrom: 'TokenPermissions permitted,address spender,uint256 nonce,uint256 deadline',
      TokenPermissions: 'address token,uint160 amount',
    }
    const message = { permitted: { token: TOKEN, amount: 1 }, spender: ALICE, nonce: 0, deadline: 0 }
    expect(examine(payload('PermitTransferFrom', types, message, permit2)).effects).toEqual([
      unknown('PermitTransferFrom', PERMIT2, 'Permit2'),
    ])
  })
})

describe('Safe', () => {
  const safe = { chainId: 1, verifyingContract: SAFE }
  const transfer = { kind: 'transfer', asset: TOKEN, from: SAFE, to: ALICE, amount: 1_500_000n }

  test('behavior: a transaction is made by the Safe', () => {
    expect(examine(knownTypedData('safeTx', {}, safe))).toMatchObject({
      chainId: 1,
      account: SAFE,
      effects: [transfer],
    })
  })

  test('behavior: a transaction with delegatecall', () => {
    expect(effectsOf('safeTx', { operation: 1 }, safe)).toEqual([{ kind: 'delegatecall', to: TOKEN }])
  })

  test('behavior: a transaction that is neither call nor delegatecall is opaque', () => {
    expect(effectsOf('safeTx', { operation: 2 }, safe)).toMatchObject([{ kind: 'opaque' }])
  })

  test('behavior: a refund of gas is a fee', () => {
    const effects = effectsOf('safeTx', { gasPrice: 1, safeTxGas: 5, baseGas: 6 }, safe)
    expect(effects).toContainEqual(expect.objectContaining({ kind: 'fee', payer: SAFE }))
    expect(effects).toContainEqual(transfer)
  })

  test('behavior: a refund of gas to somebody is a transfer as well', () => {
    const changes = { gasPrice: 1, safeTxGas: 5, baseGas: 6, refundReceiver: ALICE }
    expect(effectsOf('safeTx', changes, safe)).toContainEqual({
      ...{ kind: 'transfer', asset: 'native', from: SAFE, to: ALICE, amount: 100_011n },
    })
  })

  test('behavior: a transaction without a chain id, as before version 1.3, is made by the Safe on any chain', () => {
    const examined = examine(knownTypedData('safeTx', {}, { verifyingContract: SAFE }))
    expect(examined.chainId).toBeUndefined()
    expect(examined).toMatchObject({ account: SAFE, effects: [transfer] })
  })

  test.each(['safeTxOld', 'safeTxOldest'] as const)('behavior: %s is administration', name => {
    const examined = examine(knownTypedData(name, {}, { verifyingContract: SAFE }))
    expect(examined.account).toBe(SAFE)
    expect(examined.effects).toEqual([{ kind: 'administration', to: SAFE, action: 'SafeTx' }])
  })

  test.each(['safeTx', 'safeTxOld', 'safeTxOldest'] as const)(
    'behavior: %s without a contract is unknown',
    name => {
      expect(examine(knownTypedData(name, {}, { chainId: 1 }))).toMatchObject({
        account: SIGNER,
        effects: [unknown('SafeTx')],
      })
    },
  )

  const MODULES = [
    ['safeOp06', '0xa581c4A4DB7175302464fF3C06380BC3270b4037'],
    ['safeOp07', '0x75cf11467937ce3F2f357CE24ffc3DBF8fD5c226'],
  ] as const
  const fee = (maximum: bigint, payer: Address = SAFE) => ({ kind: 'fee', payer, maximum })

  test.each(MODULES)('behavior: %s is a user operation of the Safe', (name, verifyingContract) => {
    const examined = examine(knownTypedData(name, {}, { chainId: 1, verifyingContract }))
    expect(examined.account).toBe(SAFE)
    expect(examined.effects).toEqual([transfer, fee(3210n * 7n)])
  })

  test.each(MODULES)('behavior: %s for another contract is unknown as well', name => {
    expect(effectsOf(name, {}, safe)).toEqual([transfer, fee(3210n * 7n), unknown('SafeOp', SAFE)])
  })

  test.each(MODULES)('behavior: initCode of %s deploys the Safe', (name, verifyingContract) => {
    const changes = { initCode: `${OWNER}1234` }
    expect(effectsOf(name, changes, { chainId: 1, verifyingContract })[0]).toEqual({
      kind: 'deployment',
      account: SAFE,
      factory: OWNER,
    })
  })

  test.each([
    ['safeOp06', MODULES[0][1], `${OWNER}99`, 3230n],
    ['safeOp07', MODULES[1][1], `${OWNER}${'5'.padStart(32, '0')}${'8'.padStart(32, '0')}99`, 3223n],
  ] as const)('behavior: the paymaster of %s pays', (name, verifyingContract, paymasterAndData, gas) => {
    expect(effectsOf(name, { paymasterAndData }, { chainId: 1, verifyingContract }).at(-1)).toEqual(
      fee(gas * 7n, OWNER),
    )
  })

  test.each([
    ['safeOp06', MODULES[0][1], OWNER, 3230n],
    ['safeOp07', MODULES[1][1], `${OWNER}${'5'.padStart(32, '0')}${'8'.padStart(32, '0')}`, 3223n],
  ] as const)(
    'behavior: packed fields of %s may have nothing after what is fixed',
    (name, verifyingContract, paymasterAndData, gas) => {
      const changes = { initCode: OWNER, paymasterAndData }
      expect(effectsOf(name, changes, { chainId: 1, verifyingContract })).toEqual([
        { kind: 'deployment', account: SAFE, factory: OWNER },
        transfer,
        fee(gas * 7n, OWNER),
      ])
    },
  )

  test.each([
    ['safeOp06', { initCode: '0x12' }],
    ['safeOp06', { paymasterAndData: '0x12' }],
    ['safeOp06', { entryPoint: ALICE }],
    ['safeOp06', { entryPoint: '0x0000000071727De22E5E9d8BAf0edAc6f37da032' }],
    ['safeOp07', { initCode: '0x12' }],
    ['safeOp07', { paymasterAndData: `${OWNER}${'00'.repeat(31)}` }],
    ['safeOp07', { entryPoint: '0x5FF137D4b0FDCD49DcA30c7CF57E578a026d2789' }],
  ] as const)('behavior: %s with %j is unknown', (name, changes) => {
    expect(effectsOf(name, changes, safe)).toEqual([unknown('SafeOp', SAFE)])
  })

  // From the contracts: https://github.com/safe-global/safe-modules and https://github.com/safe-global/safe-smart-account
  test.each([
    ['safeOp06', '0x84aa190356f56b8c87825f54884392a9907c23ee0f8e1ea86336b763faf021bd'],
    ['safeOp07', '0xc03dfc11d8b10bf9cf703d558958c8c42777f785d998c62060d85a4f0ef6ea7f'],
    ['safeTx', '0xbb8310d486368db6bd6f849402fdd73ad53d316b5a4b2644ad6efe0f941286d8'],
    ['safeTxOld', '0x14d461bc7412367e924637b363c7bf29b8f47e2f84869f4426e5633d8af47b20'],
    ['safeTxOldest', '0x25d046d03ed382d9c56da5eda028b368da618747b9a6080c9422e835abd69574'],
  ] as const)('behavior: %s has the type hash of the contract', (name, hash) => {
    expect(typeHash(name)).toBe(hash)
  })
})

describe('Kernel', () => {
  const kernel = { name: 'Kernel', version: '0.3.1', chainId: 1, verifyingContract: SAFE }
  const CASES = [
    ['kernelEnable', 'Enable', '0xb17ab1224aca0d4255ef8161acaf2ac121b8faa32a4b2258c912cc5f8308c505'],
    [
      'kernelValidatorApproved',
      'ValidatorApproved',
      '0x3ce406685c1b3551d706d85a68afdaa49ac4e07b451ad9b8ff8b58c3ee964176',
    ],
  ] as const

  test.each(CASES)('behavior: %s hands the account over', (name, action) => {
    const examined = examine(knownTypedData(name, {}, kernel))
    expect(examined).toMatchObject({ chainId: 1, account: SAFE })
    expect(examined.effects).toEqual([{ kind: 'administration', to: SAFE, action }])
  })

  test.each(CASES)('behavior: %s without a contract is unknown', (name, type) => {
    expect(examine(knownTypedData(name, {}, { chainId: 1 }))).toMatchObject({
      account: SIGNER,
      effects: [unknown(type)],
    })
  })

  // From the contracts: https://github.com/zerodevapp/kernel
  test.each(CASES)('behavior: %s has the type hash of the contract', (name, _type, hash) => {
    expect(typeHash(name)).toBe(hash)
  })
})

describe('a hash wrapped for one account', () => {
  const hash = `0x${'ab'.repeat(32)}`
  const account = { chainId: 1, verifyingContract: SAFE }

  test.each([
    ['CoinbaseSmartWalletMessage', 'bytes32 hash'],
    ['Kernel', 'bytes32 hash'],
    ['ReplaySafeHash', 'bytes32 hash'],
    ['SafeMessage', 'bytes message'],
    ['PersonalSign', 'bytes prefixed'],
    ['Anything', 'bytes32 atAll'],
  ])('behavior: %s is opaque', (primaryType, definition) => {
    const name = definition.split(' ')[1] ?? ''
    expect(
      examine(payload(primaryType, { [primaryType]: definition }, { [name]: hash }, account)),
    ).toMatchObject({
      account: SAFE,
      effects: [{ kind: 'opaque', of: 'hash', hash }],
    })
  })

  test.each([
    ['nothing', '', {}],
    ['a list of hashes', 'bytes32[] hash', { hash: [hash] }],
    ['a list of bytes', 'bytes[] hash', { hash: [hash] }],
    ['a hash cut short', 'bytes31 hash', { hash: hash.slice(0, 64) }],
    ['text', 'string hash', { hash }],
    ['a struct', 'Xbytes hash', { hash: { inner: hash } }],
    ['a struct named for its size', 'Xbytes32 hash', { hash: { inner: hash } }],
    ['more than the hash', 'bytes32 hash,bool more', { hash, more: true }],
  ])('behavior: what has %s in it is no wrapper, and unknown', (_name, definition, message) => {
    const [type = ''] = definition.split(' ')
    const inner: Json = type.startsWith('X') ? { [type]: [{ name: 'inner', type: 'bytes32' }] } : {}
    const { typedData } = payload('Wrapper', { Wrapper: definition }, message, account)
    const types = { ...typedData.types, ...(definition === '' ? { Wrapper: [] } : {}), ...inner }
    const examined = examine({ kind: 'typedData', typedData: { ...typedData, types } })
    expect(examined).toMatchObject({ account: SIGNER, effects: [unknown('Wrapper', SAFE)] })
  })

  test('behavior: a message of a Safe that is no hash is opaque all the same', () => {
    const message = payload('SafeMessage', { SafeMessage: 'bytes message' }, { message: '0x616263' }, account)
    expect(examine(message).effects).toEqual([{ kind: 'opaque', of: 'hash', hash: keccak256('0x616263') }])
  })

  test('behavior: without a contract it is the signer’s own', () => {
    expect(examine(payload('Kernel', { Kernel: 'bytes32 hash' }, { hash }, {})).account).toBe(SIGNER)
  })

  test('behavior: typed data nested for one account (ERC-7739) is opaque', () => {
    const types = { TypedDataSign: 'Permit contents,string name', Permit: 'address owner,uint256 value' }
    const message = { contents: { owner: OWNER, value: 1 }, name: 'Kernel' }
    const examined = examine(payload('TypedDataSign', types, message))
    expect(examined).toMatchObject({ account: TOKEN })
    expect(examined.effects).toEqual([{ kind: 'opaque', of: 'hash', hash: examined.hash }])
  })

  test.each([
    ['address', SAFE, SAFE],
    ['bytes', SAFE, TOKEN],
    ['address wallet,bytes', SAFE, TOKEN],
  ])(
    'behavior: its account is that in the message where the type is address; it has %s',
    (type, verifyingContract, account) => {
      const types = {
        TypedDataSign: `Permit contents,string name,${type} verifyingContract`,
        Permit: 'address owner,uint256 value',
      }
      const wallet = type.includes('wallet') ? { wallet: OWNER } : {}
      const contents = { owner: OWNER, value: 1 }
      const message = { contents, name: 'Kernel', ...wallet, verifyingContract }
      const examined = examine(payload('TypedDataSign', types, message))
      expect(examined.account).toBe(account)
      expect(examined.effects).toEqual([{ kind: 'opaque', of: 'hash', hash: examined.hash }])
    },
  )
})
