// Every function that is understood in full: calls of it, encoded by ethers, with the effects that they should have.
import type { Result } from 'ethers'
import fc from 'fast-check'
import type { Address, Hex } from 'viem'
import type { Effect } from '../src/effects/effect.ts'
import { ACCOUNT, anyAddress, anyAmount, encodeCall, hexOf, interfaceOf, nameOf, TOKEN } from './fixtures.ts'

/** A function, any call of it to TOKEN by ACCOUNT, and what of a call its effects should tell. */
export type FunctionCase = {
  readonly signature: string
  readonly examples: fc.Arbitrary<{ readonly data: Hex; readonly effects: readonly Effect[] }>
  readonly meaning: (data: Hex) => string
}

/**
 * What call data says, as ethers reads it.
 *
 * @param signature The function, with all parameters named.
 * @param data Call data.
 * @param without Names of parameters, at any depth, that are left out.
 * @returns The arguments as text; another text for call data that ethers does not read, or encodes in another way.
 */
export const meaningOf = (signature: string, data: Hex, without: readonly string[]): string => {
  const abi = interfaceOf(signature)
  const name = nameOf(signature)
  try {
    const args: Result = abi.decodeFunctionData(name, data)
    if (abi.encodeFunctionData(name, args) !== data) return `not canonical: ${data}`
    return JSON.stringify(args.toObject(true), (key, value: unknown) => {
      if (without.includes(key)) return undefined
      return typeof value === 'bigint' ? value.toString() : value
    })
  } catch {
    return `not readable: ${data}`
  }
}

/** Effects as text, to compare many of them fast. */
export const textOf = (effects: readonly Effect[]): string =>
  JSON.stringify(effects, (_key, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value))

/** The call data with one byte changed by the mask, for each byte in turn. */
export function* flips(data: Hex, mask: number): Generator<Hex> {
  const bytes = Buffer.from(data.slice(2), 'hex')
  for (const [i, byte] of bytes.entries()) {
    bytes[i] = byte ^ mask
    yield `0x${bytes.toString('hex')}`
    bytes[i] = byte
  }
}

const of = <args extends readonly unknown[]>(
  signature: string,
  args: { readonly [i in keyof args]: fc.Arbitrary<args[i]> },
  effects: (...args: args) => readonly Effect[],
  without: readonly string[] = [],
): FunctionCase => ({
  signature,
  examples: fc.tuple<unknown[]>(...args).map(values => ({
    data: encodeCall(signature, values),
    effects: effects(...(values as unknown as args)),
  })),
  meaning: data => meaningOf(signature, data, without),
})

const call = (data: Hex): Effect => ({
  kind: 'call',
  to: TOKEN,
  selector: data.slice(0, 10) as Hex,
  value: 0n,
})
const transfer = (from: Address, to: Address, amount: bigint, asset: Address = TOKEN): Effect => ({
  ...{ kind: 'transfer', asset, from, to, amount },
})
const approval = (owner: Address, spender: Address, amount: bigint, asset: Address = TOKEN): Effect => ({
  ...{ kind: 'approval', asset, owner, spender, amount },
})
const nft = (from: Address, to: Address, tokenId: bigint, amount: bigint): Effect => ({
  ...{ kind: 'nftTransfer', collection: TOKEN, from, to, tokenId, amount },
})

const anyBytes = hexOf({ maxLength: 70 })
const anyHash = hexOf({ minLength: 32, maxLength: 32 })
const anyText = fc.string({ unit: 'binary', maxLength: 40 })
const anyByte = fc.nat(255)
const any160 = anyAmount.map(amount => BigInt.asUintN(160, amount))
const any48 = fc.nat({ max: 2 ** 48 - 1 })

const vrs = [anyByte, anyHash, anyHash] as const
const VRS = 'uint8 v, bytes32 r, bytes32 s'
const SIGNED = ['v', 'r', 's', 'signature', 'nonce', 'deadline', 'validAfter', 'validBefore'] as const

/** ERC-20, with the allowances that OpenZeppelin adds to and those of Aave's debt tokens. */
export const ERC20: readonly FunctionCase[] = [
  of<[Address, bigint]>('transfer(address to, uint256 amount)', [anyAddress, anyAmount], (to, amount) => [
    transfer(ACCOUNT, to, amount),
  ]),
  of<[Address, Address, bigint]>(
    'transferFrom(address from, address to, uint256 amount)',
    [anyAddress, anyAddress, anyAmount],
    (from, to, amount) => [transfer(from, to, amount)],
  ),
  ...['approve', 'increaseAllowance', 'increaseApproval', 'approveDelegation'].map(name =>
    of<[Address, bigint]>(
      `${name}(address spender, uint256 amount)`,
      [anyAddress, anyAmount],
      (spender, amount) => [approval(ACCOUNT, spender, amount)],
    ),
  ),
]

const authorization = ['transferWithAuthorization', 'receiveWithAuthorization'].flatMap(name => {
  const parameters =
    'address from, address to, uint256 value, uint256 validAfter, uint256 validBefore, bytes32 nonce'
  const args = [anyAddress, anyAddress, anyAmount, anyAmount, anyAmount, anyHash] as const
  const effects = (from: Address, to: Address, amount: bigint) => [transfer(from, to, amount)]
  return [
    of<[Address, Address, bigint, ...unknown[]]>(
      `${name}(${parameters}, ${VRS})`,
      [...args, ...vrs],
      effects,
      SIGNED,
    ),
    of<[Address, Address, bigint, ...unknown[]]>(
      `${name}(${parameters}, bytes signature)`,
      [...args, anyBytes],
      effects,
      SIGNED,
    ),
  ]
})

const permit = 'permit(address owner, address spender, uint256 value, uint256 deadline'
/** EIP-2612, DAI, EIP-3009. */
export const ERC20_SIGNED: readonly FunctionCase[] = [
  of<[Address, Address, bigint, ...unknown[]]>(
    `${permit}, ${VRS})`,
    [anyAddress, anyAddress, anyAmount, anyAmount, ...vrs],
    (owner, spender, amount) => [approval(owner, spender, amount)],
    SIGNED,
  ),
  of<[Address, Address, bigint, ...unknown[]]>(
    `${permit}, bytes signature)`,
    [anyAddress, anyAddress, anyAmount, anyAmount, anyBytes],
    (owner, spender, amount) => [approval(owner, spender, amount)],
    SIGNED,
  ),
  of<[Address, Address, bigint, bigint, boolean, ...unknown[]]>(
    `permit(address holder, address spender, uint256 nonce, uint256 deadline, bool allowed, ${VRS})`,
    [anyAddress, anyAddress, anyAmount, anyAmount, fc.boolean(), ...vrs],
    (owner, spender, _nonce, _deadline, allowed) => [
      approval(owner, spender, allowed ? 2n ** 256n - 1n : 0n),
    ],
    SIGNED,
  ),
  ...authorization,
]

type Details = readonly [token: Address, amount: bigint, expiration: number, nonce: number]
const anyDetails: fc.Arbitrary<Details> = fc.tuple(anyAddress, any160, any48, any48)
type Moved = readonly [from: Address, to: Address, amount: bigint, token: Address]
const anyMoved: fc.Arbitrary<Moved> = fc.tuple(anyAddress, anyAddress, any160, anyAddress)
type Tokens = readonly [token: Address, amount: bigint]
const anyPair: fc.Arbitrary<Tokens> = fc.tuple(anyAddress, anyAmount)

const DETAILS = '(address token, uint160 amount, uint48 expiration, uint48 nonce)'
const WITHOUT = [
  'expiration',
  'nonce',
  'deadline',
  'signature',
  'witness',
  'witnessType',
  'permitted',
] as const
const TAKEN = '(address to, uint256 requested)'
const witness = 'bytes32 witness, string witnessType, '

const taken = ['', witness].flatMap(extra => {
  const name = extra === '' ? 'permitTransferFrom' : 'permitWitnessTransferFrom'
  const rest = extra === '' ? [anyBytes] : [anyHash, anyText, anyBytes]
  const tail = `address owner, ${extra}bytes signature`
  const single = `${name}(((address token, uint256 permitted) permit, uint256 nonce, uint256 deadline) signed, ${TAKEN} details, ${tail})`
  const batch = `${name}(((address token, uint256 permitted)[] permit, uint256 nonce, uint256 deadline) signed, ${TAKEN}[] details, ${tail})`
  const oneEach = fc.array(fc.tuple(anyPair, anyPair), { minLength: 1, maxLength: 3 })
  return [
    of<[readonly [Tokens, bigint, bigint], Tokens, Address, ...unknown[]]>(
      single,
      [fc.tuple(anyPair, anyAmount, anyAmount), anyPair, anyAddress, ...rest],
      ([[asset]], [to, amount], owner) => [transfer(owner, to, amount, asset)],
      WITHOUT,
    ),
    {
      signature: batch,
      examples: fc.tuple(oneEach, anyAmount, anyAddress, ...rest).map(([pairs, nonce, owner, ...others]) => ({
        data: encodeCall(batch, [
          [pairs.map(([token]) => token), nonce, 0n],
          pairs.map(([, to]) => to),
          owner,
          ...others,
        ]),
        effects: pairs.map(([[asset], [to, amount]]) => transfer(owner, to, amount, asset)),
      })),
      meaning: (data: Hex) => meaningOf(batch, data, WITHOUT),
    },
  ]
})

/** Permit2, but for the call to the contract, which is an effect too where it is not Permit2. */
export const PERMIT2_FUNCTIONS: readonly FunctionCase[] = [
  of<[Address, Address, bigint, number]>(
    'approve(address token, address spender, uint160 amount, uint48 expiration)',
    [anyAddress, anyAddress, any160, any48],
    (asset, spender, amount) => [approval(ACCOUNT, spender, amount, asset)],
    WITHOUT,
  ),
  of<[Address, readonly [Details, Address, bigint], Hex]>(
    `permit(address owner, (${DETAILS} details, address spender, uint256 deadline) permit, bytes signature)`,
    [anyAddress, fc.tuple(anyDetails, anyAddress, anyAmount), anyBytes],
    (owner, [[asset, amount], spender]) => [approval(owner, spender, amount, asset)],
    WITHOUT,
  ),
  of<[Address, readonly [readonly Details[], Address, bigint], Hex]>(
    `permit(address owner, (${DETAILS}[] details, address spender, uint256 deadline) permit, bytes signature)`,
    [
      anyAddress,
      fc.tuple(fc.array(anyDetails, { minLength: 1, maxLength: 3 }), anyAddress, anyAmount),
      anyBytes,
    ],
    (owner, [details, spender]) => details.map(([asset, amount]) => approval(owner, spender, amount, asset)),
    WITHOUT,
  ),
  of<[Address, Address, bigint, Address]>(
    'transferFrom(address from, address to, uint160 amount, address token)',
    [anyAddress, anyAddress, any160, anyAddress],
    (from, to, amount, asset) => [transfer(from, to, amount, asset)],
  ),
  of<[readonly Moved[]]>(
    'transferFrom((address from, address to, uint160 amount, address token)[] transfers)',
    [fc.array(anyMoved, { minLength: 1, maxLength: 3 })],
    moved => moved.map(([from, to, amount, asset]) => transfer(from, to, amount, asset)),
  ),
  ...taken,
]

/** ERC-721 and ERC-1155. */
export const NFT: readonly FunctionCase[] = [
  of<[Address, Address, bigint]>(
    'safeTransferFrom(address from, address to, uint256 tokenId)',
    [anyAddress, anyAddress, anyAmount],
    (from, to, tokenId) => [nft(from, to, tokenId, 1n)],
  ),
  of<[Address, Address, bigint, Hex]>(
    'safeTransferFrom(address from, address to, uint256 tokenId, bytes memo)',
    [anyAddress, anyAddress, anyAmount, anyBytes],
    (from, to, tokenId) => [nft(from, to, tokenId, 1n)],
    ['memo'],
  ),
  of<[Address, Address, bigint, bigint, Hex]>(
    'safeTransferFrom(address from, address to, uint256 tokenId, uint256 amount, bytes memo)',
    [anyAddress, anyAddress, anyAmount, anyAmount, anyBytes],
    (from, to, tokenId, amount) => [nft(from, to, tokenId, amount)],
    ['memo'],
  ),
  of<[Address, Address, readonly bigint[], readonly bigint[], Hex]>(
    'safeBatchTransferFrom(address from, address to, uint256[] tokenIds, uint256[] amounts, bytes memo)',
    [
      ...([anyAddress, anyAddress] as const),
      fc.array(anyAmount, { minLength: 2, maxLength: 2 }),
      fc.array(anyAmount, { minLength: 2, maxLength: 2 }),
      anyBytes,
    ],
    (from, to, tokenIds, amounts) => tokenIds.map((tokenId, i) => nft(from, to, tokenId, amounts[i] ?? -1n)),
    ['memo'],
  ),
]

const forAll = (owner: Address, operator: Address, approved: boolean): Effect => ({
  ...{ kind: 'approvalForAll', collection: TOKEN, owner, operator, approved },
})

/** Operators: ERC-721, ERC-1155, ERC-6909, ERC-777, Morpho, Compound III, Balancer. */
export const OPERATORS: readonly FunctionCase[] = [
  ...['setApprovalForAll', 'setOperator', 'setAuthorization', 'allow'].map(name =>
    of<[Address, boolean]>(
      `${name}(address operator, bool approved)`,
      [anyAddress, fc.boolean()],
      (operator, approved) => [forAll(ACCOUNT, operator, approved)],
    ),
  ),
  of<[Address]>('authorizeOperator(address operator)', [anyAddress], operator => [
    forAll(ACCOUNT, operator, true),
  ]),
  of<[Address]>('revokeOperator(address operator)', [anyAddress], operator => [
    forAll(ACCOUNT, operator, false),
  ]),
  of<[Address, Address, boolean]>(
    'setRelayerApproval(address owner, address relayer, bool approved)',
    [anyAddress, anyAddress, fc.boolean()],
    (owner, relayer, approved) => [forAll(owner, relayer, approved)],
  ),
]

/** Functions of their own kind: WETH, and hashes approved on a Safe. */
export const OTHERS: readonly FunctionCase[] = [
  of<[bigint]>('withdraw(uint256 amount)', [anyAmount], amount => [{ kind: 'unwrap', asset: TOKEN, amount }]),
  of<[Hex]>('approveHash(bytes32 approved)', [anyHash], hash => [
    call(encodeCall('approveHash(bytes32 approved)', [hash])),
    { kind: 'opaque', of: 'hash', hash },
  ]),
]
