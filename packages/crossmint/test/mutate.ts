// JSON that is nearly right: a valid document with some of its values replaced, removed, repeated or nested too deep, and
// its text damaged.
import fc from 'fast-check'

const odd: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  1e308,
  2 ** 53 + 1,
  8.64e15 + 1,
  '',
  '\ud800',
  '\u202e',
  '\0',
  '__proto__',
  '0x',
  `0x${'f'.repeat(64)}`,
  `0x1${'0'.repeat(64)}`,
  'x'.repeat(5000),
  '9'.repeat(400),
  '+275760-09-13T00:00:00.001Z',
  [],
  {},
  [[]],
  nest(2000),
  Array.from({ length: 300 }, () => ({})),
]

const names: readonly string[] = ['__proto__', 'constructor', 'toString', 'then', 'toJSON', '', '0', 'length']

type Change = { readonly at: number; readonly act: (value: unknown, root: unknown) => unknown }

const changes: fc.Arbitrary<Change> = fc.record({
  at: fc.nat({ max: 400 }),
  act: fc.oneof(
    fc.constantFrom(...odd).map(value => () => value),
    fc.constant(() => undefined),
    fc.constant((value: unknown) => [value, value]),
    fc.constant((_: unknown, root: unknown) => root),
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
  fc.record({ at: fc.nat(), remove: fc.nat({ max: 3 }), insert: fc.string({ maxLength: 2 }) }),
  {
    nil: undefined,
    freq: 5,
  },
)

/** The JSON text of a document that begins as one of these and is changed in up to three places. */
export function mutated(originals: readonly unknown[]): fc.Arbitrary<string> {
  return fc
    .tuple(fc.constantFrom(...originals), fc.array(changes, { maxLength: 3 }), damages)
    .map(([original, list, damage]) => {
      const text = JSON.stringify(list.reduce(change, original)) ?? 'null'
      if (damage === undefined) return text
      const at = damage.at % text.length
      return text.slice(0, at) + damage.insert + text.slice(at + damage.remove)
    })
}

/** Changes the value that comes `at`-th (round and round) where a document is read from its beginning. */
function change(root: unknown, { at, act }: Change): unknown {
  let left = at % count(root)
  const visit = (value: unknown): unknown => {
    if (left-- === 0) return act(value, root)
    if (typeof value !== 'object' || value === null || left < 0) return value
    if (Array.isArray(value)) return value.map(visit)
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, visit(member)]))
  }
  return visit(root)
}

function count(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 1
  return Object.values(value).reduce((sum: number, member) => sum + count(member), 1)
}

/** `Object.fromEntries` makes `__proto__` a member like any other, as JSON.parse does. */
function withMember(value: unknown, name: string, member: unknown): unknown {
  const members = typeof value === 'object' && value !== null ? Object.entries(value) : []
  return Object.fromEntries([...members, [name, member]])
}

function nest(depth: number): unknown {
  return Array.from({ length: depth }).reduce((inner: unknown) => [inner], 'deep')
}
