import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { clientOf, startWorld, treasuryBody, type World } from '../../test/crossmint.ts'
import { faultsOf, openapiPresent, testConformity } from '../../test/openapi.ts'
import { createSandboxApiKey } from './apiKey.ts'

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world.stop())

testConformity()

const address = privateKeyToAccount(generatePrivateKey()).address

test.skipIf(!openapiPresent)(
  'answers are held against the OpenAPI document: one that breaks it is noticed',
  async () => {
    const path = `/api/2025-06-09/wallets/${world.treasury}`
    const { body } = await world.call('GET', path)
    expect(faultsOf('GET', path, 200, body)).toEqual([])
    expect(faultsOf('GET', path, 200, { ...body, address: undefined })).not.toEqual([])
    expect(faultsOf('GET', path, 200, { ...body, config: { adminSigner: {} } })).not.toEqual([])
    expect(faultsOf('GET', path, 404, { message: 'no error field' })).not.toEqual([])
  },
)

describe('create', () => {
  test('a treasury wallet: 201, owner COMPANY, the signer as given', async () => {
    const { status, body } = await world.call('POST', '/wallets', treasuryBody(address, 'operations'))
    expect(status).toBe(201)
    expect(body).toMatchObject({
      chainType: 'evm',
      type: 'smart',
      owner: 'COMPANY',
      alias: 'operations',
      config: {
        adminSigner: { type: 'external-wallet', address, locator: `external-wallet:${address}` },
        delegatedSigners: [],
      },
    })
  })

  test('again with the same alias: 200 and the same wallet; all at once: one wallet', async () => {
    const create = () => world.call('POST', '/wallets', treasuryBody(address, 'once'))
    const answers = await Promise.all([create(), create(), create()])
    expect(new Set(answers.map(({ body }) => body.address)).size).toBe(1)
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 201])
  })

  test('the address is that of the factory: the first user operation deploys it there', async () => {
    expect(await world.chain.client.getCode({ address: world.treasury })).toMatch(/^0x60/)
  })

  test('a lower-case signer address comes back in lower case', async () => {
    const lower = address.toLowerCase()
    const { body } = await world.call('POST', '/wallets', treasuryBody(lower, 'lower'))
    expect(body.config.adminSigner.locator).toBe(`external-wallet:${lower}`)
  })

  test("a user's wallet: idempotent by owner, same address every time, any letter case of the e-mail", async () => {
    const body = (email: string) => ({
      chainType: 'evm',
      type: 'smart',
      config: { adminSigner: { type: 'email', email } },
      owner: `email:${email}`,
    })
    const first = await world.call('POST', '/wallets', body('ada@example.com'))
    const second = await world.call('POST', '/wallets', body('Ada@Example.com'))
    expect([first.status, second.status]).toEqual([201, 200])
    expect(second.body.address).toBe(first.body.address)
    expect(first.body.config.adminSigner.locator).toBe('email:ada@example.com')
  })

  test.each([
    { type: 'server', address },
    { type: 'api-key' },
    { type: 'phone', phone: '+14155550100' },
    { type: 'passkey', id: 'cWtP7gmZ', name: 'laptop', publicKey: { x: '1', y: '2' } },
  ])('with a $type signer', async adminSigner => {
    const owner = `userId:${adminSigner.type}`
    const { status, body } = await world.call('POST', '/wallets', {
      chainType: 'evm',
      config: { adminSigner },
      owner,
    })
    expect(status).toBe(201)
    expect(body.config.adminSigner).toMatchObject(adminSigner)
  })

  test('x-idempotency-key: 200 and the same wallet; 409 for another request', async () => {
    const nameless = {
      chainType: 'evm',
      config: { adminSigner: { type: 'external-wallet', address } },
      owner: 'COMPANY',
    }
    const headers = { 'x-idempotency-key': 'wallet-1' }
    const first = await world.call('POST', '/wallets', nameless, headers)
    const second = await world.call('POST', '/wallets', nameless, headers)
    expect([first.status, second.status]).toEqual([201, 200])
    expect(second.body.address).toBe(first.body.address)
    expect((await world.call('POST', '/wallets', nameless)).body.address).not.toBe(first.body.address)
    expect((await world.call('POST', '/wallets', { ...nameless, alias: 'other' }, headers)).status).toBe(409)
  })

  test('error: the same seed and signer again is refused', async () => {
    const seeded = {
      chainType: 'evm',
      config: { adminSigner: { type: 'external-wallet', address }, creationSeed: '7' },
    }
    expect((await world.call('POST', '/wallets', seeded)).status).toBe(201)
    expect((await world.call('POST', '/wallets', seeded)).status).toBe(400)
  })

  test('error: every fault at once, each with its path', async () => {
    const { status, body } = await world.call('POST', '/wallets', {
      chainType: 'evm',
      config: {
        adminSigner: { type: 'external-wallet', address: '0x12' },
        delegatedSigners: [{ signer: 'carrier-pigeon:x' }],
        surprise: 1,
      },
      owner: 'company',
      alias: '',
    })
    expect(status).toBe(400)
    expect(body.message.split('; ')).toEqual([
      'config.adminSigner.address: Invalid string: must be an EVM address, 0x and 40 hex digits',
      'config.delegatedSigners.0.signer.type: Invalid option: expected one of external-wallet|server',
      'config.delegatedSigners.0.signer.address: Invalid string: must be an EVM address, 0x and 40 hex digits',
      'config: Unrecognized key: "surprise"',
      'owner: Invalid string: must be COMPANY, or a user locator such as email:<email> or userId:<id>',
      'alias: Invalid string: must not be empty, nor contain a colon or white space',
    ])
  })

  test('error: 501 for chains and kinds of wallet the sandbox does not have', async () => {
    expect((await world.call('POST', '/wallets', { chainType: 'solana' })).status).toBe(501)
    expect((await world.call('POST', '/wallets', { chainType: 'evm', type: 'mpc' })).status).toBe(501)
  })
})

describe('get', () => {
  test.each([
    ['the address', () => world.treasury],
    ['the address in lower case', () => world.treasury.toLowerCase()],
    ['the alias', () => 'evm:smart:alias:treasury'],
    ['the alias, short', () => 'evm:alias:treasury'],
    ['the alias, percent-encoded', () => encodeURIComponent('evm:smart:alias:treasury')],
  ])('by %s', async (_, locator) => {
    const { status, body } = await world.call('GET', `/wallets/${locator()}`)
    expect(status).toBe(200)
    expect(body.address).toBe(world.treasury)
  })

  test("a user's by the user", async () => {
    const wallet = await world.recipient('grace@example.com')
    const { body } = await world.call('GET', '/wallets/email:grace@example.com:evm:smart')
    expect(body.address).toBe(wallet)
  })

  test('error: 404 for a wallet that is not there, 400 for what is no locator', async () => {
    expect((await world.call('GET', '/wallets/evm:smart:alias:nobody')).status).toBe(404)
    expect((await world.call('GET', `/wallets/${address}`)).status).toBe(404)
    expect((await world.call('GET', '/wallets/me:evm:smart')).status).toBe(400)
    expect((await world.call('GET', '/wallets/%ff')).status).toBe(400)
  })
})

test('a project sees nothing of another', async () => {
  const other = clientOf(world.crossmint.url, createSandboxApiKey().apiKey)
  expect((await other('GET', `/wallets/${world.treasury}`)).status).toBe(404)
  const { body } = await other('POST', '/wallets', treasuryBody(world.signer.address, 'treasury'))
  expect(body.address).not.toBe(world.treasury)
})
