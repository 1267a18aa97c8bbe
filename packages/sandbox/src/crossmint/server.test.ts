import { request } from 'node:http'
import { text } from 'node:stream/consumers'
import { getAddress, pad, parseAbi } from 'viem'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { clientOf, messageOf, startWorld, treasuryBody, type World } from '../../test/crossmint.ts'
import { testConformity } from '../../test/openapi.ts'
import { startChain } from '../chain/chain.ts'
import { createSandboxApiKey } from './apiKey.ts'
import { startCrossmint } from './server.ts'

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterEach(() => world.crossmint.trouble.reset())
afterAll(() => world.stop())

testConformity()

const stranger = getAddress(pad('0x5737', { size: 20 }))
const pending = async () => (await world.transfer({ recipient: stranger, amount: '1' })).body
const approved = async () => {
  const transaction = await pending()
  await world.approve(transaction)
  return transaction
}

describe('API keys', () => {
  test('error: 401 without a key, with text that is none, with a key of somebody else', async () => {
    const get = (headers: Record<string, string>) =>
      fetch(`${world.crossmint.url}/api/2025-06-09/wallets/${world.treasury}`, { headers })
    const { apiKey } = createSandboxApiKey()
    const keys = [
      '',
      'sk_staging_',
      'sk_live_abc',
      'sk_staging_0OIl',
      apiKey.slice(0, -1),
      apiKey.replace('staging', 'production'),
    ]
    for (const headers of [{}, ...keys.map(key => ({ 'x-api-key': key }))]) {
      const response = await get(headers as Record<string, string>)
      expect(response.status).toBe(401)
      expect(await response.json()).toMatchObject({ error: true, message: expect.any(String) })
    }
  })

  test("a developer's own staging key is taken where the server was started with it", async () => {
    const { apiKey } = world.crossmint
    const other = await startCrossmint({ chain: world.chain, apiKey })
    expect(other.apiKey).toBe(apiKey)
    const { status } = await clientOf(other.url, apiKey)('GET', `/wallets/${world.treasury}`)
    expect(status).toBe(404)
    await other.stop()
    await expect(startCrossmint({ chain: world.chain, apiKey: 'ck_staging_x' })).rejects.toMatchObject({
      code: 'INVALID_API_KEY',
    })
  })
})

test('error: 404 for an unknown path, 405 for an unknown method, 413 for too much', async () => {
  expect((await world.call('GET', '/banks')).status).toBe(404)
  expect((await world.call('DELETE', `/wallets/${world.treasury}`)).status).toBe(405)
  expect((await world.call('POST', '/wallets', 'x'.repeat(1_000_001))).status).toBe(413)
})

describe('error: a request that is no request of this API harms nobody', () => {
  /** As `fetch` would not send it: the request target stays as it is. */
  const get = (path: string): Promise<{ status: number | undefined; body: { message: string } }> =>
    new Promise((resolve, reject) => {
      const { port } = new URL(world.crossmint.url)
      const headers = { 'x-api-key': world.crossmint.apiKey }
      request({ host: '127.0.0.1', port, path, headers }, async response => {
        resolve({ status: response.statusCode, body: JSON.parse(await text(response)) })
      })
        .on('error', reject)
        .end()
    })

  // What is found in `args` goes back in the answer, so it has to be written as well as read.
  const callWith = (args: string) => {
    const address = world.chain.usdc.address
    const view = { address, functionName: 'name', abi: parseAbi(['function name()']), args: [] }
    const body = JSON.stringify({ params: { calls: [view], chain: 'base-sepolia' } })
    return world.call('POST', `/wallets/${world.treasury}/transactions`, body.replace('"args":[]', args))
  }
  const nested = (depth: number) => `"args":[],"more":${'['.repeat(depth)}${']'.repeat(depth)}`

  test('400 for a body nested more than 100 levels deep', async () => {
    for (const depth of [98, 100_000]) {
      const { status, body } = await callWith(nested(depth))
      expect([status, body.message]).toEqual([400, 'body: Nested more than 100 levels deep'])
    }
    expect((await callWith(nested(96))).status).toBe(201)
  })

  test('404 for a path that begins with two slashes, as after a base URL that ends with one', async () => {
    const path = `/api/2025-06-09/wallets/${world.treasury}`
    expect((await get(path)).status).toBe(200)
    for (const prefix of ['/', '//evil', '//127.0.0.1']) {
      const { status, body } = await get(prefix + path)
      expect([status, body.message]).toEqual([
        404,
        expect.stringContaining('The base URL has to end without one'),
      ])
    }
    expect((await get('//')).status).toBe(404)
  })

  test('400 for a target that is no path', async () => {
    for (const target of ['http://[::bad', `http://evil/api/2025-06-09/wallets/${world.treasury}`, '*'])
      expect(await get(target)).toMatchObject({
        status: 400,
        body: { message: expect.stringContaining('path: ') },
      })
  })
})

test('error: when the chain is gone, every request says so in one line, without the request to the chain', async () => {
  const chain = await startChain()
  const crossmint = await startCrossmint({ chain, settleDelay: 0 })
  const call = clientOf(crossmint.url, crossmint.apiKey)
  const { body } = await call('POST', '/wallets', treasuryBody(stranger, 'treasury'))
  await chain.stop()
  const message =
    'The sandbox failed: its chain does not answer. Has anvil ended? Then the sandbox has to be started again'
  const balances = await call('GET', `/wallets/${body.address}/balances?tokens=usdc`)
  expect([balances.status, balances.body.message]).toEqual([500, message])
  const receipt = await fetch(`${crossmint.url}/tx/${pad('0x1')}`)
  expect([receipt.status, await receipt.json()]).toEqual([500, { error: true, message }])
  await crossmint.stop()
})

test('collectibles: none', async () => {
  const { body } = await world.call('GET', `/wallets/base-sepolia:${world.treasury}/nfts?page=1&perPage=10`)
  expect(body).toEqual([])
})

describe('trouble', () => {
  test('the next requests fail as told, then all is well', async () => {
    const { trouble, url, apiKey } = world.crossmint
    const get = () => world.call('GET', `/wallets/${world.treasury}`)
    trouble.failRequests('rate-limited', 2)
    const limited = await get()
    expect([limited.status, limited.headers.get('retry-after')]).toEqual([429, '1'])
    expect((await get()).status).toBe(429)
    trouble.failRequests('server-error')
    expect((await get()).status).toBe(500)
    trouble.failRequests('bad-gateway')
    const response = await fetch(`${url}/api/2025-06-09/wallets/${world.treasury}`, {
      headers: { 'x-api-key': apiKey },
    })
    expect([response.status, response.headers.get('content-type')]).toEqual([502, 'text/html'])
    expect(await response.text()).toContain('<html>')
    expect((await get()).status).toBe(200)
  })

  test('held before sending: pending, and nothing moves', async () => {
    const before = await world.chain.client.getBlockNumber()
    world.crossmint.trouble.holdPending('before-sending')
    const transaction = await approved()
    const { body } = await world.call('GET', `/wallets/${world.treasury}/transactions/${transaction.id}`)
    expect(body.status).toBe('pending')
    expect(await world.chain.client.getBlockNumber()).toBe(before)
  })

  test('held after landing: pending for good, but the money has moved and the activity shows it', async () => {
    const before = await world.chain.balanceOf(world.chain.usdc, stranger)
    world.crossmint.trouble.holdPending('after-landing')
    const transaction = await approved()
    await expect.poll(() => world.chain.balanceOf(world.chain.usdc, stranger)).toBe(before + 1_000_000n)
    const { body } = await world.call('GET', `/wallets/${world.treasury}/transactions/${transaction.id}`)
    expect(body.status).toBe('pending')
    const activity = await world.call(
      'GET',
      `/api/unstable/wallets/${world.treasury}/transfers?chain=base-sepolia&tokens=usdc&status=successful&limit=1`,
    )
    expect(activity.body.data[0]).toMatchObject({ recipient: { address: stranger }, token: { amount: '1' } })
  })
})

test('the rate limit counts reads and writes of a project apart, by the minute', async () => {
  let time = 0
  const limited = await startCrossmint({
    chain: world.chain,
    now: () => time,
    rateLimit: { readsPerMinute: 2, writesPerMinute: 1 },
  })
  const call = clientOf(limited.url, limited.apiKey)
  const read = async () => (await call('GET', `/wallets/${world.treasury}`)).status
  expect([await read(), await read(), await read()]).toEqual([404, 404, 429])
  expect((await call('POST', '/wallets', {})).status).toBe(400)
  expect((await call('POST', '/wallets', {})).status).toBe(429)
  const other = clientOf(limited.url, createSandboxApiKey().apiKey)
  expect((await other('GET', `/wallets/${world.treasury}`)).status).toBe(404)
  time = 60_000
  expect(await read()).toBe(404)
  await limited.stop()
})

describe('lists of transactions', () => {
  test('newest first, in pages, between dates', async () => {
    const made = [await pending(), await pending(), await pending()].map(({ id }) => id)
    const list = async (query: string) =>
      (await world.call('GET', `/wallets/${world.treasury}/transactions?${query}`)).body.transactions.map(
        ({ id }: { id: string }) => id,
      )
    expect(await list('page=1&perPage=3')).toEqual([...made].reverse())
    expect(await list('page=2&perPage=2')).toContain(made[0])
    expect(await list('dateTo=2020-01-01T00:00:00Z')).toEqual([])
    expect((await list('dateFrom=2020-01-01T00:00:00Z')).length).toBeGreaterThan(2)
  })

  test('error: 400 for pages and dates that are none', async () => {
    const { status, body } = await world.call(
      'GET',
      `/wallets/${world.treasury}/transactions?page=0&dateFrom=today`,
    )
    expect([status, body.message.split('; ').length]).toEqual([400, 2])
  })

  test('dateFrom leaves out what is older, and takes what is as old', async () => {
    const { id, createdAt } = await pending()
    const list = async (from: number) =>
      (
        await world.call(
          'GET',
          `/wallets/${world.treasury}/transactions?perPage=100&dateFrom=${new Date(from).toISOString()}`,
        )
      ).body.transactions.map((transaction: { id: string }) => transaction.id)
    expect(await list(createdAt)).toContain(id)
    expect(await list(createdAt + 1)).not.toContain(id)
  })

  test('error: 404 for a transaction of another wallet, which cannot be approved through it either', async () => {
    const { body: other } = await world.call('POST', '/wallets', treasuryBody(world.signer.address, 'other'))
    const transaction = await pending()
    const path = `/wallets/${other.address}/transactions`
    expect((await world.call('GET', path)).body.transactions).toEqual([])
    expect((await world.call('GET', `${path}/${transaction.id}`)).status).toBe(404)
    const signature = await world.signer.signMessage({ message: { raw: messageOf(transaction) } })
    const approvals = [{ signer: `external-wallet:${world.signer.address}`, signature }]
    const approval = await world.call('POST', `${path}/${transaction.id}/approvals`, { approvals })
    expect(approval.status).toBe(404)
    const { body } = await world.call('GET', `/wallets/${world.treasury}/transactions/${transaction.id}`)
    expect(body.status).toBe('awaiting-approval')
  })

  test('one of them by id, and as a transfer of its token only', async () => {
    const { id } = await pending()
    const of = (token: string) =>
      world.call('GET', `/wallets/${world.treasury}/tokens/${token}/transfers/${id}`)
    expect((await of('base-sepolia:usdc')).body.id).toBe(id)
    expect((await of('base-sepolia:usdxm')).status).toBe(404)
  })
})
