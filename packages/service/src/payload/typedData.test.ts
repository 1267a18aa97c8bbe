import { AbiCoder, concat, id, keccak256, TypedDataEncoder, type TypedDataField } from 'ethers'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ACCOUNT } from '../../test/fixtures.ts'
import { faultsOf, type Json, mail, typedDataPayload as payload, throughJson } from '../../test/payloads.ts'
import { type AnyTypedData, anyTypedData } from '../../test/typedData.ts'
import { read } from '../fields.ts'
import type { Issue } from '../problem.ts'
import { typedDataPayload } from './typedData.ts'
import { examineTypedData } from './typedDataEffects.ts'
import { encodeType } from './typedDataTypes.ts'
import { countStructs } from './typedDataValues.ts'

const hashOf = (value: unknown) => examineTypedData(read(typedDataPayload, throughJson(value)), ACCOUNT).hash
const faults = (value: unknown) => faultsOf(typedDataPayload, throughJson(value))
const independentHash = ({ domain, types, message }: AnyTypedData): string =>
  TypedDataEncoder.hash(domain, types as Record<string, TypedDataField[]>, message)
/** Every fault, however many there are. */
const issuesOf = (value: unknown): readonly Issue[] => {
  const issues: Issue[] = []
  typedDataPayload(throughJson(value), '', issues)
  return issues
}
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

test('encodeType(types) = ethers’, and every struct of a message is counted', () => {
  fc.assert(
    fc.property(anyTypedData, typedData => {
      const { types, primaryType, message } = read(typedDataPayload, throughJson(wrap(typedData))).typedData
      const encoder = TypedDataEncoder.from(typedData.types as Record<string, TypedDataField[]>)
      expect(encodeType(types, primaryType)).toBe(encoder.encodeType(primaryType))
      expect(countStructs(message)).toBe(structsIn(typedData.message).length)
    }),
    { numRuns: 200 },
  )
})

test('behavior: structs are counted at any depth', () => {
  expect(countStructs({ a: { b: { c: [[{}, { d: 1n }], []] } }, e: 'text', f: true })).toBe(5)
})

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

  const integerForm = 'must be a whole number: decimal or 0x hex as text, or a JSON number below 2^53'
  test.each<readonly [type: string, value: unknown, path: string, code: string, message: string]>([
    ['uint8', '1.5', '', 'INVALID_QUANTITY', integerForm],
    ['uint8', 1.5, '', 'INVALID_QUANTITY', integerForm],
    ['uint256', 2 ** 53, '', 'INVALID_QUANTITY', integerForm],
    ['uint256', '1'.repeat(79), '', 'INVALID_QUANTITY', integerForm],
    ['uint256', `0x${'0'.repeat(65)}`, '', 'INVALID_QUANTITY', integerForm],
    ['uint256', '9'.repeat(78), '', 'OUT_OF_RANGE', 'must fit in uint256'],
    ['int256', `-${'9'.repeat(78)}`, '', 'OUT_OF_RANGE', 'must fit in int256'],
    ['uint8', 256, '', 'OUT_OF_RANGE', 'must fit in uint8'],
    ['uint8', -1, '', 'OUT_OF_RANGE', 'must fit in uint8'],
    ['int8', 128, '', 'OUT_OF_RANGE', 'must fit in int8'],
    ['int8', '-129', '', 'OUT_OF_RANGE', 'must fit in int8'],
    ['bool', 1, '', 'WRONG_TYPE', 'must be true or false'],
    ['bytes', '0x1', '', 'INVALID_HEX', 'must be 0x and an even number of hex digits'],
    ['bytes3', '0x0102', '', 'INVALID_HEX', 'must be 0x and 6 hex digits'],
    ['bytes[]', '0x', '', 'WRONG_TYPE', 'must be a JSON array'],
    ['bytes[]', ['0x', 'x'], '/1', 'INVALID_HEX', 'must be 0x and an even number of hex digits'],
    ['bool[2]', [true], '', 'OUT_OF_RANGE', 'must have 2 elements'],
    ['bool[2][]', [[true, true], [true]], '/1', 'OUT_OF_RANGE', 'must have 2 elements'],
  ])('error: %s as %j', (type, value, path, code, message) => {
    expect(issuesOf(payload('Thing', { Thing: `${type} value,bool more` }, { value, more: true }))).toEqual([
      { path: `/typedData/message/value${path}`, code, message },
    ])
  })

  test('behavior: faults elsewhere in the request keep none of the message from being told', () => {
    const value = payload('Thing', { Thing: 'bool a,bool b' }, { a: 1, b: true, c: true })
    expect(issuesOf({ ...value, kind: 'other' })).toMatchObject([
      { path: '/kind' },
      { path: '/typedData/message/c', code: 'UNKNOWN_FIELD', message: 'is not a member of the type' },
      { path: '/typedData/message/a', code: 'WRONG_TYPE' },
    ])
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
    'the domain as a member, where it is among the types': [
      withTypes({ A: [{ name: 'a', type: 'EIP712Domain' }], EIP712Domain: [] }, { message: { a: {} } }),
      ['/typedData/types/A/0/type UNKNOWN_TYPE'],
    ],
    'a type that is not well-formed, beside one unknown': [
      withTypes({ A: [{ name: 'a', type: 'B' }], 'C(': A }),
      ['/typedData/types/C( INVALID_NAME'],
    ],
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

  const reference = 'must be the name of a type, with [] or [n] for arrays'
  const elementary = 'is the name of an elementary type'
  const identifier = 'must be a Solidity identifier of at most 64 characters'
  test.each<readonly [name: string, value: unknown, code: string, message: string]>([
    ['an unknown type', member('B'), 'UNKNOWN_TYPE', 'is neither elementary nor in types'],
    ...['1a', ' uint8', 'uint8 ', 'uint8[', 'uint8[0]', 'uint8[1a]', 'uint8[10000]', 'a'.repeat(65)].map(
      type => [type, member(type), 'INVALID_NAME', reference] as const,
    ),
    ...['address', 'bool', 'string', 'bytes', 'bytes7', 'bytes99', 'int', 'int8', 'uint', 'uint999'].map(
      name => [name, withTypes({ A, [name]: A }), 'INVALID_NAME', elementary] as const,
    ),
    ...['1a', 'a b', 'a-b', '', 'n'.repeat(65)].map(
      name => [name, withTypes({ A: [...A, { name, type: 'bool' }] }), 'INVALID_NAME', identifier] as const,
    ),
    ['twice', withTypes({ A: [...A, ...A] }), 'DUPLICATE_FIELD', 'names a member twice'],
    ['no type', withTypes({ A }, { primaryType: 'B' }), 'UNKNOWN_TYPE', 'must be one of types'],
    ['not used', withTypes({ A, B: A }), 'INCONSISTENT', 'is not used by primaryType'],
    [
      'a user operation',
      withTypes({ PackedUserOperation: A }, { primaryType: 'PackedUserOperation' }),
      'UNSUPPORTED_KIND',
      'must be sent as kind userOperation',
    ],
    [
      'another domain',
      withTypes({ A, EIP712Domain: [] }, { domain: { name: 'x', chainId: 1 } }),
      'INCONSISTENT',
      'must be the fields of domain: string name, uint256 chainId',
    ],
    [
      'chain id zero',
      withTypes({ A }, { domain: { chainId: 0 } }),
      'OUT_OF_RANGE',
      'must be from 1 to 2^53 - 1',
    ],
  ])('error: %s, in words', (_name, value, code, message) => {
    expect(issuesOf(value)).toEqual([{ path: expect.any(String), code, message }])
  })

  test('behavior: names that only look like something else are names like any other', () => {
    const names = [
      'Myuint8',
      'uint8x',
      'intX',
      'bytes3x',
      'xbool',
      'addressed',
      '_',
      '$',
      'A1',
      'n'.repeat(64),
    ]
    for (const name of names) {
      expect([name, faults(payload(name, { [name]: 'uint8 a' }, { a: 1 }))]).toEqual([name, []])
      expect([name, faults(payload('A', { A: `bool ${name}` }, { [name]: true }))]).toEqual([name, []])
      expect([name, faults(payload('A', { A: `${name} a` }, { a: 1 }))]).toEqual([
        name,
        ['/typedData/types/A/0/type UNKNOWN_TYPE'],
      ])
      const types = { A: `${name}[] a`, [name]: 'uint8 a' }
      expect([name, faults(payload('A', types, { a: [{ a: 1 }] }))]).toEqual([name, []])
    }
  })

  test('behavior: arrays have up to 9999 elements, or any number', () => {
    for (const size of [1, 12, 123, 2000])
      expect(faults(payload('A', { A: `bool[${size}] a` }, { a: Array(size).fill(true) }))).toEqual([])
    expect(faults(payload('A', { A: 'bool[9999] a' }, { a: [] }))).toEqual([
      '/typedData/message/a OUT_OF_RANGE',
    ])
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

    test('behavior: chain ids are exact', () => {
      for (const id of [1, '0x1', Number.MAX_SAFE_INTEGER, `${2n ** 53n - 1n}`])
        expect(read(typedDataPayload, withTypes({ A }, { domain: { chainId: id } }))).toMatchObject({
          typedData: { domain: { chainId: Number(id) } },
        })
    })

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
      'a negative chain id': [{ chainId: '-1' }, ['/typedData/domain/chainId OUT_OF_RANGE']],
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

/** Members of a type, so many characters long. */
const membersOf = (length: number): string => {
  const count = Math.floor((length - 6) / 62)
  const names = Array.from({ length: count }, (_, i) => `m${`${i}`.padStart(55, '_')}`)
  return [...names, 'n'.repeat(length - 62 * count - 5)].map(name => `bool ${name}`).join(',')
}

describe('bounds', () => {
  const nested = (depth: number): unknown =>
    Array.from({ length: depth }).reduce<unknown>(inner => ({ a: [inner] }), { a: [] })
  const recursive = (depth: number) => payload('A', { A: 'A[] a' }, nested(depth) as Json, {})

  test('behavior: nesting is bounded', () => {
    expect(faults(recursive(7))).toEqual([])
    expect(faults(recursive(8))).toEqual([expect.stringMatching(/\/a\/0 OUT_OF_RANGE$|\/a OUT_OF_RANGE$/)])
    expect(faults(recursive(2_000))).toHaveLength(1)
  })

  test('behavior: nesting is 16 levels deep at most, of arrays and of structs; the values in them are a level too', () => {
    const arrays = (depth: number, innermost: unknown) =>
      payload(
        'A',
        { A: `bool${'[]'.repeat(depth)} a` },
        { a: Array.from({ length: depth }).reduce((inner: unknown) => [inner], innermost) },
        {},
      )
    expect(issuesOf(arrays(15, true))).toEqual([])
    expect(issuesOf(arrays(16, true))).toEqual([
      {
        path: `/typedData/message/a${'/0'.repeat(15)}`,
        code: 'OUT_OF_RANGE',
        message: 'is nested deeper than 16 levels',
      },
    ])
    const structs = (depth: number) => {
      const names = Array.from({ length: depth }, (_, i) => `S${i}`)
      const types = names.map((name, i) => [name, i === depth - 1 ? 'bool a' : `${names[i + 1]} a`] as const)
      const message = names.reduce<unknown>(inner => ({ a: inner }), true) as Json
      return payload('S0', Object.fromEntries(types), message, {})
    }
    expect(issuesOf(structs(16))).toEqual([])
    expect(issuesOf(structs(17))).toMatchObject([
      { path: `/typedData/message${'/a'.repeat(16)}`, code: 'OUT_OF_RANGE' },
    ])
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

  test('behavior: the last value of all is read, and none after it', () => {
    const values = (length: number, one: unknown, last: unknown) =>
      payload('A', { A: 'uint8[] a,bool b' }, { a: Array(length).fill(one), b: last })
    expect(issuesOf(values(2_046, 1, 'x'))).toMatchObject([{ path: '/typedData/message/b' }])
    expect(hashOf(values(2_046, 1, true))).not.toBe(hashOf(values(2_046, 1, false)))
    const issues = issuesOf(values(9_000, 'x', 'x'))
    expect(issues).toHaveLength(2_048)
    expect(issues.at(-1)).toEqual({
      path: '/typedData/message/a/2047',
      code: 'OUT_OF_RANGE',
      message: 'is beyond the maximum of 2048 values',
    })
  })

  test('behavior: the length of types is bounded', () => {
    const many = (count: number) =>
      payload(
        'A',
        { A: Array.from({ length: count }, (_, i) => `uint8 a${i}`).join(',') },
        Object.fromEntries(Array.from({ length: count }, (_, i) => [`a${i}`, 1])),
      )
    const long = (length: number) => {
      const A = membersOf(length - 'A()'.length)
      return payload('A', { A }, Object.fromEntries(A.split(',').map(member => [member.slice(5), true])))
    }
    expect(issuesOf(long(4_096))).toEqual([])
    expect(issuesOf(long(4_097))).toEqual([
      { path: '/typedData/types', code: 'OUT_OF_RANGE', message: 'must be at most 4096 characters' },
    ])
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
    expect(issuesOf(structs(most + 1))).toEqual([
      {
        path: '/typedData/types',
        code: 'OUT_OF_RANGE',
        message: `must be shorter: ${length} characters for each of ${most + 1} structs is more than 262144`,
      },
    ])
    // 4096 characters for each of 64 structs are just as many as may be.
    const exact = (count: number) => {
      const C = membersOf(4_096 - 'A(B[] b)B(C[] c)C()'.length)
      return payload('A', { A: 'B[] b', B: 'C[] c', C }, { b: Array(count - 1).fill({ c: [] }) }, {})
    }
    expect(issuesOf(exact(64))).toEqual([])
    expect(issuesOf(exact(65))).toMatchObject([{ path: '/typedData/types', code: 'OUT_OF_RANGE' }])
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
