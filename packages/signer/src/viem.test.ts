// The oracle is viem's own privateKeyToAccount. A key in memory signs deterministically (RFC 6979) as viem does, but
// answers s or n - s as it likes, as KMS does; after normalisation both accounts must answer the same to the byte.
import { secp256k1 } from '@noble/curves/secp256k1.js'
import { Transaction as EthersTransaction, TypedDataEncoder, verifyAuthorization } from 'ethers'
import fc from 'fast-check'
import {
  createWalletClient,
  custom,
  type LocalAccount,
  recoverAddress,
  type SerializeTransactionFn,
  serializeTransaction,
  type TransactionSerializable,
  type TypedDataDefinition,
} from 'viem'
import { nonceManager, type PrivateKeyAccount, privateKeyToAccount } from 'viem/accounts'
import { describe, expect, test } from 'vitest'
import { encodeHex, type Hex } from './hex.ts'
import { encodePublicKey } from './publicKey.ts'
import { createSigner } from './signer.ts'
import { type KmsAccount, signerToAccount } from './viem.ts'

const { Point, Signature } = secp256k1
const n = Point.Fn.ORDER

const accountsFor = async (
  secret: bigint,
  highS: boolean,
): Promise<{ readonly ours: KmsAccount; readonly oracle: PrivateKeyAccount }> => {
  const secretKey = Point.Fn.toBytes(secret)
  const signer = await createSigner({
    id: 'memory',
    getPublicKey: async () => encodePublicKey(secp256k1.getPublicKey(secretKey, false)),
    signDigest: async digest => {
      const { r, s } = Signature.fromBytes(secp256k1.sign(digest, secretKey, { prehash: false }))
      return new Signature(r, highS ? n - s : s).toBytes('der')
    },
  })
  return { ours: signerToAccount(signer), oracle: privateKeyToAccount(encodeHex(secretKey)) }
}

/** What a call came to: its value or the text of its error. */
const outcome = async (call: () => Promise<unknown>): Promise<unknown> => {
  try {
    return { value: await call() }
  } catch (error) {
    return { error: String(error) }
  }
}

/** Runs the same call on both accounts, for any key and either half of s, and demands the same outcome. */
const expectEqual = <Input>(
  input: fc.Arbitrary<Input>,
  call: (account: KmsAccount | PrivateKeyAccount, input: Input) => Promise<unknown>,
  numRuns: number,
): Promise<void> =>
  fc.assert(
    fc.asyncProperty(
      fc.bigInt({ min: 1n, max: n - 1n }),
      fc.boolean(),
      input,
      async (secret, highS, value) => {
        const { ours, oracle } = await accountsFor(secret, highS)
        const expected = await outcome(() => call(oracle, value))
        expect(await outcome(() => call(ours, value))).toEqual(expected)
        expect(expected).toHaveProperty('value')
      },
    ),
    { numRuns },
  )

const bytes = (minLength: number, maxLength: number = minLength): fc.Arbitrary<Hex> =>
  fc.uint8Array({ minLength, maxLength }).map(encodeHex)
const address = bytes(20)
const uint = (bits: number): fc.Arbitrary<bigint> => fc.bigInt({ min: 0n, max: 2n ** BigInt(bits) - 1n })
const optional = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(value, { nil: undefined })

const accessList = fc.array(fc.record({ address, storageKeys: fc.array(bytes(32), { maxLength: 2 }) }), {
  maxLength: 2,
})
const common = {
  to: fc.oneof(address, fc.constant(null), fc.constant(undefined)),
  value: optional(uint(128)),
  nonce: optional(fc.nat()),
  gas: optional(uint(40)),
  data: optional(bytes(0, 70)),
}
const chainId = fc.integer({ min: 1, max: 2 ** 31 })
const fees = { maxFeePerGas: uint(64).map(fee => fee + 2n ** 64n), maxPriorityFeePerGas: uint(64) }
const authorization = fc.record({
  address,
  chainId: fc.nat(),
  nonce: fc.nat(),
  r: bytes(32),
  s: bytes(32),
  yParity: fc.nat({ max: 1 }),
})

// KZG commitments are not computed here: any function of the blob will do, since both accounts get the same.
const kzg = {
  blobToKzgCommitment: (blob: Uint8Array) => new Uint8Array(48).fill(blob[0] ?? 0),
  computeBlobKzgProof: (blob: Uint8Array) => new Uint8Array(48).fill(blob[1] ?? 0),
}
const versionedHash = bytes(31).map((hash): Hex => `0x01${hash.slice(2)}`)
const sidecar = fc.record({ blob: bytes(64), commitment: bytes(48), proof: bytes(48) })
const blobs = fc.oneof(
  fc.record({ blobVersionedHashes: fc.array(versionedHash, { minLength: 1, maxLength: 3 }) }),
  fc.record({
    blobVersionedHashes: fc.array(versionedHash, { minLength: 1, maxLength: 3 }),
    sidecars: fc.array(sidecar, { minLength: 1, maxLength: 2 }),
  }),
  fc.record({ blobs: fc.array(bytes(64), { minLength: 1, maxLength: 2 }), kzg: fc.constant(kzg) }),
)
const blobTransaction = fc
  .tuple(
    fc.record({
      ...common,
      ...fees,
      to: address,
      chainId,
      maxFeePerBlobGas: uint(64),
      accessList: optional(accessList),
    }),
    blobs,
  )
  .map(([fields, carried]) => ({ ...fields, ...carried }))

const transactionOf = {
  legacy: fc.record({
    ...common,
    type: fc.constant('legacy' as const),
    gasPrice: uint(64),
    chainId: fc.oneof(chainId, fc.constant(undefined)),
  }),
  eip2930: fc.record({
    ...common,
    type: fc.constant('eip2930' as const),
    gasPrice: uint(64),
    chainId,
    accessList,
  }),
  eip1559: fc.record({
    ...common,
    ...fees,
    type: fc.constant('eip1559' as const),
    chainId,
    accessList: optional(accessList),
  }),
  eip4844: blobTransaction.map(transaction => ({ ...transaction, type: 'eip4844' as const })),
  eip7702: fc.record({
    ...common,
    ...fees,
    type: fc.constant('eip7702' as const),
    chainId,
    authorizationList: fc.array(authorization, { maxLength: 3 }),
  }),
} satisfies Record<string, fc.Arbitrary<unknown>> as unknown as Record<
  'legacy' | 'eip2930' | 'eip1559' | 'eip4844' | 'eip7702',
  fc.Arbitrary<TransactionSerializable>
>

/** A field of a struct: its EIP-712 type and a value of that type. */
type Field = { readonly type: string; readonly value: unknown }
const width = fc.integer({ min: 1, max: 32 })
const field: fc.Arbitrary<Field> = fc.oneof(
  address.map(value => ({ type: 'address', value })),
  fc.boolean().map(value => ({ type: 'bool', value })),
  fc.string({ unit: 'binary' }).map(value => ({ type: 'string', value })),
  bytes(0, 40).map(value => ({ type: 'bytes', value })),
  width.chain(size => bytes(size).map(value => ({ type: `bytes${size}`, value }))),
  width.chain(size => uint(8 * size).map(value => ({ type: `uint${8 * size}`, value }))),
  width.chain(size =>
    uint(8 * size).map(value => ({ type: `int${8 * size}`, value: value - 2n ** BigInt(8 * size - 1) })),
  ),
  fc.array(address, { maxLength: 3 }).map(value => ({ type: 'address[]', value })),
  fc.array(fc.string(), { minLength: 2, maxLength: 2 }).map(value => ({ type: 'string[2]', value })),
)
const struct = fc.array(field, { minLength: 1, maxLength: 4 }).map(fields => ({
  fields: fields.map(({ type }, i) => ({ name: `field${i}`, type })),
  value: Object.fromEntries(fields.map(({ value }, i) => [`field${i}`, value])),
}))
const domain = fc.record(
  {
    name: fc.string(),
    version: fc.string(),
    chainId: fc.oneof(fc.nat(), uint(64)),
    verifyingContract: address,
    salt: bytes(32),
  },
  { requiredKeys: [] },
)
const plainTypedData = fc
  .record({ domain, outer: struct, inner: struct })
  .map(({ domain, outer, inner }) => ({
    domain,
    types: {
      Outer: [...outer.fields, { name: 'inner', type: 'Inner' }, { name: 'inners', type: 'Inner[]' }],
      Inner: inner.fields,
    },
    primaryType: 'Outer' as const,
    message: { ...outer.value, inner: inner.value, inners: [inner.value, inner.value] },
  }))
const DOMAIN_FIELDS = [
  { name: 'name', type: 'string' },
  { name: 'version', type: 'string' },
  { name: 'chainId', type: 'uint256' },
  { name: 'verifyingContract', type: 'address' },
  { name: 'salt', type: 'bytes32' },
]
/** Also with EIP712Domain among the types: complete, empty, or as the thing to sign; and with no domain at all. */
const typedData = fc.oneof(
  plainTypedData,
  plainTypedData.map(({ domain: _, ...data }) => data),
  plainTypedData.map(data => ({
    ...data,
    types: { ...data.types, EIP712Domain: domainFieldsOf(data.domain) },
  })),
  plainTypedData.map(data => ({ ...data, types: { ...data.types, EIP712Domain: [] } })),
  domain.map(value => ({
    domain: value,
    types: { EIP712Domain: domainFieldsOf(value) },
    primaryType: 'EIP712Domain' as const,
  })),
) as fc.Arbitrary<TypedDataDefinition>
const domainFieldsOf = (value: object): typeof DOMAIN_FIELDS =>
  DOMAIN_FIELDS.filter(({ name }) => name in value)

describe('account', () => {
  test('it has what viem puts into a private key account, and the source kms', async () => {
    const { ours, oracle } = await accountsFor(1n, false)
    const plain = ({ address, publicKey, type, source }: LocalAccount): unknown => ({
      address,
      publicKey,
      type,
      source,
    })
    expect(plain(ours)).toEqual({ ...Object(plain(oracle)), source: 'kms' })
    expect(Object.keys(ours).sort()).toEqual(Object.keys(oracle).sort())
  })

  test('behavior: it is a local account to a viem client, with a nonce manager where one is given', async () => {
    const { ours } = await accountsFor(1n, false)
    const account: LocalAccount = ours
    const request = async (): Promise<never> => {
      throw new Error('a local account signs without a request')
    }
    const client = createWalletClient({ account, transport: custom({ request }) })
    expect(await client.signMessage({ message: 'hello' })).toBe(await ours.signMessage({ message: 'hello' }))
    const signer = {
      address: ours.address,
      publicKey: ours.publicKey,
      keyId: 'memory',
      signHash: expect.fail,
    }
    expect(signerToAccount(signer, { nonceManager }).nonceManager).toBe(nonceManager)
  })
})

describe('equal to privateKeyToAccount', () => {
  test('sign, any hash', () => expectEqual(bytes(32), (account, hash) => account.sign({ hash }), 40))

  test('signMessage, any text and any bytes', () => {
    const message = fc.oneof(
      fc.string({ unit: 'binary' }),
      bytes(0, 80).map(raw => ({ raw })),
      fc.uint8Array().map(raw => ({ raw })),
    )
    return expectEqual(message, (account, value) => account.signMessage({ message: value }), 60)
  })

  test('signAuthorization, any chain and nonce, with address or contractAddress', () => {
    const number = fc.oneof(fc.constant(0), fc.nat(), fc.constant(2 ** 32 - 1))
    const request = fc
      .record({ chainId: number, nonce: number, delegate: address, alias: fc.boolean() })
      .map(({ delegate, alias, ...rest }) =>
        alias ? { ...rest, contractAddress: delegate } : { ...rest, address: delegate },
      )
    return expectEqual(request, (account, value) => account.signAuthorization(value), 40)
  })

  test('signTypedData, any struct and any domain', () =>
    expectEqual(typedData, (account, value) => account.signTypedData(value), 80))

  test.each([
    ['legacy', 'with or without a chain id'],
    ['eip2930', 'with an access list'],
    ['eip1559', 'with or without an access list'],
    ['eip4844', 'with hashes only, with sidecars, with blobs'],
    ['eip7702', 'with an authorization list'],
  ] as const)('signTransaction, %s, %s', (type, _with) =>
    expectEqual(transactionOf[type], (account, transaction) => account.signTransaction(transaction), 40),
  )

  test('signTransaction, type left to be inferred', () => {
    const { legacy, eip2930, eip1559, eip7702 } = transactionOf
    const untyped = fc
      .oneof(legacy, eip2930, eip1559, eip7702)
      .map(({ type: _, ...transaction }) => transaction as TransactionSerializable)
    return expectEqual(untyped, (account, transaction) => account.signTransaction(transaction), 40)
  })

  test('signTransaction with a serializer of its own: the same calls, the same answer', () =>
    expectEqual(
      fc.oneof(...Object.values(transactionOf)),
      async (account, transaction) => {
        const calls: unknown[] = []
        const serializer: SerializeTransactionFn = (...parameters) => {
          calls.push(parameters)
          return `0x7f${serializeTransaction(...parameters).slice(2)}` as ReturnType<
            typeof serializeTransaction
          >
        }
        return [await account.signTransaction(transaction, { serializer }), calls]
      },
      40,
    ))

  test('signTransaction, a type that has no blobs, with blobs: a serializer gets it as it is', async () => {
    const { ours, oracle } = await accountsFor(7n, true)
    const transaction = { type: 'eip1559', chainId: 1, blobs: ['0x00'], sidecars: [] } as const
    const got = async (account: KmsAccount | PrivateKeyAccount): Promise<unknown> => {
      const calls: unknown[] = []
      const serializer: SerializeTransactionFn = (...parameters) => {
        calls.push(parameters)
        return '0x02'
      }
      await account.signTransaction(transaction as unknown as TransactionSerializable, { serializer })
      return calls
    }
    expect(await got(ours)).toEqual(await got(oracle))
    expect(await got(ours)).toEqual([[transaction], [transaction, expect.anything()]])
  })
})

describe('beyond viem', () => {
  test('signTransaction, blobs without a type: equal to privateKeyToAccount with the type given', () =>
    // viem looks at the type only, and would sign the blobs along: a signature that no chain accepts.
    fc.assert(
      fc.asyncProperty(blobTransaction, async transaction => {
        const { ours, oracle } = await accountsFor(7n, true)
        const typed = { ...transaction, type: 'eip4844' } as TransactionSerializable
        expect(await ours.signTransaction(transaction as TransactionSerializable)).toBe(
          await oracle.signTransaction(typed),
        )
      }),
      { numRuns: 30 },
    ))

  test('ethers finds our address in any transaction that it can parse', () => {
    const { legacy, eip2930, eip1559 } = transactionOf
    return fc.assert(
      fc.asyncProperty(fc.oneof(legacy, eip2930, eip1559), async transaction => {
        const { ours } = await accountsFor(7n, true)
        expect(EthersTransaction.from(await ours.signTransaction(transaction)).from).toBe(ours.address)
      }),
      { numRuns: 40 },
    )
  })

  test('ethers hashes typed data to what we have signed, the domain included', () =>
    fc.assert(
      fc.asyncProperty(plainTypedData, async data => {
        const { ours } = await accountsFor(7n, true)
        const signature = await ours.signTypedData(data as TypedDataDefinition)
        const hash = TypedDataEncoder.hash(data.domain, data.types, data.message) as Hex
        expect(await recoverAddress({ hash, signature })).toBe(ours.address)
      }),
      { numRuns: 40 },
    ))

  test.each([
    { chainId: 1, nonce: 0 },
    { chainId: 0, nonce: 0 },
    { chainId: 84532, nonce: 128 },
  ])('ethers finds our address in an authorization for chain $chainId, nonce $nonce', async request => {
    const { ours } = await accountsFor(7n, true)
    const delegate = '0x63c0c19a282a1b52b07dd5a65b58948a07dae32b'
    const { address, chainId, nonce, r, s, yParity } = await ours.signAuthorization({
      ...request,
      contractAddress: delegate,
    })
    const authorization = { address, chainId, nonce }
    expect(authorization).toEqual({ ...request, address: delegate })
    expect(verifyAuthorization(authorization, { r, s, yParity: yParity === 1 ? 1 : 0 })).toBe(ours.address)
  })
})
