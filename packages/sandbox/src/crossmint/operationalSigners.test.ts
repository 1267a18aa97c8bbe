import { hashTypedData } from 'viem'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { messageOf, startWorld, treasuryBody, type World } from '../../test/crossmint.ts'
import { testConformity } from '../../test/openapi.ts'

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world.stop())

testConformity()

const freshSigner = () => `external-wallet:${privateKeyToAccount(generatePrivateKey()).address}`
const signers = (rest = '') => `/wallets/${world.treasury}/signers${rest}`
const signer = (locator: string) => signers(`/${encodeURIComponent(locator)}`)
const register = (locator: string, more = {}) =>
  world.call('POST', signers(), { signer: locator, chain: 'base-sepolia', ...more })
const sign = (message: `0x${string}`) => world.signer.signMessage({ message: { raw: message } })
const approveSignature = async (id: string) => {
  const path = `/wallets/${world.treasury}/signatures/${id}`
  const { body } = await world.call('GET', path)
  return world.call('POST', `${path}/approvals`, {
    approvals: [
      { signer: `external-wallet:${world.signer.address}`, signature: await sign(messageOf(body)) },
    ],
  })
}
const delegated = async () =>
  (await world.call('GET', `/wallets/${world.treasury}`)).body.config.delegatedSigners.map(
    (entry: { locator: string }) => entry.locator,
  )

test('registered once the admin signer has signed the EIP-712 message of the request', async () => {
  const locator = freshSigner()
  expect((await world.call('GET', signer(locator))).status).toBe(404)
  const created = await register(locator, { expiresAt: '2099-01-01T00:00:00Z', scopes: [] })
  expect(created.status).toBe(201)
  const { id, status } = created.body.chains['base-sepolia']
  expect(status).toBe('awaiting-approval')
  expect(await delegated()).not.toContain(locator)

  const request = (await world.call('GET', `/wallets/${world.treasury}/signatures/${id}`)).body
  expect(messageOf(request)).toBe(hashTypedData(request.params.typedData))
  const approved = await approveSignature(id)
  expect([approved.status, approved.body.status]).toEqual([201, 'success'])
  expect(approved.body.outputSignature).toMatch(/^0x[0-9a-f]{130}$/)
  expect((await world.call('GET', signer(locator))).body.chains).toEqual({
    'base-sepolia': { status: 'success' },
  })
  expect(await delegated()).toContain(locator)
  const list = await world.call('GET', `/wallets/${world.treasury}/signatures?page=1&perPage=5`)
  expect(list.body.signatures.map((entry: { id: string }) => entry.id)).toContain(id)
})

test('with deployImmediately a transaction is approved instead', async () => {
  const locator = freshSigner()
  const { body } = await register(locator, { deployImmediately: true })
  const { id, onChain } = body.chains['base-sepolia']
  const path = `/wallets/${world.treasury}/transactions/${id}`
  const transaction = (await world.call('GET', path)).body
  expect(onChain.userOperationHash).toBe(messageOf(transaction))
  await world.approve(transaction)
  expect((await world.settled(transaction)).status).toBe('success')
  expect((await world.call('GET', signer(locator))).body.chains['base-sepolia'].status).toBe('success')
})

test('registered again before the approval: the open registration, and no second request', async () => {
  for (const more of [{}, { deployImmediately: true }]) {
    const locator = freshSigner()
    const first = await register(locator, more)
    const again = await register(locator.toLowerCase(), more)
    expect([again.status, again.body]).toEqual([201, first.body])
  }
  const locator = freshSigner()
  const { id } = (await register(locator)).body.chains['base-sepolia']
  await register(locator)
  const list = await world.call('GET', `/wallets/${world.treasury}/signatures?page=1&perPage=2`)
  expect(list.body.signatures[0].id).toBe(id)
  expect((await approveSignature(id)).status).toBe(201)
  expect(await delegated()).toContain(locator)
})

test('registered again after the registration has failed: a new one', async () => {
  const locator = freshSigner()
  const { id } = (await register(locator, { deployImmediately: true })).body.chains['base-sepolia']
  const path = `/wallets/${world.treasury}/transactions/${id}`
  const transaction = (await world.call('GET', path)).body
  world.crossmint.trouble.failTransaction({ reason: 'build_failed', message: 'told to' })
  await world.approve(transaction)
  expect((await world.settled(transaction)).status).toBe('failed')
  const again = await register(locator)
  expect(again.body.chains['base-sepolia'].status).toBe('awaiting-approval')
  expect(again.body.chains['base-sepolia'].id).not.toBe(id)
})

test('error: 422 for the approval of a signature that was approved before', async () => {
  const { id } = (await register(freshSigner())).body.chains['base-sepolia']
  const path = `/wallets/${world.treasury}/signatures/${id}`
  const request = (await world.call('GET', path)).body
  const approvals = [
    { signer: `external-wallet:${world.signer.address}`, signature: await sign(messageOf(request)) },
  ]
  const approve = async () => (await world.call('POST', `${path}/approvals`, { approvals })).status
  expect([await approve(), await approve()]).toEqual([201, 422])
})

test('error: 404 for a signature of another wallet, which cannot be approved through it either', async () => {
  const { body } = await world.call('POST', '/wallets', treasuryBody(world.signer.address, 'other'))
  const { id } = (await register(freshSigner())).body.chains['base-sepolia']
  const own = `/wallets/${world.treasury}/signatures/${id}`
  const path = `/wallets/${body.address}/signatures/${id}`
  const approvals = [
    {
      signer: `external-wallet:${world.signer.address}`,
      signature: await sign(messageOf((await world.call('GET', own)).body)),
    },
  ]
  expect((await world.call('GET', path)).status).toBe(404)
  expect((await world.call('POST', `${path}/approvals`, { approvals })).status).toBe(404)
  expect((await world.call('GET', own)).body.status).toBe('awaiting-approval')
})

test('removed by a transaction, when it has succeeded', async () => {
  const locator = freshSigner()
  await approveSignature((await register(locator)).body.chains['base-sepolia'].id)
  const removal = await world.call('DELETE', `${signer(locator)}?chain=base-sepolia`)
  expect([removal.status, removal.body.status]).toEqual([200, 'awaiting-approval'])
  expect(await delegated()).toContain(locator)
  await world.approve(removal.body)
  await world.settled(removal.body)
  expect((await world.call('GET', signer(locator))).status).toBe(404)
  expect(await delegated()).not.toContain(locator)
})

test('error: a transaction for an operational signer is refused with the reason, 501', async () => {
  const locator = freshSigner()
  await approveSignature((await register(locator)).body.chains['base-sepolia'].id)
  const { status, body } = await world.transfer({ recipient: world.treasury, amount: '1', signer: locator })
  expect([status, body.message]).toEqual([501, expect.stringContaining('one owner signs for')])
})

test('error: twice, the admin signer, kinds without a key here, another chain', async () => {
  const locator = freshSigner()
  await approveSignature((await register(locator)).body.chains['base-sepolia'].id)
  const again = await register(locator.toLowerCase())
  expect([again.status, again.body.message]).toEqual([400, expect.stringContaining('already approved')])
  const admin = `external-wallet:${world.signer.address}`
  expect((await register(admin)).status).toBe(400)
  expect((await world.call('GET', signer(admin))).status).toBe(404)
  expect((await world.call('DELETE', signer(admin))).status).toBe(400)
  expect((await world.call('DELETE', signer(freshSigner()))).status).toBe(404)
  expect((await world.call('DELETE', `${signer(locator)}?chain=base`)).status).toBe(400)
  expect((await register('email:a@example.com')).status).toBe(400)
  expect((await register(freshSigner(), { chain: 'base' })).status).toBe(501)
})

test('error: wallets do not sign messages for others to verify, 501', async () => {
  const path = `/wallets/${world.treasury}/signatures`
  const { status, body } = await world.call('POST', path, { type: 'message', params: { message: 'hello' } })
  expect([status, body.message]).toEqual([501, expect.stringContaining('ERC-1271')])
})
