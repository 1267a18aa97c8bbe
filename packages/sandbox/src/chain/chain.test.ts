import { createPublicClient, encodeFunctionData, erc20Abi, type Hex, http, keccak256, pad } from 'viem'
import { entryPoint07Abi } from 'viem/account-abstraction'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Chain, startChain } from './chain.ts'
import { entryPoint } from './contracts.ts'
import type { Account, Call } from './simpleAccount.ts'
import { packUserOperation, type UserOperation, userOperationHash } from './userOperation.ts'

let chain: Chain
beforeAll(async () => {
  chain = await startChain()
})
afterAll(() => chain.stop())

const owner = privateKeyToAccount(generatePrivateKey())
const stranger = pad('0x5737', { size: 20 })
let salt = 0n
const freshAccount = async (funds = 10_000_000n): Promise<Account> => {
  salt += 1n
  const address = await chain.accountAddress(owner.address, salt)
  if (funds > 0n) await chain.mint(chain.usdc, address, funds)
  return { address, owner: owner.address, salt }
}
const transfer = (to: Hex, amount: bigint): Call => ({
  to: chain.usdc.address,
  value: 0n,
  data: encodeFunctionData({ abi: erc20Abi, functionName: 'transfer', args: [to, amount] }),
})
const sign = async (operation: UserOperation, hash: Hex): Promise<UserOperation> => ({
  ...operation,
  signature: await owner.signMessage({ message: { raw: hash } }),
})
const usdcOf = (address: Hex) => chain.balanceOf(chain.usdc, address)

test('EntryPoint v0.7 lies at its canonical address, with the code of every other network', async () => {
  const code = await chain.client.getCode({ address: entryPoint })
  // EXTCODEHASH of the same address on Ethereum mainnet.
  expect(keccak256(code ?? '0x')).toBe('0x8db5ff695839d655407cc8490bb7a5d82337a86a6b39c3f0258aa6c3b582fc58')
  expect(chain.chainId).toBe(await chain.client.getChainId())
})

test('the stablecoins say what they are', async () => {
  const coin = { address: chain.usdc.address, abi: erc20Abi } as const
  expect(await chain.client.readContract({ ...coin, functionName: 'symbol' })).toBe('USDC')
  expect(await chain.client.readContract({ ...coin, functionName: 'decimals' })).toBe(6)
  expect(
    await chain.client.readContract({ ...coin, address: chain.usdxm.address, functionName: 'name' }),
  ).toBe('USDXM')
})

test('hash = EntryPoint.getUserOpHash(operation)', async () => {
  const { operation, hash } = await chain.buildUserOperation(await freshAccount(), [transfer(stranger, 1n)])
  const onChain = await chain.client.readContract({
    address: entryPoint,
    abi: entryPoint07Abi,
    functionName: 'getUserOpHash',
    args: [packUserOperation(operation)],
  })
  expect(hash).toBe(onChain)
})

test('the first operation deploys the wallet and moves the money; the wallet pays no gas', async () => {
  const account = await freshAccount(5_000_000n)
  const before = await usdcOf(stranger)
  const first = await chain.buildUserOperation(account, [transfer(stranger, 2_000_000n)])
  expect(first.operation.factory).toBe(chain.factory)
  expect(await chain.handleOps(await sign(first.operation, first.hash))).toMatchObject({ status: 'success' })

  expect(await usdcOf(account.address)).toBe(3_000_000n)
  expect(await usdcOf(stranger)).toBe(before + 2_000_000n)
  expect(await chain.client.getBalance({ address: account.address })).toBe(0n)

  const second = await chain.buildUserOperation(account, [transfer(stranger, 1n), transfer(stranger, 2n)])
  expect(second.operation.factory).toBeUndefined()
  expect(await chain.handleOps(await sign(second.operation, second.hash))).toMatchObject({
    status: 'success',
  })
  expect(await usdcOf(account.address)).toBe(2_999_997n)
})

test('operations of one wallet are independent of each other: any order, all at once', async () => {
  const account = await freshAccount()
  const first = await chain.buildUserOperation(account, [transfer(stranger, 1n)])
  await chain.handleOps(await sign(first.operation, first.hash))
  const before = await usdcOf(account.address)
  const built = await Promise.all(
    [1n, 2n, 3n, 4n].map(amount => chain.buildUserOperation(account, [transfer(stranger, amount)])),
  )
  const results = await Promise.all(
    built.reverse().map(async ({ operation, hash }) => chain.handleOps(await sign(operation, hash))),
  )
  expect(results.map(result => result.status)).toEqual(['success', 'success', 'success', 'success'])
  expect(await usdcOf(account.address)).toBe(before - 10n)
})

test('transactions sent at the same moment follow one another', async () => {
  const before = await usdcOf(stranger)
  await Promise.all(Array.from({ length: 20 }, () => chain.mint(chain.usdc, stranger, 1n)))
  expect(await usdcOf(stranger)).toBe(before + 20n)
})

test('an operation is included once', async () => {
  const { operation, hash } = await chain.buildUserOperation(await freshAccount(), [transfer(stranger, 1n)])
  const signed = await sign(operation, hash)
  expect(await chain.handleOps(signed)).toMatchObject({ status: 'success' })
  expect((await chain.handleOps(signed)).status).toBe('refused')
})

describe('error: refused or reverted as on any chain', () => {
  test('CALL_REVERTED: more than the wallet holds is noticed while building', async () => {
    const account = await freshAccount(5n)
    await expect(
      chain.buildUserOperation(account, [transfer(stranger, 5n), transfer(stranger, 1n)]),
    ).rejects.toMatchObject({
      code: 'CALL_REVERTED',
      index: 1,
      reason: 'ERC20: transfer amount exceeds balance',
    })
  })

  test('AA24: a signature over the raw hash, or by another key', async () => {
    const { operation, hash } = await chain.buildUserOperation(await freshAccount(), [transfer(stranger, 1n)])
    const raw = { ...operation, signature: await owner.sign({ hash }) }
    expect(await chain.handleOps(raw)).toEqual({ status: 'refused', reason: 'AA24 signature error' })
    const other = privateKeyToAccount(generatePrivateKey())
    const foreign = { ...operation, signature: await other.signMessage({ message: { raw: hash } }) }
    expect(await chain.handleOps(foreign)).toEqual({ status: 'refused', reason: 'AA24 signature error' })
  })

  test('AA34: an operation changed after the sponsor agreed to it', async () => {
    const { operation } = await chain.buildUserOperation(await freshAccount(), [transfer(stranger, 1n)])
    const changed = { ...operation, callGasLimit: operation.callGasLimit + 1n }
    const signed = await sign(changed, userOperationHash(changed, chain.chainId))
    expect(await chain.handleOps(signed)).toEqual({ status: 'refused', reason: 'AA34 signature error' })
  })

  test('AA10: built before the wallet was deployed, submitted after', async () => {
    const account = await freshAccount()
    const first = await chain.buildUserOperation(account, [transfer(stranger, 1n)])
    const second = await chain.buildUserOperation(account, [transfer(stranger, 1n)])
    expect((await chain.handleOps(await sign(first.operation, first.hash))).status).toBe('success')
    expect(await chain.handleOps(await sign(second.operation, second.hash))).toEqual({
      status: 'refused',
      reason: 'AA10 sender already constructed',
    })
  })

  test('reverted: the money was blocked between building and inclusion', async () => {
    const account = await freshAccount()
    const { operation, hash } = await chain.buildUserOperation(account, [transfer(stranger, 1n)])
    await chain.blacklist(chain.usdc, account.address)
    expect(await chain.handleOps(await sign(operation, hash))).toMatchObject({
      status: 'reverted',
      reason: 'Blacklistable: account is blacklisted',
      transactionHash: expect.stringMatching(/^0x[0-9a-f]{64}$/),
    })
    expect(await usdcOf(account.address)).toBe(10_000_000n)
  })
})

test('stop() ends the process: nothing answers any more', async () => {
  const other = await startChain({ chainId: 31337 })
  const client = createPublicClient({ transport: http(other.rpcUrl, { retryCount: 0 }) })
  expect(await client.getChainId()).toBe(31337)
  await other.stop()
  await other.stop()
  await expect(client.getChainId()).rejects.toThrow()
})
