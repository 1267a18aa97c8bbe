import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { loadPolicy } from '@coffer/service/policy'
import { Ajv } from 'ajv'
import { getAddress, hexlify } from 'ethers'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { policyDirectory, starterSource } from '../../test/policy.ts'
import { parseCases } from './cases.ts'
import { decide } from './decide.ts'
import { fillStarter, type Known } from './starter.ts'

const schema: object = JSON.parse(readFileSync(join(policyDirectory, 'treasury.schema.json'), 'utf8'))

const address = fc
  .uint8Array({ minLength: 20, maxLength: 20 })
  .map(bytes => getAddress(hexlify(bytes)) as `0x${string}`)
const account = fc.stringMatching(/^[0-9]{12}$/)
const operator = fc.oneof(
  fc
    .tuple(account, fc.stringMatching(/^[a-z.*@-]{1,10}$/))
    .map(([id, name]) => `arn:aws:iam::${id}:user/team/${name}`),
  fc
    .tuple(account, fc.stringMatching(/^[A-Za-z]{1,10}$/))
    .map(([id, name]) => `arn:aws:iam::${id}:role/aws/${name}`),
  fc
    .tuple(account, fc.stringMatching(/^[A-Za-z]{1,10}$/))
    .map(([id, name]) => `arn:aws-us-gov:sts::${id}:assumed-role/${name}/*`),
)
const name = fc.stringMatching(/^[A-Za-z][A-Za-z0-9_:.@-]{0,20}$/)

test('whatever is filled in, the policy is valid and decides its cases as it should', () => {
  const known: fc.Arbitrary<Known> = fc.record({
    operator: fc.option(operator, { nil: undefined }),
    wallet: fc.option(address, { nil: undefined }),
    factory: fc.option(address, { nil: undefined }),
    token: fc.record({
      name: fc.constantFrom('usdc', 'eurc', 'xsgd'),
      symbol: fc.constantFrom('USDC', 'EURC'),
      decimals: fc.integer({ min: 0, max: 18 }),
      chainId: fc.integer({ min: 1, max: 2 ** 40 }),
      address,
    }),
    payees: fc.dictionary(name, address, { maxKeys: 4 }),
  })
  fc.assert(
    fc.property(known, one => {
      const files = fillStarter(one)
      expect(new Ajv().validate(schema, JSON.parse(files['treasury.json'] ?? ''))).toBe(true)
      const policy = loadPolicy({ rules: files['treasury.cedar'] ?? '', facts: files['treasury.json'] ?? '' })
      const cases = parseCases(files['cases.yaml'] ?? '', { directory: '/none', file: 'cases.yaml', policy })
      expect(cases).toHaveLength(one.wallet === undefined || one.factory !== undefined ? 11 : 10)
      for (const { name, inquiry, expected } of cases) {
        const { outcome, codes } = decide(inquiry, policy)
        expect([name, outcome]).toEqual([name, expected.outcome])
        if (expected.outcome === 'deny')
          expect(codes).toEqual(expect.arrayContaining([...(expected.reasons ?? [])]))
      }
    }),
    { numRuns: 60 },
  )
})

test('default: nothing known gives the example, and its schema is named for editors', () => {
  const token = {
    name: 'usdc',
    symbol: 'USDC',
    decimals: 6,
    chainId: 84532,
    address: '0x036CbD53842c5426634e7929541eC2318f3dCF7e',
  } as const
  const files = fillStarter({ token, payees: {} })
  expect(JSON.parse(files['treasury.json'] ?? '')).toMatchObject({
    $schema: './treasury.schema.json',
    roles: { operators: ['arn:aws:iam::111122223333:user/operator'] },
    addressBook: { 'vendor:acme': { groups: ['payees'] } },
  })
  expect(files['coffer.cedarschema']).toContain('entity Wallet')
  expect(Object.keys(files)).toContain('treasury.schema.json')
})

const facts = JSON.parse(starterSource.facts)

test.each([
  ['an unknown section', { ...facts, wallet: {} }],
  ['a name with a space', { ...facts, addressBook: { 'a b': facts.addressBook['vendor:acme'] } }],
  ['the name of the key', { ...facts, wallets: { signer: facts.wallets.treasury } }],
  [
    'an address that is too short',
    { ...facts, wallets: { treasury: { ...facts.wallets.treasury, address: '0x11' } } },
  ],
  ['no chain', { ...facts, wallets: { treasury: { ...facts.wallets.treasury, chainIds: [] } } }],
  ['decimals as text', { ...facts, tokens: { usdc: { ...facts.tokens.usdc, decimals: '6' } } }],
  [
    'an empty group',
    { ...facts, addressBook: { 'vendor:acme': { ...facts.addressBook['vendor:acme'], groups: [''] } } },
  ],
  ['a role of a service', { ...facts, roles: { operators: ['lambda.amazonaws.com'] } }],
])('error: the schema for editors refuses %s, as the service does', (_, wrong) => {
  expect(new Ajv().validate(schema, wrong)).toBe(false)
  expect(() => loadPolicy({ ...starterSource, facts: JSON.stringify(wrong) })).toThrow(/treasury\.json:/)
})
