import { hashTypedData } from 'viem'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { messageOf, startWorld, type World } from '../../test/crossmint.ts'

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world.stop())

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
  expect((await register('email:a@example.com')).status).toBe(400)
  expect((await register(freshSigner(), { chain: 'base' })).status).toBe(501)
})

test('error: wallets do not sign messages for others to verify, 501', async () => {
  const path = `/wallets/${world.treasury}/signatures`
  const { status, body } = await world.call('POST', path, { type: 'message', params: { message: 'hello' } })
  expect([status, body.message]).toEqual([501, expect.stringContaining('ERC-1271')])
})
