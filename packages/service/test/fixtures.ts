// What the tests of the service share: a key in memory, a user operation as Crossmint states it, and call data, encoded
// by ethers so that the encoder is not the one that the service decodes with.
import type { Signer, SigningKey } from '@coffer/signer'
import { createSigner } from '@coffer/signer'
import {
  AbiCoder,
  SigningKey as EthersKey,
  FunctionFragment,
  hexlify,
  Interface,
  solidityPacked,
} from 'ethers'
import fc from 'fast-check'
import { type Address, getAddress, type Hex } from 'viem'
import type { Call } from '../src/effects/functions/known.ts'

export const ENTRY_POINT: Address = '0x0000000071727De22E5E9d8BAf0edAc6f37da032'
export const ACCOUNT: Address = getAddress('0x1111111111111111111111111111111111111111')
export const TOKEN: Address = getAddress('0x036cbd53842c5426634e7929541ec2318f3dcf7e')
export const ALICE: Address = getAddress('0x00000000000000000000000000000000000a11ce')
export const CALLER = { account: ACCOUNT, entryPoint: ENTRY_POINT } as const
export const PRINCIPAL = { arn: 'arn:aws:iam::123456789012:user/olga', sourceIp: '203.0.113.7' } as const
export const KEY_ARN = 'arn:aws:kms:us-east-1:123456789012:key/00000000-0000-4000-8000-000000000001'

const ethersKey = new EthersKey(`0x${'4c'.repeat(32)}`)

/** A key in memory that answers as KMS does. */
export const signingKey: SigningKey = {
  id: KEY_ARN,
  // RFC 5480: the AlgorithmIdentifier of secp256k1 and the uncompressed point.
  getPublicKey: async () =>
    Buffer.from(`3056301006072a8648ce3d020106052b8104000a034200${ethersKey.publicKey.slice(2)}`, 'hex'),
  signDigest: async digest => {
    const { r, s } = ethersKey.sign(hexlify(digest))
    const body = Buffer.concat([derInteger(r), derInteger(s)])
    return Buffer.concat([Buffer.from([0x30, body.length]), body])
  },
}

export const newSigner = (): Promise<Signer> => createSigner(signingKey)

const derInteger = (hex: string): Buffer => {
  const minimal = Buffer.from(
    BigInt(hex)
      .toString(16)
      .padStart(64, '0')
      .replace(/^(00)+/, ''),
    'hex',
  )
  const content = (minimal[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.from([0]), minimal]) : minimal
  return Buffer.concat([Buffer.from([0x02, content.length]), content])
}

const accountAbi = new Interface([
  'function execute(address dest, uint256 value, bytes func)',
  'function executeBatch(address[] dest, uint256[] value, bytes[] func)',
  'function execute(bytes32 mode, bytes executionCalldata)',
])
const tokenAbi = new Interface([
  'function transfer(address to, uint256 amount)',
  'function transferFrom(address from, address to, uint256 amount)',
  'function approve(address spender, uint256 amount)',
])

/** Call data of any function, such as `aggregate3((address target, bool allowFailure, bytes data)[] calls)`. */
export const encodeCall = (signature: string, args: readonly unknown[]): Hex =>
  interfaceOf(signature).encodeFunctionData(nameOf(signature), args) as Hex

/** ethers' interface of one function. */
export const interfaceOf = (signature: string): Interface => {
  const abi = interfaces.get(signature) ?? new Interface([FunctionFragment.from(`function ${signature}`)])
  interfaces.set(signature, abi)
  return abi
}

/** The name in a signature. */
export const nameOf = (signature: string): string => signature.slice(0, signature.indexOf('('))

const interfaces = new Map<string, Interface>()

/** Call data of an ERC-20 function. */
export const token = (name: 'transfer' | 'transferFrom' | 'approve', args: readonly unknown[]): Hex =>
  tokenAbi.encodeFunctionData(name, args) as Hex

/** Account call data that makes one call. */
export const execute = ({ to, value, data }: Call): Hex =>
  accountAbi.encodeFunctionData('execute(address,uint256,bytes)', [to, value, data]) as Hex

/** Account call data that makes several calls, as SimpleAccount takes it. */
export const executeBatch = (calls: readonly Call[], values = calls.map(call => call.value)): Hex =>
  accountAbi.encodeFunctionData('executeBatch', [
    calls.map(call => call.to),
    values,
    calls.map(call => call.data),
  ]) as Hex

/** Account call data of ERC-7579: the mode as hex digits, filled up with zeros. */
export const executeMode = (mode: string, execution: string): Hex =>
  accountAbi.encodeFunctionData('execute(bytes32,bytes)', [`0x${mode.padEnd(64, '0')}`, execution]) as Hex

/** A call as ERC-7579 packs a single one. */
export const packedCall = ({ to, value, data }: Call): string =>
  solidityPacked(['address', 'uint256', 'bytes'], [to, value, data])

/** Calls as ERC-7579 encodes several. */
export const encodedCalls = (calls: readonly Call[]): string =>
  AbiCoder.defaultAbiCoder().encode(
    ['tuple(address target, uint256 value, bytes callData)[]'],
    [calls.map(({ to, value, data }) => [to, value, data])],
  )

/** The ways in which an account is told to make several calls. */
export const BATCHES: Readonly<Record<string, (calls: readonly Call[]) => Hex>> = {
  'Coinbase Smart Wallet executeBatch': calls =>
    encodeCall('executeBatch((address target, uint256 value, bytes data)[] calls)', [
      calls.map(({ to, value, data }) => [to, value, data]),
    ]),
  'SimpleAccount executeBatch': calls => executeBatch(calls),
  'ERC-7579 batch': calls => executeMode('0100', encodedCalls(calls)),
  'ERC-7579 batch, carrying on after failures': calls => executeMode('0101', encodedCalls(calls)),
}

export const transferCall: Call = { to: TOKEN, value: 0n, data: token('transfer', [ALICE, 1_500_000n]) }

/** A user operation as Crossmint returns one: a transfer of 1.5 USDC, the fee paid by a paymaster. */
export const crossmintUserOperation = {
  sender: ACCOUNT,
  nonce: '0x1f',
  callData: execute(transferCall),
  callGasLimit: '0x13880',
  verificationGasLimit: '0x186a0',
  preVerificationGas: '0xc350',
  maxFeePerGas: '0x3b9aca00',
  maxPriorityFeePerGas: '0x3b9aca00',
  paymaster: '0x2222222222222222222222222222222222222222',
  paymasterVerificationGasLimit: '0x7530',
  paymasterPostOpGasLimit: '0x1',
  paymasterData: '0xdeadbeef',
  signature: `0x${'ff'.repeat(65)}`,
} as const

/** The payload field of a request, with changes to the user operation. `undefined` leaves a field out. */
export const payload = (changes: Readonly<Record<string, unknown>> = {}) => ({
  kind: 'userOperation',
  chainId: 84532,
  entryPoint: ENTRY_POINT,
  userOperation: { ...crossmintUserOperation, ...changes },
})

/** Bytes, as hex. */
export const hexOf = (options: fc.IntArrayConstraints & { maxLength: number }): fc.Arbitrary<Hex> =>
  fc.uint8Array(options).map(bytes => hexlify(bytes) as Hex)

/** Any 20 bytes, as an EIP-55 address. */
export const anyAddress: fc.Arbitrary<Address> = hexOf({ minLength: 20, maxLength: 20 }).map(hex =>
  getAddress(hex),
)

/** Any amount, with zero and the maximum often. */
export const anyAmount: fc.Arbitrary<bigint> = fc.oneof(
  fc.constantFrom(0n, 1n, 2n ** 256n - 1n),
  fc.bigInt({ min: 0n, max: 2n ** 256n - 1n }),
)

/** A call that is understood in full: native value, or an ERC-20 function, with or without native value. */
export const anyUnderstoodCall: fc.Arbitrary<Call> = fc.oneof(
  fc.record({ to: anyAddress, value: anyAmount.filter(value => value > 0n), data: fc.constant<Hex>('0x') }),
  fc.record({
    to: anyAddress,
    value: anyAmount,
    data: fc.oneof(
      fc.tuple(anyAddress, anyAmount).map(args => token('transfer', args)),
      fc.tuple(anyAddress, anyAddress, anyAmount).map(args => token('transferFrom', args)),
      fc.tuple(anyAddress, anyAmount).map(args => token('approve', args)),
    ),
  }),
)

/** Any call at all, most of them not understood further. */
export const anyCall: fc.Arbitrary<Call> = fc.oneof(
  anyUnderstoodCall,
  fc.record({ to: anyAddress, value: anyAmount, data: hexOf({ maxLength: 80 }) }),
)
