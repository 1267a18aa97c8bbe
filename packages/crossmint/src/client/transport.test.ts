import { getAddress } from 'viem'
import { describe, expect, test, vi } from 'vitest'
import { type CrossmintClient, createCrossmintClient } from './client.ts'

const wallet = {
  chainType: 'evm',
  type: 'smart',
  address: '0x00000000000000000000000000000000000a11ce',
  config: { adminSigner: { type: 'external-wallet', address: '0x1', locator: 'external-wallet:0x1' } },
  unknown: { field: 1 },
}
const apiKey = 'sk_staging_SECRETsecret'
const fine = (): Response => Response.json(wallet)
const create = { owner: 'COMPANY', adminSigner: { type: 'email', email: 'a@b.example' } } as const

test('default', async () => {
  const { client, send } = clientOf([fine])
  expect((await client.getWallet('evm:smart:alias:treasury')).address).toBe(getAddress(wallet.address))
  const [url, init] = send.mock.calls[0] ?? []
  expect(url).toBe('https://staging.crossmint.com/api/2025-06-09/wallets/evm:smart:alias:treasury')
  expect(init).toMatchObject({ method: 'GET', redirect: 'manual', headers: { 'x-api-key': apiKey } })
})

describe('repeating', () => {
  const unavailable: readonly (readonly [string, () => Response | Promise<Response>])[] = [
    ['502 with HTML', () => new Response('<html>Bad Gateway</html>', { status: 502 })],
    ['503 with nothing', () => new Response(null, { status: 503 })],
    ['504 with JSON', () => Response.json({ error: true, message: 'timeout' }, { status: 504 })],
    [
      'a broken connection',
      () => Promise.reject(new TypeError('fetch failed', { cause: new Error('ECONNRESET') })),
    ],
    [
      'a body that breaks off',
      () => new Response(new ReadableStream({ start: stream => stream.error(new Error('cut')) })),
    ],
  ]

  test.each(unavailable)('behavior: a read is repeated after %s', async (_, fault) => {
    const { client, pauses } = clientOf([fault, fault, fault, fine])
    await client.getWallet('x')
    expect(pauses).toEqual([250, 500, 1000])
  })

  test.each(unavailable)('error: %s four times', async (_, fault) => {
    const { client, send } = clientOf([fault, fault, fault, fault, fine])
    await expect(client.getWallet('x')).rejects.toMatchObject({ code: 'CROSSMINT_UNAVAILABLE' })
    expect(send).toHaveBeenCalledTimes(4)
  })

  test.each(unavailable)(
    'behavior: creating without an idempotency key is not repeated after %s',
    async (_, fault) => {
      const { client, send } = clientOf([fault, fine])
      await expect(client.createWallet(create)).rejects.toMatchObject({ code: 'CROSSMINT_UNAVAILABLE' })
      expect(send).toHaveBeenCalledTimes(1)
    },
  )

  test.each(unavailable)(
    'behavior: creating with an idempotency key is repeated with the same one after %s',
    async (_, fault) => {
      const { client, send } = clientOf([fault, fine])
      await client.createWallet({ ...create, idempotencyKey: 'one-and-the-same' })
      const keys = send.mock.calls.map(([, init]) => new Headers(init?.headers).get('x-idempotency-key'))
      expect(keys).toEqual(['one-and-the-same', 'one-and-the-same'])
    },
  )

  test('behavior: adding or removing a signer, and funding, are not repeated', async () => {
    const fault = (): Response => new Response('', { status: 500 })
    const { client, send } = clientOf([fault, fault, fault])
    await expect(client.addSigner('x', { signer: 'external-wallet:0x1', chain: 'base' })).rejects.toThrow()
    await expect(client.removeSigner('x', 'external-wallet:0x1', 'base')).rejects.toThrow()
    await expect(
      client.fundWallet('x', { amount: '1', token: 'usdxm', chain: 'base-sepolia' }),
    ).rejects.toThrow()
    expect(send).toHaveBeenCalledTimes(3)
  })

  test('behavior: a refusal is not repeated', async () => {
    const { client, send } = clientOf([
      () => Response.json({ error: true, message: 'no' }, { status: 400 }),
      fine,
    ])
    await expect(client.getWallet('x')).rejects.toMatchObject({
      code: 'CROSSMINT_INVALID_REQUEST',
      status: 400,
    })
    expect(send).toHaveBeenCalledTimes(1)
  })
})

describe('rate limit', () => {
  const limited = (after?: string) => (): Response =>
    Response.json(
      { error: true, message: 'Too many requests' },
      { status: 429, headers: after === undefined ? {} : { 'retry-after': after } },
    )

  test('behavior: any request is repeated, after the time Crossmint asks for', async () => {
    const { client, pauses } = clientOf([limited('7'), fine])
    await client.createWallet(create)
    expect(pauses).toEqual([7250])
  })

  test('behavior: the time may be a date', async () => {
    const { client, pauses } = clientOf([limited('Sun, 22 Nov 2026 00:00:09 GMT'), fine])
    await client.getWallet('x')
    expect(pauses).toEqual([9250])
  })

  test('error: a wait that is too long is left to the caller', async () => {
    const { client, send } = clientOf([limited('3600'), fine])
    await expect(client.getWallet('x')).rejects.toMatchObject({
      code: 'CROSSMINT_RATE_LIMITED',
      retryAfter: 3600,
    })
    expect(send).toHaveBeenCalledTimes(1)
  })

  test('error: so with a server that is down for long', async () => {
    const down = (): Response => new Response('', { status: 503, headers: { 'retry-after': '3600' } })
    const { client, send } = clientOf([down, fine])
    await expect(client.getWallet('x')).rejects.toMatchObject({
      code: 'CROSSMINT_UNAVAILABLE',
      retryAfter: 3600,
    })
    expect(send).toHaveBeenCalledTimes(1)
  })

  test('error: again and again', async () => {
    const { client, pauses } = clientOf(Array.from({ length: 4 }, () => limited()))
    await expect(client.getWallet('x')).rejects.toMatchObject({
      code: 'CROSSMINT_RATE_LIMITED',
      retryAfter: undefined,
    })
    expect(pauses.length).toBe(3)
  })
})

test('behavior: half of a pause is random', async () => {
  const fault = (): Response => new Response('', { status: 500 })
  const { client, pauses } = clientOf([fault, fault, fine], { random: () => 0.999 })
  await client.getWallet('x')
  expect(pauses).toEqual([500, 1000])
})

describe('answers that are none', () => {
  test.each([
    [
      'HTML',
      () => new Response('<html>', { headers: { 'content-type': 'text/html' } }),
      'HTTP 200 with a body that is not JSON (text/html)',
    ],
    ['nothing', () => new Response(''), 'HTTP 200 with an empty body'],
    ['null', () => Response.json(null), 'the body should be an object'],
    ['a list', () => Response.json([]), 'the body should be an object'],
    ['another chain', () => Response.json({ ...wallet, chainType: 'solana' }), 'chainType should be evm'],
    ['no address', () => Response.json({ ...wallet, address: undefined }), 'address should be 0x hex bytes'],
    [
      'half an address',
      () => Response.json({ ...wallet, address: '0x12' }),
      'address should be 20 bytes of 0x hex',
    ],
    ['no signer', () => Response.json({ ...wallet, config: {} }), 'config.adminSigner should be an object'],
    [
      'a redirect',
      () => new Response(null, { status: 302, headers: { location: 'https://evil.example' } }),
      'it redirected (HTTP 302)',
    ],
  ])('error: %s', async (_, answer, detail) => {
    const { client, send } = clientOf([answer, fine])
    await expect(client.getWallet('x')).rejects.toMatchObject({ code: 'CROSSMINT_MALFORMED_ANSWER', detail })
    expect(send).toHaveBeenCalledTimes(1)
  })
})

test('error: an answer without end is cut off', async () => {
  let sent = 0
  const endless = new ReadableStream<Uint8Array>({
    pull: stream => {
      sent += 1_000_000
      stream.enqueue(new Uint8Array(1_000_000))
    },
  })
  const { client, send } = clientOf([() => new Response(endless), fine])
  await expect(client.getWallet('x')).rejects.toMatchObject({
    code: 'CROSSMINT_MALFORMED_ANSWER',
    detail: 'the answer is larger than 10000000 bytes',
  })
  expect(sent).toBeLessThan(15_000_000)
  expect(send).toHaveBeenCalledTimes(1)
})

test.each([
  ['email:ada@lovelace.example:evm:smart', 'read wallet email:(...)'],
  ['ada@lovelace.example', 'read wallet (a locator)'],
  ['evm:smart:alias:treasury', 'read wallet evm:smart:alias:treasury'],
  [wallet.address, `read wallet ${wallet.address}`],
])('behavior: %s in an error', async (locator, operation) => {
  const { client } = clientOf([() => Response.json({ error: true, message: 'no' }, { status: 404 })])
  await expect(client.getWallet(locator)).rejects.toMatchObject({ operation })
})

test('error: no answer in time', async () => {
  const hang: typeof fetch = (_, init) =>
    new Promise((_, reject) => init?.signal?.addEventListener('abort', () => reject(init.signal?.reason)))
  const client = createCrossmintClient({ apiKey, fetch: hang, sleep: async () => {}, timeoutMs: 1 })
  await expect(client.getWallet('x')).rejects.toMatchObject({ detail: 'no answer within 0.001 s' })
})

describe('the API key stays inside', () => {
  test.each<[string, () => Response | Promise<Response>]>([
    [
      'an echo in a refusal',
      () => Response.json({ error: true, message: `bad key ${apiKey}` }, { status: 401 }),
    ],
    [
      'an echo in a reason',
      () => Response.json({ error: { reason: apiKey, message: apiKey } }, { status: 422 }),
    ],
    [
      'an echo in a network fault',
      () => Promise.reject(new TypeError('x', { cause: new Error(`header ${apiKey}`) })),
    ],
  ])('behavior: %s', async (_, answer) => {
    const { client } = clientOf([answer, answer, answer, answer])
    const error: unknown = await client.getWallet('x').catch((caught: unknown) => caught)
    const shown = `${(error as Error).message} ${JSON.stringify(error)} ${(error as Error).stack}`
    expect(shown).toContain('[API key]')
    expect(shown).not.toContain('SECRET')
  })

  test('behavior: the client shows nothing of it', () => {
    const { client } = clientOf([])
    expect(JSON.stringify(client)).toBe('{"environment":"staging"}')
  })
})

test.each(['', '.', '..', 'a\nb', ' a'])(
  'error: %j as a locator is refused before anything is sent',
  async locator => {
    const { client, send } = clientOf([fine])
    await expect(client.getWallet(locator)).rejects.toMatchObject({ code: 'INVALID_INPUT' })
    expect(send).not.toHaveBeenCalled()
  },
)

test('behavior: a locator is one path segment, whatever is in it', async () => {
  const { client, send } = clientOf([fine])
  await client.getWallet('email:a+b@c.example:evm/../x?y#z')
  expect(send.mock.calls[0]?.[0]).toBe(
    'https://staging.crossmint.com/api/2025-06-09/wallets/email:a%2Bb@c.example:evm%2F..%2Fx%3Fy%23z',
  )
})

/** A client whose network gives these answers in turn, and whose pauses are only noted. */
function clientOf(
  answers: readonly (() => Response | Promise<Response>)[],
  options: { readonly random?: () => number } = {},
): { client: CrossmintClient; send: ReturnType<typeof vi.fn<typeof fetch>>; pauses: number[] } {
  const pauses: number[] = []
  let call = 0
  const send = vi.fn<typeof fetch>(async () => {
    const answer = answers[call++]
    if (answer === undefined) throw new Error('unexpected call')
    return answer()
  })
  const client = createCrossmintClient({
    apiKey,
    fetch: send,
    random: () => 0,
    now: () => Date.UTC(2026, 10, 22),
    sleep: async milliseconds => {
      pauses.push(milliseconds)
    },
    ...options,
  })
  return { client, send, pauses }
}
