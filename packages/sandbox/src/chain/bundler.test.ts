import type { PublicClient } from 'viem'
import { expect, test } from 'vitest'
import { includeUserOperation } from './bundler.ts'
import type { Sender } from './sender.ts'
import type { UserOperation } from './userOperation.ts'

const address = '0x00000000000000000000000000000000000000aa'
const operation: UserOperation = {
  sender: address,
  nonce: 0n,
  callData: '0x',
  callGasLimit: 1n,
  verificationGasLimit: 1n,
  preVerificationGas: 1n,
  maxFeePerGas: 1n,
  maxPriorityFeePerGas: 1n,
  signature: '0x',
}
const sender = {
  address,
  send: async () => ({ status: 'reverted', transactionHash: '0x01', logs: [] }),
} as unknown as Sender

test('refused when the bundle was mined without the operation: another one came before it', async () => {
  const client = { call: async () => ({}) } as unknown as PublicClient
  expect(await includeUserOperation(client, sender, operation)).toEqual({
    status: 'refused',
    reason: 'the bundle was reverted',
  })
})

test('error: a check that fails for another reason than a revert is no refusal', async () => {
  const client = { call: () => Promise.reject(new Error('connection refused')) } as unknown as PublicClient
  await expect(includeUserOperation(client, sender, operation)).rejects.toThrow('connection refused')
})
