import { getAddress, maxUint256, pad, recoverMessageAddress } from 'viem'
import {
  entryPoint07Abi,
  getUserOperationHash,
  toPackedUserOperation,
  type UserOperation,
} from 'viem/account-abstraction'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { messageOf, startWorld, type World } from '../../test/crossmint.ts'
import { testConformity } from '../../test/openapi.ts'

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterEach(() => world.crossmint.trouble.reset())
afterAll(() => world.stop())

testConformity()

const stranger = getAddress(pad('0x5737', { size: 20 }))
const usdcOf = (address: `0x${string}`) => world.chain.balanceOf(world.chain.usdc, address)

describe('a direct transfer', () => {
  test('awaits approval, goes to the chain, and moves exactly the amount', async () => {
    const before = await usdcOf(stranger)
    const created = await world.transfer({ recipient: stranger, amount: '1.5' })
    expect(created.status).toBe(201)
    expect(created.body).toMatchObject({
      status: 'awaiting-approval',
      sendParams: {
        token: 'base-sepolia:usdc',
        params: { amount: '1.5', recipient: stranger, recipientAddress: stranger },
      },
      params: { calls: [{ functionName: 'transfer', args: [stranger, '1500000'], value: '0' }] },
    })
    const approved = await world.approve(created.body)
    expect(approved.status).toBe(201)
    expect(approved.body.status).toBe('pending')
    const settled = await world.settled(created.body)
    expect(settled).toMatchObject({ status: 'success', completedAt: expect.any(Number) })
    expect(await usdcOf(stranger)).toBe(before + 1_500_000n)

    const receipt = await world.chain.client.getTransactionReceipt({ hash: settled.onChain.txId })
    expect(receipt.status).toBe('success')
    const explorer = await fetch(settled.onChain.explorerLink)
    expect(await explorer.json()).toMatchObject({ transactionHash: settled.onChain.txId, status: 'success' })
  })

  test('behaves to the SDK: no `error` on an answer that is none, no top-level `message`', async () => {
    const { body } = await world.transfer({ recipient: stranger, amount: '1' })
    expect(body).not.toHaveProperty('error')
    expect(body).not.toHaveProperty('message')
    expect((await world.approve(body)).body).not.toHaveProperty('error')
    expect(await world.settled(body)).not.toHaveProperty('error')
  })

  test('message = userOperationHash = EntryPoint.getUserOpHash = viem over the fields of the answer', async () => {
    const { body } = await world.transfer({ recipient: stranger, amount: '1' })
    const { userOperation, userOperationHash } = body.onChain
    expect(messageOf(body)).toBe(userOperationHash)
    const numbers = ['nonce', 'callGasLimit', 'verificationGasLimit', 'preVerificationGas', 'maxFeePerGas']
    numbers.push('maxPriorityFeePerGas', 'paymasterVerificationGasLimit', 'paymasterPostOpGasLimit')
    const operation: UserOperation<'0.7'> = {
      ...userOperation,
      ...Object.fromEntries(numbers.map(key => [key, BigInt(userOperation[key])])),
    }
    const { entryPoint, chainId } = world.chain
    expect(
      getUserOperationHash({
        userOperation: operation,
        entryPointAddress: entryPoint,
        entryPointVersion: '0.7',
        chainId,
      }),
    ).toBe(userOperationHash)
    expect(
      await world.chain.client.readContract({
        address: entryPoint,
        abi: entryPoint07Abi,
        functionName: 'getUserOpHash',
        args: [toPackedUserOperation(operation)],
      }),
    ).toBe(userOperationHash)
  })

  test('several of one wallet at once: all land, none twice', async () => {
    const before = await usdcOf(stranger)
    const created = await Promise.all(
      ['1', '2', '3', '4'].map(amount => world.transfer({ recipient: stranger, amount })),
    )
    await Promise.all(created.map(({ body }) => world.approve(body)))
    const settled = await Promise.all(created.map(({ body }) => world.settled(body)))
    expect(settled.map(({ status }) => status)).toEqual(['success', 'success', 'success', 'success'])
    expect(await usdcOf(stranger)).toBe(before + 10_000_000n)
  })

  test('of ether, and to a user by locator', async () => {
    const wallet = await world.recipient('ether@example.com')
    const path = `/wallets/${world.treasury}/tokens/base-sepolia:eth/transfers`
    const refused = await world.call('POST', path, { recipient: stranger, amount: '0.5' })
    expect(refused.status).toBe(422)
    const { body } = await world.transfer({ recipient: 'email:ether@example.com', amount: '2' })
    expect(body.sendParams.params).toEqual({
      amount: '2',
      recipient: 'email:ether@example.com',
      recipientAddress: wallet,
    })
  })

  test('the signer is echoed in the letter case of the request', async () => {
    const signer = `external-wallet:${world.signer.address.toLowerCase()}`
    const { body } = await world.transfer({ recipient: stranger, amount: '1', signer })
    expect(body.approvals.pending[0].signer.locator).toBe(signer)
  })
})

describe('x-idempotency-key', () => {
  test('the same request again, or at the same time: one transaction, in its present state', async () => {
    const headers = { 'x-idempotency-key': 'payment-1' }
    const request = { recipient: stranger, amount: '3' }
    const answers = await Promise.all([world.transfer(request, headers), world.transfer(request, headers)])
    const [first, second] = answers.map(({ body }) => body)
    expect(second.id).toBe(first.id)
    await world.approve(first)
    await world.settled(first)
    expect((await world.transfer(request, headers)).body).toMatchObject({ id: first.id, status: 'success' })
    expect((await world.transfer(request)).body.id).not.toBe(first.id)
  })

  test('error: 409 for another request with the same key', async () => {
    const headers = { 'x-idempotency-key': 'payment-2' }
    expect((await world.transfer({ recipient: stranger, amount: '3' }, headers)).status).toBe(201)
    expect((await world.transfer({ recipient: stranger, amount: '4' }, headers)).status).toBe(409)
  })

  test('an empty key is none', async () => {
    const headers = { 'x-idempotency-key': '' }
    const request = { recipient: stranger, amount: '3' }
    const ids = [await world.transfer(request, headers), await world.transfer(request, headers)]
    expect(ids[0]?.body.id).not.toBe(ids[1]?.body.id)
    expect((await world.transfer({ ...request, amount: '4' }, headers)).status).toBe(201)
  })

  test('a refused creation does not use the key up', async () => {
    const headers = { 'x-idempotency-key': 'payment-3' }
    const recipient = await world.recipient('later@example.com')
    const request = { recipient, amount: '1', transactionType: 'regulated-transfer' }
    world.crossmint.trouble.kycPending(1)
    expect((await world.transfer(request, headers)).status).toBe(422)
    expect((await world.transfer(request, headers)).status).toBe(201)
  })
})

describe('a regulated transfer', () => {
  const regulated = (recipient: string) =>
    world.transfer({ recipient, amount: '1', transactionType: 'regulated-transfer' })

  test("to a registered user's wallet: succeeds", async () => {
    const recipient = await world.recipient('vendor@example.com')
    const { status, body } = await regulated(recipient)
    expect(status).toBe(201)
    await world.approve(body)
    expect((await world.settled(body)).status).toBe('success')
    expect(await usdcOf(recipient)).toBe(1_000_000n)
  })

  test('error: recipient_type_unsupported for an address of nobody, and for a treasury', async () => {
    for (const recipient of [stranger, world.treasury]) {
      const { status, body } = await regulated(recipient)
      expect(status).toBe(422)
      expect(body).toMatchObject({
        error: { reason: 'recipient_type_unsupported' },
        message: expect.stringContaining("Regulated transfers can't be sent to this wallet"),
      })
    }
  })

  test('error: recipient_personal_data_missing', async () => {
    const legal = { type: 'crossmint-privacy-policy', acceptedAt: '2026-01-01T00:00:00.000Z' }
    expect((await world.call('PUT', '/users/email:bare@example.com/legal-documents', legal)).status).toBe(200)
    const { body } = await world.call('POST', '/wallets', {
      chainType: 'evm',
      config: { adminSigner: { type: 'email', email: 'bare@example.com' } },
      owner: 'email:bare@example.com',
    })
    expect((await regulated(body.address)).body.error.reason).toBe('recipient_personal_data_missing')
  })

  test('error: recipient_person_sanctioned for a country that is not served', async () => {
    const recipient = await world.recipient('far@example.com', {
      firstName: 'A',
      lastName: 'B',
      dateOfBirth: '1990-01-01',
      countryOfResidence: 'AQ',
    })
    expect((await regulated(recipient)).body.error.reason).toBe('recipient_person_sanctioned')
  })

  test('error: while KYC is in progress, so many times as told', async () => {
    const recipient = await world.recipient('kyc@example.com')
    world.crossmint.trouble.kycPending(2)
    const answers = [await regulated(recipient), await regulated(recipient), await regulated(recipient)]
    expect(answers.map(({ status }) => status)).toEqual([422, 422, 201])
    expect(answers[0]?.body.message).toBe('User KYC is in progress, retry in a few seconds')
  })

  test.each(['recipient_wallet_sanctioned', 'recipient_person_sanctioned'] as const)(
    'error: %s on demand',
    async reason => {
      const recipient = await world.recipient('listed@example.com')
      world.crossmint.trouble.refuseRecipient(recipient, reason)
      const { status, body } = await regulated(recipient)
      expect([status, body.error.reason, body.message]).toEqual([422, reason, body.error.message])
    },
  )
})

describe('error', () => {
  test('422 execution_reverted: more than the wallet holds', async () => {
    const { status, body } = await world.transfer({ recipient: stranger, amount: '1000000' })
    expect(status).toBe(422)
    expect(body.error).toMatchObject({
      reason: 'execution_reverted',
      revert: { type: 'contract_call', reason: 'ERC20: transfer amount exceeds balance' },
    })
    expect(body.message).toContain('exceeds balance')
  })

  test.each([
    [{ recipient: stranger, amount: '-1' }, 'amount: Invalid string'],
    [{ recipient: stranger, amount: '0.0' }, 'amount: must be greater than 0'],
    [{ recipient: stranger, amount: String(maxUint256 / 1_000_000n + 1n) }, 'less than 2^256 base units'],
    [{ recipient: stranger, amount: '1.1234567' }, 'amount: usdc has 6 decimal places'],
    [{ recipient: stranger, amount: 5 }, 'amount: Invalid input: expected string, received number'],
    [{ recipient: stranger }, 'amount: Invalid input: expected string, received undefined'],
    [{ recipient: `0xAb${stranger.slice(4)}`, amount: '1' }, 'neither an EVM address'],
    [{ recipient: 'email:nobody@example.com', amount: '1' }, 'nor has it a wallet'],
    [{ recipient: 'somebody', amount: '1' }, 'recipient: Invalid wallet locator'],
    [{ recipient: stranger, amount: '1', signer: 'external-wallet:0x1' }, 'is not a signer of this wallet'],
    [{ recipient: stranger, amount: '1', transactionType: 'gift' }, 'transactionType: Invalid option'],
    [{ recipient: stranger, amount: '1', memo: { type: 'text', value: 'x' } }, 'memo: only for Stellar'],
    [{}, 'recipient: Invalid input: expected string, received undefined; amount: Invalid input'],
    ['[]', 'body: Invalid input: expected object, received array'],
    ['{', 'body: Invalid JSON'],
  ])('400 %j', async (body, message) => {
    const answer = await world.transfer(body as object)
    expect(answer.status).toBe(400)
    expect(answer.body.message).toContain(message)
  })

  test('400 an unknown token or chain', async () => {
    const to = { recipient: stranger, amount: '1' }
    for (const token of ['base-sepolia:doge', 'base:usdc', 'usdc']) {
      const { status, body } = await world.call(
        'POST',
        `/wallets/${world.treasury}/tokens/${token}/transfers`,
        to,
      )
      expect([status, body.message]).toEqual([400, expect.stringContaining('tokenLocator: Unknown token')])
    }
  })

  test('501 for what cannot be done here, with the reason', async () => {
    const answer = await world.transfer({ recipient: stranger, amount: '1', transactionType: 'onramp' })
    expect(answer.status).toBe(501)
    const wallet = await world.recipient('keyless@example.com')
    const path = `/wallets/${wallet}/tokens/base-sepolia:usdc/transfers`
    const keyless = await world.call('POST', path, { recipient: stranger, amount: '1' })
    expect([keyless.status, keyless.body.message]).toEqual([
      501,
      expect.stringContaining('nobody has the key'),
    ])
  })
})

test('the signature the answer asks for is EIP-191 over the 32 bytes of the message', async () => {
  const { body } = await world.transfer({ recipient: stranger, amount: '1' })
  const raw = messageOf(body)
  const signature = await world.signer.signMessage({ message: { raw } })
  expect(await recoverMessageAddress({ message: { raw }, signature })).toBe(world.signer.address)
  expect((await world.approve(body, signature)).status).toBe(201)
})
