// Requests and call data that are nearly right.
import fc from 'fast-check'
import type { Hex } from 'viem'

/** What stands where something else should. */
const odd: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  1e308,
  2 ** 53 + 1,
  '',
  '\ud800',
  '\u202e',
  '__proto__',
  'constructor',
  '0x',
  '0x0',
  `0x${'f'.repeat(64)}`,
  `0x1${'0'.repeat(64)}`,
  `0x${'00'.repeat(20)}`,
  `0x${'ab'.repeat(9000)}`,
  '9'.repeat(2000),
  `-${'9'.repeat(78)}`,
  'uint256',
  `uint256${'[]'.repeat(500)}`,
  'uint256[4294967296]',
  'bytes33',
  'function',
  'x'.repeat(5000),
  '😀'.repeat(1000),
  [],
  {},
  [[]],
  nest(3000),
  Array.from({ length: 300 }, () => ({})),
]

const names: readonly string[] = [
  ...['__proto__', 'constructor', 'toString', 'then', 'toJSON', '', 'a/b~c', '\u202e', 'length'],
  ...['message', 'payload', 'signerAddress', 'types', 'domain', 'x'.repeat(3000)],
]

type Change = {
  readonly at: number
  readonly act: (value: unknown, other: unknown) => unknown
  readonly from: number
}

const changes: fc.Arbitrary<Change> = fc.record({
  at: fc.nat({ max: 400 }),
  from: fc.nat({ max: 400 }),
  act: fc.oneof(
    fc.constantFrom(...odd).map(value => () => value),
    fc.constant(() => undefined),
    fc.constant((value: unknown) => [value, value]),
    // Something of the document itself, in another place.
    fc.constant((_: unknown, other: unknown) => other),
    fc
      .string({ maxLength: 5, unit: 'binary' })
      .map(text => (value: unknown) => (typeof value === 'string' ? value + text : text)),
    fc.tuple(fc.constantFrom(...names), fc.constantFrom(...odd)).map(
      ([name, value]) =>
        (old: unknown) =>
          withMember(old, name, value),
    ),
  ),
})

const damages = fc.option(
  fc.record({
    at: fc.nat(),
    remove: fc.nat({ max: 3 }),
    insert: fc.oneof(
      fc.string({ maxLength: 2 }),
      fc.constantFrom('{"a":1,"a":2}', '"message":"",', '\ufeff', '\\u0000'),
    ),
  }),
  { nil: undefined, freq: 5 },
)

/**
 * JSON text that is nearly right.
 *
 * @param originals Documents, one of which is changed in up to three places; then the text may be damaged.
 */
export const mutatedJson = (originals: readonly unknown[]): fc.Arbitrary<string> =>
  fc
    .tuple(fc.constantFrom(...originals), fc.array(changes, { maxLength: 3 }), damages)
    .map(([original, list, damage]) => {
      const text = JSON.stringify(list.reduce(change, original)) ?? 'null'
      if (damage === undefined) return text
      const at = damage.at % text.length
      return text.slice(0, at) + damage.insert + text.slice(at + damage.remove)
    })

/** Changes the value that comes `at`-th, round and round, where the document is read from its beginning. */
const change = (root: unknown, { at, from, act }: Change): unknown => {
  const all = values(root)
  const target = at % all.length
  let index = 0
  const visit = (value: unknown): unknown => {
    if (index++ === target) return act(value, all[from % all.length])
    if (typeof value !== 'object' || value === null || index > target) return value
    if (Array.isArray(value)) return value.map(visit)
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, visit(member)]))
  }
  return visit(root)
}

/** A value and everything in it. Not recursive: what was put in may be nested deep. */
const values = (root: unknown): readonly unknown[] => {
  const found = [root]
  for (const value of found)
    if (typeof value === 'object' && value !== null) found.push(...Object.values(value))
  return found
}

/** `Object.fromEntries` makes `__proto__` a member like any other, as JSON.parse does. */
const withMember = (value: unknown, name: string, member: unknown): unknown => {
  const members = typeof value === 'object' && value !== null ? Object.entries(value) : []
  return Object.fromEntries([...members, [name, member]])
}

function nest(depth: number): unknown {
  return Array.from({ length: depth }).reduce((inner: unknown) => [inner], 'deep')
}

/** Words that are offsets, lengths, or too much of either. */
const words: readonly string[] = [
  ...['0', '1', '20', '40', '60', 'ff', 'ffff', '7fffffff', 'ffffffff', '1fffffffffffff'].map(digits =>
    digits.padStart(64, '0'),
  ),
  'f'.repeat(64),
  `${'f'.repeat(62)}e0`,
]

/**
 * Call data that is nearly right: of one of these, up to four changes of a byte, of a word, or of the length.
 *
 * @param originals Call data, as lower-case hex.
 */
export const mutatedData = (originals: fc.Arbitrary<Hex>): fc.Arbitrary<Hex> => {
  const edit = fc.record({
    at: fc.nat(),
    kind: fc.constantFrom('byte', 'word', 'word', 'cut', 'repeat'),
    byte: fc.integer({ min: 0, max: 255 }),
    word: fc.constantFrom(...words),
  })
  return fc.tuple(originals, fc.array(edit, { maxLength: 4 })).map(([original, edits]) =>
    edits.reduce((data: Hex, { at, kind, byte, word }): Hex => {
      const bytes = (data.length - 2) / 2
      if (bytes === 0) return `0x${word}`
      const here = 2 + 2 * (at % bytes)
      // The words of the parameters come after the selector.
      const slot = bytes < 36 ? here : 10 + 64 * (at % Math.floor((bytes - 4) / 32))
      switch (kind) {
        case 'byte':
          return `0x${data.slice(2, here)}${byte.toString(16).padStart(2, '0')}${data.slice(here + 2)}`
        case 'word':
          return `0x${data.slice(2, slot)}${word}${data.slice(slot + 64)}`
        case 'cut':
          return `0x${data.slice(2, here)}`
        default:
          return `0x${data.slice(2)}${data.slice(slot)}`
      }
    }, original),
  )
}
