import { AbiCoder, concat, id, keccak256, TypedDataEncoder, type TypedDataField } from 'ethers'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ACCOUNT } from '../../test/fixtures.ts'
import { faultsOf, type Json, mail, typedDataPayload as payload, throughJson } from '../../test/payloads.ts'
import { type AnyTypedData, anyTypedData } from '../../test/typedData.ts'
import { read } from '../fields.ts'
import { typedDataPayload } from './typedData.ts'
import { examineTypedData } from './typedDataEffects.ts'

const hashOf = (value: unknown) => examineTypedData(read(typedDataPayload, throughJson(value)), ACCOUNT).hash
const faults = (value: unknown) => faultsOf(typedDataPayload, throughJson(value))
const independentHash = ({ domain, types, message }: AnyTypedData): string =>
  TypedDataEncoder.hash(domain, types as Record<string, TypedDataField[]>, message)
const wrap = (typedData: unknown) => ({ kind: 'typedData', typedData })
const domainTypes = ({ domain }: AnyTypedData): readonly Json[] =>
  [
    { name: 'name', type: 'string' },
    { name: 'version', type: 'string' },
    { name: 'chainId', type: 'uint256' },
    { name: 'verifyingContract', type: 'address' },
    { name: 'salt', type: 'bytes32' },
  ].filter(({ name }) => name in domain)

describe('hash', () => {
  test('default: the example of EIP-712', () => {
    // https://github.com/ethereum/EIPs/blob/master/assets/eip-712/Example.js
    expect(hashOf(mail)).toBe('0xbe609aee343fb3c4b28e1df9e632fca64fcfaede20f02e86244efddf30957bd2')
  })

  test('hash(typed data) = ethers’, with and without EIP712Domain among the types', () => {
    fc.assert(
      fc.property(anyTypedData, typedData => {
        const hash = independentHash(typedData)
        expect(hashOf(wrap(typedData))).toBe(hash)
        const types = { EIP712Domain: domainTypes(typedData), ...typedData.types }
        expect(hashOf(wrap({ ...typedData, types }))).toBe(hash)
      }),
      { numRuns: 400, endOnFailure: true },
    )
  })

  test('behavior: EIP712Domain left out does not leave out the domain', () => {
    const { domain: _domain, ...rest } = mail.typedData
    const hashes = [
      hashOf(mail),
      hashOf(wrap({ ...rest, domain: {} })),
      hashOf(wrap({ ...rest, domain: { name: 'Ether Mail' } })),
      hashOf(wrap({ ...rest, domain: { ...mail.typedData.domain, chainId: 2 } })),
    ]
    expect(new Set(hashes).size).toBe(4)
  })

  test('behavior: types may refer to themselves in arrays', () => {
    const type = 'Person(string name,Person[] children)'
    const person = ({ name, children }: Family): string =>
      keccak256(
        AbiCoder.defaultAbiCoder().encode(
          ['bytes32', 'bytes32', 'bytes32'],
          [id(type), id(name), keccak256(concat(children.map(person)))],
        ),
      )
    type Family = { readonly name: string; readonly children: readonly Family[] }
    const family = {
      name: 'A',
      children: [
        { name: 'B', children: [] },
        { name: 'C', children: [{ name: 'D', children: [] }] },
      ],
    }
    const domain = { name: 'Family' }
    expect(hashOf(payload('Person', { Person: 'string name,Person[] children' }, family, domain))).toBe(
      keccak256(concat(['0x1901', TypedDataEncoder.hashDomain(domain), person(family)])),
    )
  })

  test.each(['10', '0xa', '0xA', '0x0a', 10])('behavior: an integer may be stated as %j', value => {
    const definitions = { Number: 'uint8 value,bool more' }
    expect(hashOf(payload('Number', definitions, { value, more: true }))).toBe(
      hashOf(payload('Number', definitions, { value: 10, more: true })),
    )
  })

  test('behavior: what is read is frozen through and through', () => {
    const frozen = (value: unknown): boolean =>
      typeof value !== 'object' ||
      value === null ||
      (Object.isFrozen(value) && Object.values(value).every(frozen))
    expect(frozen(read(typedDataPayload, mail))).toBe(true)
  })
})

/** All JSON objects inside a message: each is a struct. */
const structsIn = (value: unknown): readonly Record<string, unknown>[] => {
  if (typeof value !== 'object' || value === null) return []
  const inner = Object.values(value).flatMap(structsIn)
  return Array.isArray(value) ? inner : [value as Record<string, unknown>, ...inner]
}

describe('a message that does not fit its type', () => {
  const fresh = 'noSuchMember'
  const CHANGES: Readonly<Record<string, (struct: Record<string, unknown>, name: string) => void>> = {
    added: struct => {
      struct[fresh] = 0
    },
    removed: (struct, name) => {
      delete struct[name]
    },
    renamed: (struct, name) => {
      struct[fresh] = struct[name]
      delete struct[name]
    },
    'made null': (struct, name) => {
      struct[name] = null
    },
  }
  test.each(Object.entries(CHANGES))(
    'any typed data with one field %s, at any depth, is refused',
    (_name, change) => {
      fc.assert(
        fc.property(anyTypedData, fc.nat(), fc.nat(), (typedData, which, member) => {
          const changed = structuredClone(typedData)
          const structs = structsIn(changed.message)
          const struct = structs[which % structs.length] ?? {}
          const names = Object.keys(struct)
          change(struct, names[member % names.length] ?? '')
          expect(faults(wrap(changed))).not.toEqual([])
        }),
        { numRuns: 300, endOnFailure: true },
      )
    },
  )

  test('any value is accepted by no more than the types that it fits', () => {
    const values: readonly (readonly [
      type: string,
      accepted: readonly unknown[],
      refused: readonly unknown[],
    ])[] = [
      [
        'uint8',
        [0, 255, '255', '0xff', '0x00ff'],
        [
          256,
          -1,
          '-1',
          '256',
          '0x100',
          1.5,
          '1.5',
          '',
          '0x',
          ' 1',
          '1 ',
          '01',
          '1e1',
          '+1',
          true,
          null,
          [],
          {},
        ],
      ],
      ['int8', [-128, 127, '-128', '0x7f', '0'], [128, -129, '128', '0x80', '-0', '-0x1', '--1']],
      [
        'uint256',
        [`${2n ** 256n - 1n}`, `0x${'f'.repeat(64)}`, 2 ** 53 - 1],
        [`${2n ** 256n}`, `0x1${'0'.repeat(64)}`, 2 ** 53, '1'.repeat(5000), 1e300],
      ],
      ['int256', [`${-(2n ** 255n)}`, `${2n ** 255n - 1n}`], [`${2n ** 255n}`, `0x${'f'.repeat(64)}`]],
      ['bool', [true, false], [0, 1, 'true', '', null]],
      ['bytes', ['0x', '0xab', '0xAB'], ['', 'ab', '0xa', '0xzz', [], [171], 1]],
      ['bytes4', ['0x01020304'], ['0x', '0x010203', '0x0102030405', '0x0102030g', 16909060]],
      ['string', ['', '0x12', 'ü\u0000'], [1, null, true, '\ud800', ['a']]],
      [
        'address',
        [ACCOUNT, mail.typedData.message['from'] && '0xCD2a3d9F938E13CD947Ec05AbC7FE734Df8DD826'],
        ['0xcD2a3d9F938E13CD947Ec05AbC7FE734Df8DD826', '0x', 'vitalik.eth', `${ACCOUNT}00`, 0],
      ],
      ['uint8[]', [[], [1, '2']], [{}, '', null, [1, [2]], [256], [null], { length: 0 }]],
      ['uint8[2]', [[1, 2]], [[], [1], [1, 2, 3], {}]],
      ['uint8[2][]', [[], [[1, 2]]], [[[1]], [1, 2], [[1, 2], [1]]]],
      ['uint8[][2]', [[[], []]], [[], [[]], [1, 2]]],
    ]
    for (const [type, accepted, refused] of values) {
      const data = (value: unknown) =>
        payload('Thing', { Thing: `${type} value,bool more` }, { value, more: true })
      for (const value of accepted) expect([type, value, faults(data(value))]).toEqual([type, value, []])
      for (const value of refused) expect([type, value, faults(data(value))]).not.toEqual([type, value, []])
    }
  })

  test('error: every fault at once, with its place', () => {
    const broken = {
      from: { name: 1, wallet: 'Cow', age: 7 },
      to: [],
      'a/b': 1,
    }
    expect(
      faults(
        payload(
          'Mail',
          { Person: 'string name,address wallet', Mail: 'Person from,Person to,string contents' },
          broken,
          { chainId: 0, nme: 'x' },
        ),
      ),
    ).toEqual([
      '/typedData/domain/nme UNKNOWN_FIELD',
      '/typedData/domain/chainId OUT_OF_RANGE',
      '/typedData/message/a~1b UNKNOWN_FIELD',
      '/typedData/message/from/age UNKNOWN_FIELD',
      '/typedData/message/from/name INVALID_TEXT',
      '/typedData/message/from/wallet INVALID_ADDRESS',
      '/typedData/message/to WRONG_TYPE',
      '/typedData/message/contents REQUIRED',
    ])
  })
})

describe('types that are not sound', () => {
  const withTypes = (types: unknown, changes: Json = {}) =>
    wrap({ types, domain: {}, primaryType: 'A', message: { a: 1 }, ...changes })
  const A = [{ name: 'a', type: 'uint8' }]
  const member = (type: unknown) => withTypes({ A: [{ name: 'a', type }] })

  const cases: Readonly<Record<string, readonly [unknown, readonly string[]]>> = {
    'an unknown primary type': [
      withTypes({ A }, { primaryType: 'B' }),
      ['/typedData/primaryType UNKNOWN_TYPE'],
    ],
    'the domain as primary type': [
      withTypes({ EIP712Domain: [] }, { primaryType: 'EIP712Domain', message: {} }),
      ['/typedData/primaryType UNKNOWN_TYPE'],
    ],
    'an array as primary type': [
      withTypes({ A }, { primaryType: 'A[]' }),
      ['/typedData/primaryType INVALID_NAME'],
    ],
    'a type not used': [withTypes({ A, B: A }), ['/typedData/types/B INCONSISTENT']],
    'types that only use each other': [
      withTypes({ A, B: [{ name: 'c', type: 'C[]' }], C: [{ name: 'b', type: 'B[]' }] }),
      ['/typedData/types/B INCONSISTENT', '/typedData/types/C INCONSISTENT'],
    ],
    'the domain as a member': [member('EIP712Domain'), ['/typedData/types/A/0/type UNKNOWN_TYPE']],
    'a type unknown': [member('B'), ['/typedData/types/A/0/type UNKNOWN_TYPE']],
    'a type unknown in an array': [member('B[]'), ['/typedData/types/A/0/type UNKNOWN_TYPE']],
    'a member named twice': [withTypes({ A: [...A, ...A] }), ['/typedData/types/A/1/name DUPLICATE_FIELD']],
    'a member with more to it': [
      withTypes({ A: [{ name: 'a', type: 'uint8', indexed: true }] }),
      ['/typedData/types/A/0/indexed UNKNOWN_FIELD'],
    ],
    'a member without a type': [withTypes({ A: [{ name: 'a' }] }), ['/typedData/types/A/0/type REQUIRED']],
    'an injected member': [
      withTypes({ A: [{ name: 'a,uint8 b', type: 'uint8' }] }),
      ['/typedData/types/A/0/name INVALID_NAME'],
    ],
    'an injected type': [withTypes({ A, 'B(uint8 c)': A }), ['/typedData/types/B(uint8 c) INVALID_NAME']],
    'members as an object': [withTypes({ A: { a: 'uint8' } }), ['/typedData/types/A WRONG_TYPE']],
    'types as a list': [withTypes([]), ['/typedData/types WRONG_TYPE']],
    'an elementary type defined anew': [withTypes({ A, uint8: A }), ['/typedData/types/uint8 INVALID_NAME']],
    'something like an elementary type defined': [
      withTypes({ A, uint: A, bytes33: A }),
      ['/typedData/types/uint INVALID_NAME', '/typedData/types/bytes33 INVALID_NAME'],
    ],
    'everything missing': [
      wrap({}),
      [
        '/typedData/types REQUIRED',
        '/typedData/domain REQUIRED',
        '/typedData/primaryType REQUIRED',
        '/typedData/message REQUIRED',
      ],
    ],
    'nothing at all': [wrap(null), ['/typedData WRONG_TYPE']],
    'more than typed data': [withTypes({ A }, { extra: 1 }), ['/typedData/extra UNKNOWN_FIELD']],
    'a user operation': [
      withTypes({ PackedUserOperation: A }, { primaryType: 'PackedUserOperation' }),
      ['/typedData/primaryType UNSUPPORTED_KIND'],
    ],
  }
  test.each(Object.entries(cases))('error: %s', (_name, [value, issues]) => {
    expect(faults(value)).toEqual(issues)
  })

  test.each([
    ...['uint', 'int', 'uint7', 'uint0', 'uint08', 'uint264', 'int9', 'bytes0', 'bytes33', 'bytes01', 'byte'],
    ...[
      'fixed',
      'ufixed128x18',
      'function',
      'uint8[0]',
      'uint8[-1]',
      'uint8[01]',
      'uint8[1',
      'uint8]',
      '[]',
      '',
    ],
    ...[
      'uint8 ',
      ' uint8',
      'address payable',
      'mapping(address=>uint)',
      'A[][',
      'uint8[99999]',
      5,
      null,
      ['uint8'],
    ],
    `uint8${'[]'.repeat(17)}`,
  ])('error: %j is no type', type => {
    expect(faults(member(type))).toEqual([expect.stringMatching(/^\/typedData\/types\/A\/0\/type /)])
  })

  describe('the domain', () => {
    const domain = { name: 'x', chainId: 1 }
    const stated = (...list: readonly (readonly [string, string])[]) =>
      withTypes({ A, EIP712Domain: list.map(([type, name]) => ({ name, type })) }, { domain })
    const name = ['string', 'name'] as const
    const chainId = ['uint256', 'chainId'] as const

    test('behavior: stated as it is', () => {
      expect(faults(stated(name, chainId))).toEqual([])
    })

    test.each([
      ['less', stated(name)],
      ['nothing', stated()],
      ['more', stated(name, chainId, ['bytes32', 'salt'])],
      ['another order', stated(chainId, name)],
      ['another type', stated(name, ['uint64', 'chainId'])],
      ['another field', stated(name, ['address', 'verifyingContract'])],
    ])('error: stated with %s', (_name, value) => {
      expect(faults(value)).toEqual(['/typedData/types/EIP712Domain INCONSISTENT'])
    })

    const domains: Readonly<Record<string, readonly [Json, readonly string[]]>> = {
      'a field of its own': [{ owner: ACCOUNT }, ['/typedData/domain/owner UNKNOWN_FIELD']],
      'null for a field': [{ name: null }, ['/typedData/domain/name INVALID_TEXT']],
      'chain id zero': [{ chainId: '0' }, ['/typedData/domain/chainId OUT_OF_RANGE']],
      'a chain id beyond exact integers': [
        { chainId: `${2n ** 53n}` },
        ['/typedData/domain/chainId OUT_OF_RANGE'],
      ],
      'a chain id that is none': [{ chainId: 'mainnet' }, ['/typedData/domain/chainId INVALID_QUANTITY']],
      'an address without checksum': [
        { verifyingContract: '0xCccCccccCCCCcCCCCCCcCcCccCcCCCcCcccccccC' },
        ['/typedData/domain/verifyingContract INVALID_ADDRESS'],
      ],
      'a short salt': [{ salt: '0x01' }, ['/typedData/domain/salt INVALID_HEX']],
    }
    test.each(Object.entries(domains))('error: %s', (_name, [value, issues]) => {
      expect(faults(withTypes({ A }, { domain: value }))).toEqual(issues)
    })
  })
})

describe('names that objects have anyway', () => {
  const names = ['__proto__', 'constructor', 'toString', 'valueOf', 'hasOwnProperty', '__defineGetter__']
  const A = [{ name: 'a', type: 'uint8' }]

  test.each(names)('error: %s as a type, a member, a primary type, or a field', name => {
    const base = { types: { A }, domain: {}, primaryType: 'A', message: { a: 1 } }
    const uses: readonly unknown[] = [
      { ...base, types: { A: [{ name: 'a', type: name }] } },
      { ...base, types: { A: [{ name: 'a', type: `${name}[]` }] }, message: { a: [] } },
      { ...base, types: { A, [name]: A } },
      { ...base, types: { [name]: A }, primaryType: name },
      { ...base, primaryType: name },
      { ...base, types: { A: [{ name, type: 'uint8' }] }, message: { [name]: 1 } },
      { ...base, types: { A: [{ name, type: 'uint8' }] }, message: {} },
      { ...base, message: { a: 1, [name]: { a: 1 } } },
      { ...base, message: { [name]: { a: 1 } } },
      { ...base, domain: { [name]: { name: 'x' } } },
      { ...base, [name]: base },
    ]
    for (const use of uses) expect(faults(wrap(use))).not.toEqual([])
  })
})

describe('bounds', () => {
  const nested = (depth: number): unknown =>
    Array.from({ length: depth }).reduce<unknown>(inner => ({ a: [inner] }), { a: [] })
  const recursive = (depth: number) => payload('A', { A: 'A[] a' }, nested(depth) as Json, {})

  test('behavior: nesting is bounded', () => {
    expect(faults(recursive(7))).toEqual([])
    expect(faults(recursive(8))).toEqual([expect.stringMatching(/\/a\/0 OUT_OF_RANGE$|\/a OUT_OF_RANGE$/)])
    expect(faults(recursive(2_000))).toHaveLength(1)
  })

  test('error: a type that holds itself can never end', () => {
    expect(faults(payload('A', { A: 'A a,uint8 b' }, { a: { a: {}, b: 1 }, b: 1 }))).toEqual([
      '/typedData/message/a/a/a REQUIRED',
      '/typedData/message/a/a/b REQUIRED',
    ])
  })

  test('behavior: the number of values is bounded', () => {
    const values = (length: number) =>
      payload('A', { A: 'uint8[] a,bool b' }, { a: Array(length).fill(1), b: true })
    expect(faults(values(2_046))).toEqual([])
    expect(faults(values(2_047))).toEqual(['/typedData/message/b OUT_OF_RANGE'])
    expect(faults(values(9_000))).toEqual(['/typedData/message/a/2047 OUT_OF_RANGE'])
  })

  test('behavior: the length of types is bounded', () => {
    const many = (count: number) =>
      payload(
        'A',
        { A: Array.from({ length: count }, (_, i) => `uint8 a${i}`).join(',') },
        Object.fromEntries(Array.from({ length: count }, (_, i) => [`a${i}`, 1])),
      )
    expect(faults(many(300))).toEqual([])
    expect(faults(many(500))).toEqual(['/typedData/types OUT_OF_RANGE'])
  })

  test('behavior: the work of hashing types is bounded', () => {
    const long = Array.from({ length: 8 }, (_, i) => `bool ${'c'.repeat(60)}${i}`).join(',')
    const types = { A: 'B[] b', B: 'C[] c', C: long }
    const { length } = `A(${types.A})B(${types.B})C(${types.C})`
    const most = Math.floor(262_144 / length)
    const structs = (count: number) => payload('A', types, { b: Array(count - 1).fill({ c: [] }) }, {})
    expect(faults(structs(most))).toEqual([])
    expect(faults(structs(most + 1))).toEqual(['/typedData/types OUT_OF_RANGE'])
  })

  test('behavior: an order of Seaport with 60 items is hashed', () => {
    const item =
      'uint8 itemType,address token,uint256 identifierOrCriteria,uint256 startAmount,uint256 endAmount'
    const types = {
      OrderComponents:
        'address offerer,address zone,OfferItem[] offer,ConsiderationItem[] consideration,uint8 orderType,uint256 startTime,uint256 endTime,bytes32 zoneHash,uint256 salt,bytes32 conduitKey,uint256 counter',
      OfferItem: item,
      ConsiderationItem: `${item},address recipient`,
    }
    const offered = { itemType: 1, token: ACCOUNT, identifierOrCriteria: 0, startAmount: 1, endAmount: 1 }
    const zero = `0x${'00'.repeat(32)}`
    const message = {
      ...{ offerer: ACCOUNT, zone: ACCOUNT, orderType: 0, startTime: 0, endTime: 1, salt: 0, counter: 0 },
      ...{ zoneHash: zero, conduitKey: zero, offer: Array(30).fill(offered) },
      consideration: Array(30).fill({ ...offered, recipient: ACCOUNT }),
    }
    const order = payload('OrderComponents', types, message)
    expect(hashOf(order)).toBe(independentHash(order.typedData as unknown as AnyTypedData))
  })

  test('behavior: a long chain of types is read without recursion', () => {
    const types = Object.fromEntries(
      Array.from({ length: 2_000 }, (_, i) => [
        `A${i}`,
        [{ name: 'a', type: i === 1_999 ? 'bool' : `A${i + 1}[]` }],
      ]),
    )
    expect(faults(wrap({ types, domain: {}, primaryType: 'A0', message: { a: [] } }))).toEqual([
      '/typedData/types OUT_OF_RANGE',
    ])
  })
})

test('any typed data with any one part replaced by anything is read or refused', () => {
  const parts = ['types', 'domain', 'primaryType', 'message']
  fc.assert(
    fc.property(anyTypedData, fc.constantFrom(...parts), fc.jsonValue(), (typedData, part, value) => {
      const changed = wrap({ ...typedData, [part]: value })
      if (faults(changed).length === 0) expect(hashOf(changed)).toMatch(/^0x[0-9a-f]{64}$/)
    }),
    { numRuns: 300, endOnFailure: true },
  )
})
