import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compareDocuments, describeDifferences } from './statements.ts'

const document = (...statements: readonly object[]): object => ({
  Version: '2012-10-17',
  Statement: statements,
})
const allow = {
  Sid: 'Allow',
  Effect: 'Allow',
  Principal: { AWS: 'arn:a' },
  Action: 'kms:Sign',
  Resource: '*',
}
const deny = { Sid: 'Deny', Effect: 'Deny', Principal: '*', Action: ['kms:A', 'kms:B'], Resource: '*' }

test('forms that mean the same are the same', () => {
  const same = document(
    { ...deny, Principal: { AWS: ['*'] }, Action: ['KMS:b', 'kms:a'], Sid: 'Other' },
    { ...allow, Resource: ['*'], Action: ['kms:Sign'] },
  )
  expect(compareDocuments(same, document(allow, deny))).toBeUndefined()
  const root = (AWS: string): object => document({ ...allow, Principal: { AWS } })
  expect(compareDocuments(root('123456789012'), root('arn:aws:iam::123456789012:root'))).toBeUndefined()
  const given = (Condition: object): object => document({ ...allow, Condition })
  expect(
    compareDocuments(
      given({ StringEquals: { 'AWS:SourceAccount': ['1'] }, Bool: { a: true } }),
      given({ Bool: { a: 'true' }, StringEquals: { 'aws:SourceAccount': '1' } }),
    ),
  ).toBeUndefined()
})

test('what is added, changed or missing is named', () => {
  const added = {
    Effect: 'Allow',
    Principal: { AWS: 'arn:b' },
    Action: ['a:1', 'a:2', 'a:3', 'a:4'],
    Resource: '*',
  }
  const found = compareDocuments(document({ ...allow, Action: 'kms:*' }, added), document(allow, deny))
  expect(found).toEqual({
    added: ['Allow a:1 and 3 more to arn:b'],
    changed: ['Allow (Allow kms:* to arn:a)'],
    missing: ['Deny (Deny kms:A kms:B to *)'],
  })
  expect(found && describeDifferences(found)).toBe(
    'added: Allow a:1 and 3 more to arn:b; changed: Allow (Allow kms:* to arn:a); missing: Deny (Deny kms:A kms:B to *)',
  )
})

test('a condition, a version, another element, no document at all: nothing is passed over', () => {
  const one = document(allow)
  for (const other of [
    document({ ...allow, Condition: { Bool: { a: 'true' } } }),
    document({ ...allow, Effect: 'Deny' }),
    document({ ...allow, NotAction: 'kms:Sign' }),
    { Statement: [allow] },
    document(),
    {},
    undefined,
    'text',
  ])
    expect(compareDocuments(other, one), JSON.stringify(other)).toBeDefined()
})

test('property: a value that changes anywhere in the key policy is noticed', () => {
  const { Resources } = JSON.parse(
    readFileSync(new URL('../../../infra/template/treasury-signer.template.json', import.meta.url), 'utf8'),
  )
  const policy = Resources.SignerNewKeyC22349B1.Properties.KeyPolicy
  const paths = leaves(policy).filter(path => path.at(-1) !== 'Sid')
  fc.assert(
    fc.property(fc.constantFrom(...paths), path => {
      const changed = structuredClone(policy)
      const parent = path.slice(0, -1).reduce((value, key) => value[key], changed)
      parent[path.at(-1) ?? ''] = 'something else'
      expect(compareDocuments(changed, policy)).toBeDefined()
    }),
  )
})

function leaves(value: unknown, path: readonly string[] = []): readonly (readonly string[])[] {
  return typeof value === 'object' && value !== null
    ? Object.entries(value).flatMap(([key, item]) => leaves(item, [...path, key]))
    : [path]
}
