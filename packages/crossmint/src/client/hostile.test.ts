// Answers that mean ill, up to the longest that is read: a CrossmintError with few words, and nothing of them in it. Answers that
// are nearly right: fuzz.test.ts.
import { expect, test } from 'vitest'
import { createCrossmintClient } from './client.ts'
import { CrossmintError } from './error.ts'

const apiKey = `sk_staging_${'x'.repeat(40)}`
const address = `0x${'1'.repeat(40)}`
const config = { adminSigner: { type: 'external-wallet', locator: `external-wallet:${address}` } }
const wallet = { chainType: 'evm', type: 'smart', address, config }
const text = JSON.stringify(wallet)

const read = (body: string): Promise<unknown> =>
  createCrossmintClient({
    apiKey,
    fetch: async () => new Response(body, { headers: { 'content-type': 'application/json' } }),
    sleep: async () => undefined,
  }).getWallet('evm:smart:alias:treasury')

const nested = (open: string, close: string, bytes: number): string => {
  const depth = Math.floor(bytes / (open.length + close.length))
  return `${open.repeat(depth)}1${close.repeat(depth)}`
}

test.each([
  ['10 MB of nested arrays', nested('[', ']', 9_900_000)],
  ['10 MB of nested objects', nested('{"config":', '}', 9_900_000)],
  ['10 MB of one string', `{"address":"${'x'.repeat(9_900_000)}"}`],
  ['10 MB of digits', `{"address":${'9'.repeat(9_900_000)}}`],
  ['a number beyond every number', text.replace(`"${address}"`, '1e999')],
  ['a prototype with the fields', `{"__proto__":${text}}`],
  ['a wallet behind a prototype', `{"address":"${address}","__proto__":${text}}`],
  ['lone surrogates', text.replace(address, '\\ud800')],
  ['control characters for an owner', text.replace('{', '{"owner":"\\u001b[2J",')],
])('error: %s', async (_title, body) => {
  const error = await read(body).catch((error: unknown) => error)
  expect(error).toBeInstanceOf(CrossmintError)
  expect(error).toMatchObject({ code: 'CROSSMINT_MALFORMED_ANSWER' })
  expect(String(error).length).toBeLessThan(600)
  expect(({} as Record<string, unknown>)['address']).toBeUndefined()
})

test('behavior: of a field that is there twice the last counts, as everywhere in JavaScript', async () => {
  expect(await read(text.replace('{', '{"address":"0x","chainType":"solana",'))).toMatchObject({
    chainType: 'evm',
  })
  await expect(read(`${text.slice(0, -1)},"chainType":"solana"}`)).rejects.toThrow(CrossmintError)
})

test('behavior: fields that nobody knows are not looked at, whatever is in them', async () => {
  for (const field of [`"more":${nested('[', ']', 9_000_000)}`, '"more":1e999', '"__proto__":{"then":1}'])
    expect(await read(`{${field},${text.slice(1)}`)).toMatchObject({ type: 'smart' })
})
