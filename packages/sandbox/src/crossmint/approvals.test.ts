import { concat, type Hex, hexToBigInt, numberToHex, pad, slice } from 'viem'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { messageOf, startWorld, treasuryBody, type World } from '../../test/crossmint.ts'
import { testConformity } from '../../test/openapi.ts'
import { approve } from './approvals.ts'
import type { Approvable, Wallet } from './project.ts'

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterEach(() => world.crossmint.trouble.reset())
afterAll(() => world.stop())

testConformity()

const stranger = pad('0x5737', { size: 20 })
const pending = async () => (await world.transfer({ recipient: stranger, amount: '1' })).body
const personalSign = (transaction: unknown) =>
  world.signer.signMessage({ message: { raw: messageOf(transaction) } })
const submit = (transaction: { id: string }, approvals: unknown) =>
  world.call('POST', `/wallets/${world.treasury}/transactions/${transaction.id}/approvals`, { approvals })

describe('accepted', () => {
  test('EIP-191, 65 bytes: succeeds; the approval moves from pending to submitted', async () => {
    const transaction = await pending()
    const signature = await personalSign(transaction)
    const { body } = await world.approve(transaction, signature)
    expect(body.approvals).toMatchObject({
      pending: [],
      submitted: [{ signature, signer: { address: world.signer.address }, message: messageOf(transaction) }],
      required: 1,
    })
    expect((await world.settled(transaction)).status).toBe('success')
  })

  test('EIP-191, 64 bytes (EIP-2098): succeeds, in the 65-byte form on chain', async () => {
    const transaction = await pending()
    const full = await personalSign(transaction)
    const parity = full.endsWith('1c') ? 1n << 255n : 0n
    const compact = concat([
      slice(full, 0, 32),
      numberToHex(hexToBigInt(slice(full, 32, 64)) | parity, { size: 32 }),
    ])
    const { status } = await world.approve(transaction, compact)
    expect(status).toBe(201)
    expect(await world.settled(transaction)).toMatchObject({
      status: 'success',
      onChain: { userOperation: { signature: full } },
    })
  })

  test('raw: passes the check as at Crossmint, and fails on chain, since SimpleAccount takes EIP-191 only', async () => {
    const transaction = await pending()
    const { status } = await world.approve(
      transaction,
      await world.signer.sign({ hash: messageOf(transaction) }),
    )
    expect(status).toBe(201)
    const settled = await world.settled(transaction)
    expect(settled).toMatchObject({
      status: 'failed',
      error: { reason: 'failed_to_land_on_chain', message: expect.stringContaining('AA24 signature error') },
    })
    expect(settled.onChain).not.toHaveProperty('txId')
  })

  test("the signer's locator in any letter case", async () => {
    const transaction = await pending()
    const signer = `external-wallet:${world.signer.address.toLowerCase()}`
    const { status } = await submit(transaction, [{ signer, signature: await personalSign(transaction) }])
    expect(status).toBe(201)
  })
})

describe('error: refused, and the transaction still awaits its approval', () => {
  const refused = async (
    change: (signature: Hex, transaction: unknown) => Hex | Promise<Hex>,
    message: string,
  ): Promise<void> => {
    const transaction = await pending()
    const answer = await world.approve(
      transaction,
      await change(await personalSign(transaction), transaction),
    )
    expect(answer.status).toBe(400)
    expect(answer.body.message).toContain(message)
    const path = `/wallets/${world.treasury}/transactions/${transaction.id}`
    expect((await world.call('GET', path)).body).toMatchObject({
      status: 'awaiting-approval',
      approvals: { pending: [{ message: messageOf(transaction) }], submitted: [] },
    })
  }
  const other = privateKeyToAccount(generatePrivateKey())

  test("another key's signature", () =>
    refused(
      (_, transaction) => other.signMessage({ message: { raw: messageOf(transaction) } }),
      `it is by ${other.address}`,
    ))
  test('a signature over another message', () =>
    refused(() => world.signer.signMessage({ message: 'something else' }), 'it is not by'))
  test('one bit changed', () =>
    refused(
      signature =>
        concat([numberToHex(hexToBigInt(slice(signature, 0, 32)) ^ 1n, { size: 32 }), slice(signature, 32)]),
      'Invalid signature',
    ))
  test('v of 0 or 1', () =>
    refused(signature => concat([slice(signature, 0, 64), '0x00']), 'v, must be 27 or 28'))
  test('an ERC-6492 envelope', () =>
    refused(signature => concat([pad(signature, { size: 576 }), pad('0x6492', { size: 32 })]), 'ERC-6492'))
  test('not hex', () => refused(() => '0xzz', 'approvals.0.signature: Invalid string'))

  test('an empty list', async () => {
    const { status, body } = await submit(await pending(), [])
    expect([status, body.message]).toEqual([400, 'approvals: Too small: expected array to have >=1 items'])
  })

  test('a signer the wallet does not have', async () => {
    const transaction = await pending()
    const signer = `external-wallet:${other.address}`
    const answer = await submit(transaction, [{ signer, signature: await personalSign(transaction) }])
    expect([answer.status, answer.body.message]).toEqual([400, expect.stringContaining('is not a signer')])
  })

  test('409 a second time by the same signer, 422 by another one when the quorum is reached', async () => {
    const operator = `external-wallet:${other.address}`
    const body = {
      ...treasuryBody(world.signer.address, 'two-signers'),
      config: {
        adminSigner: { type: 'external-wallet', address: world.signer.address },
        delegatedSigners: [{ signer: operator }],
      },
    }
    const wallet = (await world.call('POST', '/wallets', body)).body.address
    await world.chain.mint(world.chain.usdc, wallet, 5_000_000n)
    const to = { recipient: stranger, amount: '1' }
    const path = `/wallets/${wallet}/tokens/base-sepolia:usdc/transfers`
    const transaction = (await world.call('POST', path, to)).body
    const approve = async (signer: string) =>
      world.call('POST', `/wallets/${wallet}/transactions/${transaction.id}/approvals`, {
        approvals: [{ signer, signature: await personalSign(transaction) }],
      })
    const admin = `external-wallet:${world.signer.address}`
    expect((await approve(operator)).status).toBe(400)
    expect((await approve(admin)).status).toBe(201)
    expect((await approve(admin)).status).toBe(409)
    expect((await approve(operator)).status).toBe(422)
  })

  test('two approvals in one request: none is taken, and the answer says so', async () => {
    const transaction = await pending()
    const approval = {
      signer: `external-wallet:${world.signer.address}`,
      signature: await personalSign(transaction),
    }
    const { status, body } = await submit(transaction, [approval, approval])
    expect([status, body.message]).toEqual([
      422,
      'One approval is required, and 2 were sent: none of them was taken',
    ])
    expect((await submit(transaction, [approval])).status).toBe(201)
  })

  test('two at the same moment: one is taken', async () => {
    const { address } = world.signer
    const locator = `external-wallet:${address}`
    const adminSigner = { type: 'external-wallet', address, locator } as const
    const wallet = { adminSigner, operationalSigners: new Map() } as unknown as Wallet
    const message = pad('0x01')
    const request = {
      kind: 'transaction',
      signer: adminSigner,
      message,
      submitted: undefined,
    } as unknown as Approvable
    const signature = await world.signer.signMessage({ message: { raw: message } })
    const submitNow = () =>
      approve(wallet, request, { approvals: [{ signer: locator, signature }] }, Date.now)
    const results = await Promise.allSettled([submitNow(), submitNow()])
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    expect(results.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { status: 409 } })
  })

  test('404 an unknown transaction', async () => {
    const signature = await world.signer.signMessage({ message: 'x' })
    expect((await world.approve({ id: 'nothing' }, signature)).status).toBe(404)
  })
})

describe('what becomes of an approved transaction', () => {
  test('failed when it is reverted on chain, with the reason and the transaction', async () => {
    const fresh = (await world.call('POST', '/wallets', treasuryBody(world.signer.address, 'blocked'))).body
      .address
    await world.chain.mint(world.chain.usdc, fresh, 5_000_000n)
    const path = `/wallets/${fresh}/tokens/base-sepolia:usdc/transfers`
    const { body } = await world.call('POST', path, { recipient: stranger, amount: '1' })
    await world.chain.blacklist(world.chain.usdc, fresh)
    await world.approve(body)
    expect(await world.settled(body)).toMatchObject({
      status: 'failed',
      error: { reason: 'execution_reverted', revert: { reason: 'Blacklistable: account is blacklisted' } },
      onChain: { txId: expect.stringMatching(/^0x/) },
    })
  })

  test('trouble: fails for the reason told, without reaching the chain', async () => {
    const before = await world.chain.client.getBlockNumber()
    for (const reason of [
      'build_failed',
      'failed_to_land_on_chain',
      'unknown',
      'sanctioned_wallet_address',
    ] as const) {
      const transaction = await pending()
      world.crossmint.trouble.failTransaction({ reason, message: 'told to' })
      await world.approve(transaction)
      expect(await world.settled(transaction)).toMatchObject({ status: 'failed', error: { reason } })
    }
    expect(await world.chain.client.getBlockNumber()).toBe(before)
  })
})
