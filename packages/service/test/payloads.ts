// Payloads for tests, as a caller would state them in JSON: generators over everything that each kind accepts, and typed
// data of the known types.
import fc from 'fast-check'
import { type Address, type Hex, zeroAddress } from 'viem'
import { type Field, read } from '../src/fields.ts'
import { ServiceError } from '../src/problem.ts'
import { ALICE, anyAddress, ENTRY_POINT, execute, hexOf, TOKEN, transferCall } from './fixtures.ts'

export type Json = Readonly<Record<string, unknown>>

/** The faults of a value as `path CODE`, in order; none where it is read. */
export const faultsOf = (field: Field<unknown>, value: unknown): readonly string[] => {
  try {
    read(field, value)
    return []
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error
    return error.issues.map(({ path, code }) => `${path} ${code}`)
  }
}

/** As it arrives: whatever JSON does to it has been done. */
export const throughJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

export const anyHash: fc.Arbitrary<Hex> = hexOf({ minLength: 32, maxLength: 32 })

/** Unsigned integers of up to so many bits, zero and the largest often, as `0x` hex. */
export const anyQuantity = (bits: number): fc.Arbitrary<Hex> =>
  fc
    .oneof(
      fc.constantFrom(0n, 1n, 2n ** BigInt(bits) - 1n),
      fc.bigInt({ min: 0n, max: 2n ** BigInt(bits) - 1n }),
    )
    .map((value): Hex => `0x${value.toString(16)}`)

/** Chain ids as `0x` hex, from 1. */
export const anyChainId: fc.Arbitrary<Hex> = anyQuantity(53).filter(value => value !== '0x0')

const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined })

const operationFields = {
  sender: anyAddress,
  nonce: anyQuantity(256),
  callData: hexOf({ maxLength: 100 }),
  callGasLimit: anyQuantity(120),
  verificationGasLimit: anyQuantity(120),
  preVerificationGas: anyQuantity(120),
  maxFeePerGas: anyQuantity(120),
  maxPriorityFeePerGas: anyQuantity(120),
}

const addressAndData: fc.Arbitrary<Hex> = fc.oneof(
  fc.constant<Hex>('0x'),
  hexOf({ minLength: 20, maxLength: 80 }),
)

/** User operations for EntryPoint v0.6. */
export const anyUserOperation06: fc.Arbitrary<Json> = fc.record({
  ...operationFields,
  initCode: maybe(addressAndData),
  paymasterAndData: maybe(addressAndData),
})

/** User operations for EntryPoint v0.7 and v0.8, with and without factory and paymaster. */
export const anyUserOperation07: fc.Arbitrary<Json> = fc
  .record({
    base: fc.record(operationFields),
    factory: maybe(fc.record({ factory: anyAddress, factoryData: maybe(hexOf({ maxLength: 60 })) })),
    paymaster: maybe(
      fc.record({
        paymaster: anyAddress,
        paymasterVerificationGasLimit: maybe(anyQuantity(120)),
        paymasterPostOpGasLimit: maybe(anyQuantity(120)),
        paymasterData: maybe(hexOf({ maxLength: 60 })),
      }),
    ),
  })
  .map(({ base, factory, paymaster }) => ({ ...base, ...factory, ...paymaster }))

const transactionFields = {
  chainId: anyChainId,
  nonce: anyQuantity(53),
  gas: anyQuantity(64),
  value: maybe(anyQuantity(256)),
  input: maybe(hexOf({ maxLength: 100 })),
}
const accessList = maybe(
  fc.array(fc.record({ address: anyAddress, storageKeys: fc.array(anyHash, { maxLength: 3 }) }), {
    maxLength: 3,
  }),
)
const mayCreate = fc.oneof(anyAddress, fc.constantFrom(null, undefined))
const maximumFee = {
  maxFeePerGas: fc.constant<Hex>(`0x${'f'.repeat(64)}`),
  maxPriorityFeePerGas: anyQuantity(256),
}

/** Authorizations whose signatures are well-formed: ethers takes no s in the upper half. */
const signedAuthorization = fc.record({
  chainId: anyQuantity(53),
  address: anyAddress,
  nonce: anyQuantity(53),
  yParity: fc.constantFrom('0x0', '0x1'),
  r: anyQuantity(255),
  s: anyQuantity(254),
})

/** Transactions of each type, `to` left out, null or an address where that is allowed. */
export const ANY_TRANSACTION: Readonly<Record<string, fc.Arbitrary<Json>>> = {
  legacy: fc.record({
    type: fc.constant('0x0'),
    ...transactionFields,
    to: mayCreate,
    gasPrice: anyQuantity(256),
  }),
  'EIP-2930': fc.record({
    type: fc.constant('0x1'),
    ...transactionFields,
    to: mayCreate,
    gasPrice: anyQuantity(256),
    accessList,
  }),
  'EIP-1559': fc.record({
    type: fc.constant('0x2'),
    ...transactionFields,
    to: mayCreate,
    ...maximumFee,
    accessList,
  }),
  'EIP-4844': fc.record({
    type: fc.constant('0x3'),
    ...transactionFields,
    to: anyAddress,
    ...maximumFee,
    accessList,
    maxFeePerBlobGas: anyQuantity(256),
    blobVersionedHashes: fc.array(
      anyHash.map(hash => `0x01${hash.slice(4)}`),
      { minLength: 1, maxLength: 4 },
    ),
  }),
  'EIP-7702': fc.record({
    type: fc.constant('0x4'),
    ...transactionFields,
    to: anyAddress,
    ...maximumFee,
    accessList,
    authorizationList: fc.array(signedAuthorization, { minLength: 1, maxLength: 3 }),
  }),
}

const CHAIN_ID = 84532

/** Types in a short form: `{ Mail: 'address to,string text' }`. */
export const types = (definitions: Readonly<Record<string, string>>): Json =>
  Object.fromEntries(
    Object.entries(definitions).map(([name, list]) => [
      name,
      list.split(',').map(member => {
        const [type, memberName] = member.split(' ')
        return { name: memberName, type }
      }),
    ]),
  )

/** A payload of typed data. */
export const typedDataPayload = (
  primaryType: string,
  definitions: Readonly<Record<string, string>>,
  message: Json,
  domain: Json = { name: 'USDC', version: '2', chainId: CHAIN_ID, verifyingContract: TOKEN },
) => ({ kind: 'typedData', typedData: { types: types(definitions), domain, primaryType, message } })

/** An EIP-1559 transaction that sends 5 wei. */
export const transaction = {
  kind: 'transaction',
  transaction: {
    type: '0x2',
    chainId: '0x14a34',
    nonce: '0x7',
    gas: '0x5208',
    maxFeePerGas: '0x3b9aca00',
    maxPriorityFeePerGas: '0x1',
    to: ALICE,
    value: '0x5',
    input: '0x',
  },
} as const

/** An EIP-7702 authorization. */
export const authorization = {
  kind: 'authorization',
  authorization: { chainId: '0x14a34', address: ALICE, nonce: '0x7' },
} as const

/** The example of EIP-712, whose hash is in the standard's own test. */
export const mail = typedDataPayload(
  'Mail',
  { Person: 'string name,address wallet', Mail: 'Person from,Person to,string contents' },
  {
    from: { name: 'Cow', wallet: '0xCD2a3d9F938E13CD947Ec05AbC7FE734Df8DD826' },
    to: { name: 'Bob', wallet: '0xbBbBBBBbbBBBbbbBbbBbbbbBBbBbbbbBbBbbBBbB' },
    contents: 'Hello, Bob!',
  },
  {
    name: 'Ether Mail',
    version: '1',
    chainId: 1,
    verifyingContract: '0xCcCCccccCCCCcCCCCCCcCcCccCcCCCcCcccccccC',
  },
)

export const OWNER: Address = '0x3333333333333333333333333333333333333333'
export const SAFE: Address = '0x5555555555555555555555555555555555555555'

const permitted = { token: TOKEN, amount: '1000000' }
const details = { ...permitted, expiration: 0, nonce: 0 }
const PERMIT_DETAILS = { PermitDetails: 'address token,uint160 amount,uint48 expiration,uint48 nonce' }
const TOKEN_PERMISSIONS = { TokenPermissions: 'address token,uint256 amount' }
const TRANSFER = 'address spender,uint256 nonce,uint256 deadline'
const transfer = { spender: ALICE, nonce: 0, deadline: 1 }
const AUTHORIZATION =
  'address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce'
const tokenAuthorization = {
  from: OWNER,
  to: ALICE,
  value: '1000000',
  validAfter: 0,
  validBefore: '0xffffffff',
  nonce: `0x${'00'.repeat(32)}`,
}
const operation = {
  safe: SAFE,
  nonce: 0,
  initCode: '0x',
  callData: execute(transferCall),
  verificationGasLimit: 10,
  callGasLimit: 200,
  preVerificationGas: 3000,
  maxPriorityFeePerGas: 1,
  maxFeePerGas: 7,
  paymasterAndData: '0x',
  validAfter: 0,
  validUntil: 0,
}

const safeTransaction = {
  ...transferCall,
  value: '0',
  operation: 0,
  safeTxGas: 0,
  gasPrice: 0,
  gasToken: zeroAddress,
  nonce: 4,
}

/** Types and messages whose meaning is known, by a name of their own. */
const KNOWN = {
  permit: {
    primaryType: 'Permit',
    types: { Permit: 'address owner,address spender,uint256 value,uint256 nonce,uint256 deadline' },
    message: { owner: OWNER, spender: ALICE, value: '1000000', nonce: 0, deadline: '0xffffffff' },
  },
  daiPermit: {
    primaryType: 'Permit',
    types: { Permit: 'address holder,address spender,uint256 nonce,uint256 expiry,bool allowed' },
    message: { holder: OWNER, spender: ALICE, nonce: 0, expiry: 0, allowed: true },
  },
  transferWithAuthorization: {
    primaryType: 'TransferWithAuthorization',
    types: { TransferWithAuthorization: AUTHORIZATION },
    message: tokenAuthorization,
  },
  receiveWithAuthorization: {
    primaryType: 'ReceiveWithAuthorization',
    types: { ReceiveWithAuthorization: AUTHORIZATION },
    message: tokenAuthorization,
  },
  cancelAuthorization: {
    primaryType: 'CancelAuthorization',
    types: { CancelAuthorization: 'address authorizer,bytes32 nonce' },
    message: { authorizer: OWNER, nonce: tokenAuthorization.nonce },
  },
  permitSingle: {
    primaryType: 'PermitSingle',
    types: { PermitSingle: 'PermitDetails details,address spender,uint256 sigDeadline', ...PERMIT_DETAILS },
    message: { details, spender: ALICE, sigDeadline: 1 },
  },
  permitBatch: {
    primaryType: 'PermitBatch',
    types: { PermitBatch: 'PermitDetails[] details,address spender,uint256 sigDeadline', ...PERMIT_DETAILS },
    message: { details: [details, { ...details, token: OWNER }], spender: ALICE, sigDeadline: 1 },
  },
  permitTransferFrom: {
    primaryType: 'PermitTransferFrom',
    types: { PermitTransferFrom: `TokenPermissions permitted,${TRANSFER}`, ...TOKEN_PERMISSIONS },
    message: { permitted, ...transfer },
  },
  permitBatchTransferFrom: {
    primaryType: 'PermitBatchTransferFrom',
    types: { PermitBatchTransferFrom: `TokenPermissions[] permitted,${TRANSFER}`, ...TOKEN_PERMISSIONS },
    message: { permitted: [permitted, { ...permitted, token: OWNER }], ...transfer },
  },
  permitWitnessTransferFrom: {
    primaryType: 'PermitWitnessTransferFrom',
    types: {
      PermitWitnessTransferFrom: `TokenPermissions permitted,${TRANSFER},Order order`,
      Order: 'address maker,bytes32 id',
      ...TOKEN_PERMISSIONS,
    },
    message: { permitted, ...transfer, order: { maker: OWNER, id: tokenAuthorization.nonce } },
  },
  permitBatchWitnessTransferFrom: {
    primaryType: 'PermitBatchWitnessTransferFrom',
    types: {
      PermitBatchWitnessTransferFrom: `TokenPermissions[] permitted,${TRANSFER},bytes32 witness`,
      ...TOKEN_PERMISSIONS,
    },
    message: {
      permitted: [permitted, { ...permitted, token: OWNER }],
      ...transfer,
      witness: tokenAuthorization.nonce,
    },
  },
  safeTx: {
    primaryType: 'SafeTx',
    types: {
      SafeTx:
        'address to,uint256 value,bytes data,uint8 operation,uint256 safeTxGas,uint256 baseGas,uint256 gasPrice,address gasToken,address refundReceiver,uint256 nonce',
    },
    message: { ...safeTransaction, baseGas: 0, refundReceiver: zeroAddress },
  },
  /** Before version 1.0.0. */
  safeTxOld: {
    primaryType: 'SafeTx',
    types: {
      SafeTx:
        'address to,uint256 value,bytes data,uint8 operation,uint256 safeTxGas,uint256 dataGas,uint256 gasPrice,address gasToken,address refundReceiver,uint256 nonce',
    },
    message: { ...safeTransaction, dataGas: 0, refundReceiver: zeroAddress },
  },
  /** Before version 0.1.0. */
  safeTxOldest: {
    primaryType: 'SafeTx',
    types: {
      SafeTx:
        'address to,uint256 value,bytes data,uint8 operation,uint256 safeTxGas,uint256 dataGas,uint256 gasPrice,address gasToken,uint256 nonce',
    },
    message: { ...safeTransaction, dataGas: 0 },
  },
  kernelEnable: {
    primaryType: 'Enable',
    types: {
      Enable:
        'bytes21 validationId,uint32 nonce,address hook,bytes validatorData,bytes hookData,bytes selectorData',
    },
    message: {
      validationId: `0x01${ALICE.slice(2)}`,
      nonce: 1,
      hook: zeroAddress,
      validatorData: ALICE,
      hookData: '0x',
      selectorData: '0xe9ae5c53',
    },
  },
  /** Kernel v2. */
  kernelValidatorApproved: {
    primaryType: 'ValidatorApproved',
    types: { ValidatorApproved: 'bytes4 sig,uint256 validatorData,address executor,bytes enableData' },
    message: { sig: '0x51945447', validatorData: ALICE, executor: zeroAddress, enableData: ALICE },
  },
  /** Of the ERC-4337 module 0.2.0. */
  safeOp06: {
    primaryType: 'SafeOp',
    types: {
      SafeOp:
        'address safe,uint256 nonce,bytes initCode,bytes callData,uint256 callGasLimit,uint256 verificationGasLimit,uint256 preVerificationGas,uint256 maxFeePerGas,uint256 maxPriorityFeePerGas,bytes paymasterAndData,uint48 validAfter,uint48 validUntil,address entryPoint',
    },
    message: { ...operation, entryPoint: '0x5FF137D4b0FDCD49DcA30c7CF57E578a026d2789' },
  },
  /** Of the ERC-4337 module 0.3.0. */
  safeOp07: {
    primaryType: 'SafeOp',
    types: {
      SafeOp:
        'address safe,uint256 nonce,bytes initCode,bytes callData,uint128 verificationGasLimit,uint128 callGasLimit,uint256 preVerificationGas,uint128 maxPriorityFeePerGas,uint128 maxFeePerGas,bytes paymasterAndData,uint48 validAfter,uint48 validUntil,address entryPoint',
    },
    message: { ...operation, entryPoint: ENTRY_POINT },
  },
} as const

/**
 * The payload field of a request with typed data of a known type.
 *
 * @param name Of the type.
 * @param changes To the message. `undefined` leaves a field out.
 * @param domain Other than the default, which is that of a token.
 */
export const knownTypedData = (name: keyof typeof KNOWN, changes: Json = {}, domain?: Json) => {
  const { primaryType, types: definitions, message } = KNOWN[name]
  return typedDataPayload(primaryType, definitions, { ...message, ...changes }, domain)
}
