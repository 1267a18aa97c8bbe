import { encodeFunctionData, erc20Abi, getAddress, pad, parseAbi } from 'viem'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startWorld, type World } from '../../test/crossmint.ts'
import { testConformity } from '../../test/openapi.ts'

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world.stop())

testConformity()

const stranger = getAddress(pad('0x5737', { size: 20 }))

describe('balances', () => {
  test('are those of the chain', async () => {
    const wallet = await world.recipient('rich@example.com')
    await world.chain.mint(world.chain.usdc, wallet, 5_250_000n)
    const { body } = await world.call(
      'GET',
      `/wallets/${wallet}/balances?tokens=eth%2Cusdc&chains=base-sepolia`,
    )
    expect(body).toMatchObject([
      {
        symbol: 'eth',
        decimals: 18,
        amount: '0',
        chains: { 'base-sepolia': { locator: 'base-sepolia:eth' } },
      },
      {
        symbol: 'usdc',
        decimals: 6,
        amount: '5.25',
        rawAmount: '5250000',
        chains: { 'base-sepolia': { contractAddress: world.chain.usdc.address, amount: '5.25' } },
      },
    ])
    expect(body[0].chains['base-sepolia']).not.toHaveProperty('contractAddress')
  })

  test('in the shape of older versions of the API', async () => {
    for (const version of ['v1-alpha2', '2024-09-26']) {
      const { body } = await world.call(
        'GET',
        `/api/${version}/wallets/${world.treasury}/balances?tokens=usdxm`,
      )
      expect(body).toEqual([{ token: 'usdxm', decimals: 6, balances: { 'base-sepolia': '0', total: '0' } }])
    }
  })

  test('error: 400 for tokens and chains that are not there', async () => {
    const get = (query: string) => world.call('GET', `/wallets/${world.treasury}/balances?${query}`)
    expect((await get('')).body.message).toBe('tokens: Invalid input: expected string, received undefined')
    const { status, body } = await get('tokens=doge,usdc&chains=base')
    expect(status).toBe(400)
    expect(body.message).toBe(
      'chains: Unsupported chain "base": the sandbox has base-sepolia; tokens: Unsupported token "doge": the sandbox has eth, usdc and usdxm',
    )
  })
})

test('the faucet gives whole tokens: USDXM as the real one, USDC besides', async () => {
  const wallet = await world.recipient('poor@example.com')
  for (const token of ['usdxm', 'usdc']) {
    const answer = await world.call('POST', `/api/v1-alpha2/wallets/${wallet}/balances`, {
      amount: 10,
      token,
      chain: 'base-sepolia',
    })
    expect(answer.status).toBe(201)
    expect(answer.body).toMatchObject([{ token, balances: { 'base-sepolia': '10000000' } }])
  }
  const refused = await world.call('POST', `/api/v1-alpha2/wallets/${wallet}/balances`, {
    amount: 101,
    token: 'eur',
  })
  expect(refused.body.message.split('; ')).toHaveLength(3)
})

describe('activity', () => {
  const list = (query: string, wallet = world.treasury) =>
    world.call('GET', `/api/unstable/wallets/${wallet}/transfers?chain=base-sepolia&tokens=usdc&${query}`)

  test('what came in and went out, newest first, with the transfer it belongs to', async () => {
    const recipient = await world.recipient('active@example.com')
    const { body } = await world.transfer({ recipient, amount: '1.5' })
    await world.approve(body)
    const { onChain } = await world.settled(body)
    const outgoing = await list('status=successful&limit=1')
    expect(outgoing.body.data).toMatchObject([
      {
        type: 'wallets.transfer.out',
        sender: { address: world.treasury, owner: 'COMPANY' },
        recipient: { address: recipient, owner: 'email:active@example.com' },
        token: { amount: '1.5', rawAmount: '1500000', symbol: 'usdc' },
        status: 'succeeded',
        transferId: body.id,
        onChain: { txId: onChain.txId },
      },
    ])
    expect(outgoing.body.nextCursor).toBe('1')
    const incoming = await list('status=successful', recipient)
    expect(incoming.body.data).toMatchObject([{ type: 'wallets.transfer.in', transferId: body.id }])
  })

  test('pages by cursor: every entry once; in both orders, between dates', async () => {
    const all = (await list('status=successful&sort=asc')).body.data
    expect(all.length).toBeGreaterThan(1)
    const first = (await list('status=successful&sort=asc&limit=1')).body
    const second = (await list(`status=successful&sort=asc&limit=100&cursor=${first.nextCursor}`)).body
    expect([...first.data, ...second.data]).toEqual(all)
    expect(second).not.toHaveProperty('nextCursor')
    expect((await list('status=successful&toDate=2020-01-01T00:00:00Z')).body.data).toEqual([])
  })

  test('fromDate leaves out what is older, and takes what is as old', async () => {
    const [{ completedAt }] = (await list('status=successful&limit=1')).body.data
    const since = async (time: number) =>
      (await list(`status=successful&fromDate=${new Date(time).toISOString()}`)).body.data.length
    expect(await since(Date.parse(completedAt))).toBeGreaterThan(0)
    expect(await since(Date.parse(completedAt) + 1)).toBe(0)
  })

  test('failed transfers, with the error', async () => {
    const { body } = await world.transfer({ recipient: stranger, amount: '2' })
    world.crossmint.trouble.failTransaction({ reason: 'failed_to_land_on_chain', message: 'told to' })
    await world.approve(body)
    await world.settled(body)
    expect((await list('status=failed')).body.data).toMatchObject([
      {
        status: 'failed',
        transferId: body.id,
        token: { amount: '2' },
        error: { reason: 'failed_to_land_on_chain' },
      },
    ])
  })

  test('a wallet sees nothing of what others have sent each other, or failed to', async () => {
    const bystander = await world.recipient('bystander@example.com')
    const recipient = await world.recipient('other@example.com')
    for (const error of [undefined, { reason: 'unknown', message: 'told to' }] as const) {
      const { body } = await world.transfer({ recipient, amount: '1' })
      if (error !== undefined) world.crossmint.trouble.failTransaction(error)
      await world.approve(body)
      await world.settled(body)
    }
    for (const status of ['successful', 'failed'])
      expect((await list(`status=${status}`, bystander)).body.data).toEqual([])
    expect((await list('status=successful', recipient)).body.data).toHaveLength(1)
    expect((await list('status=failed', recipient)).body.data).toEqual([])
  })

  test('error: 400 names what is missing', async () => {
    const { status, body } = await world.call('GET', `/api/unstable/wallets/${world.treasury}/transfers`)
    expect([status, body.message.split('; ').length]).toEqual([400, 3])
  })
})

describe('arbitrary transactions', () => {
  const create = (calls: unknown, more = {}) =>
    world.call('POST', `/wallets/${world.treasury}/transactions`, {
      params: { calls, chain: 'base-sepolia', ...more },
    })
  const transfer = (amount: bigint) => ({
    to: world.chain.usdc.address,
    value: '0',
    data: encodeFunctionData({ abi: erc20Abi, functionName: 'transfer', args: [stranger, amount] }),
  })

  test('several calls, as data and with an ABI: one user operation, all or nothing', async () => {
    const before = await world.chain.balanceOf(world.chain.usdc, stranger)
    const withAbi = {
      address: world.chain.usdc.address,
      functionName: 'transfer',
      abi: parseAbi(['function transfer(address to, uint256 amount) returns (bool)']),
      args: [stranger, '20'],
    }
    const { status, body } = await create([transfer(1n), withAbi])
    expect(status).toBe(201)
    await world.approve(body)
    expect((await world.settled(body)).status).toBe('success')
    expect(await world.chain.balanceOf(world.chain.usdc, stranger)).toBe(before + 21n)
  })

  test('x-idempotency-key: one transaction', async () => {
    const path = `/wallets/${world.treasury}/transactions`
    const request = { params: { calls: [transfer(1n)], chain: 'base-sepolia' } }
    const headers = { 'x-idempotency-key': 'call-1' }
    const first = await world.call('POST', path, request, headers)
    expect((await world.call('POST', path, request, headers)).body.id).toBe(first.body.id)
  })

  test('error: 422 when one of the calls would be reverted', async () => {
    const { status, body } = await create([transfer(1n), transfer(10n ** 30n)])
    expect([status, body.error.revert.reason]).toEqual([422, 'ERC20: transfer amount exceeds balance'])
  })

  test('error: 400 for calls that are none, 501 for another chain', async () => {
    const { body } = await create([
      { to: '0x1', value: 'all', data: '0xz' },
      { transaction: '0x02' },
      { address: stranger, functionName: 'burn', abi: [], args: [] },
    ])
    expect(body.message.split('; ').map((fault: string) => fault.split(':')[0])).toEqual([
      'params.calls.0.to',
      'params.calls.0.value',
      'params.calls.0.data',
      'params.calls.1.transaction',
      'params.calls.2',
    ])
    expect((await create([])).status).toBe(400)
    const tooMuch = await create([{ ...transfer(1n), value: String(2n ** 256n) }])
    expect([tooMuch.status, tooMuch.body.message]).toEqual([400, expect.stringContaining('less than 2^256')])
    expect((await create([{ ...transfer(1n), value: String(2n ** 256n - 1n) }])).status).toBe(422)
    expect((await create([transfer(1n)], { chain: 'base' })).status).toBe(501)
  })
})
