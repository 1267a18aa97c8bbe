import { expect, test } from 'vitest'
import { readAccess } from './apiKey.ts'
import { createCrossmintClient } from './client.ts'

test('default', () => {
  expect(readAccess('sk_staging_3hSfN4', undefined)).toEqual({
    environment: 'staging',
    baseUrl: 'https://staging.crossmint.com',
  })
  expect(readAccess('sk_production_3hSfN4', undefined)).toEqual({
    environment: 'production',
    baseUrl: 'https://www.crossmint.com',
  })
})

test.each([
  ['http://127.0.0.1:4010', 'http://127.0.0.1:4010'],
  ['http://localhost:4010/sandbox/', 'http://localhost:4010/sandbox'],
  ['http://[::1]:4010', 'http://[::1]:4010'],
  ['https://proxy.example/crossmint', 'https://proxy.example/crossmint'],
  ['HTTPS://Proxy.Example:443/a/../b//', 'https://proxy.example/b'],
])('behavior: base URL %s', (given, used) => {
  expect(readAccess('sk_staging_abc', given).baseUrl).toBe(used)
})

test.each([
  ['ck_staging_abc', 'is a client key'],
  ['sk_live_abc', 'has the old format'],
  ['sk_test_abc', 'has the old format'],
  ['sk_staging_abc\n', 'contains a space or a line break'],
  ['sk_development_abc', 'must be a server key'],
  ['sk_staging_', 'must be a server key'],
  ['', 'must be a server key'],
])('error: API key %j', (apiKey, message) => {
  expect(() => createCrossmintClient({ apiKey })).toThrow(message)
})

test.each([
  ['http://crossmint.example', 'must be https'],
  ['http://127.0.0.1.evil.example', 'must be https'],
  ['ftp://crossmint.example', 'must be an http(s) URL'],
  ['crossmint.example', 'must be an http(s) URL'],
  ['https://user:secret@crossmint.example', 'must have no credentials'],
  ['https://crossmint.example?x=1', 'must have no credentials, query'],
  ['https://crossmint.example?', 'must have no credentials, query'],
  ['https://crossmint.example/#', 'must have no credentials, query'],
  ['https://crossmint.example/a\nb', 'must be an http(s) URL'],
  [' https://crossmint.example', 'must be an http(s) URL'],
  ['https:\\\\crossmint.example', 'must be an http(s) URL'],
])('error: base URL %s', (baseUrl, message) => {
  expect(() => readAccess('sk_staging_abc', baseUrl)).toThrow(message)
})

test('error: both faults at once, and the key in neither', () => {
  expect(() => readAccess('ck_staging_SECRET', 'nowhere')).toThrowErrorMatchingInlineSnapshot(`
    [InvalidInputError: the Crossmint configuration is not valid:
      - apiKey: is a client key (ck_...): create a server key (sk_...) in the Crossmint console
      - baseUrl: must be an http(s) URL]
  `)
})
