import { getAddress } from 'viem'
import { expect, test } from 'vitest'
import { intent } from '../../test/payment.ts'
import { resolveIntent } from './intent.ts'
import { compareIntents } from './record.ts'

const recorded = resolveIntent(intent)
const other = getAddress('0x00000000000000000000000000000000000b0b00')

test.each([
  ['walletAddress', { walletAddress: other }],
  ['chainId', { chainId: 8453 }],
  ['tokenAddress', { tokenAddress: other }],
  ['recipient', { recipient: other }],
  ['amount', { amount: '250.51' }],
  ['amount', { decimals: 18 }],
])('behavior: another %s is another payment', (field, change) => {
  expect(compareIntents(recorded, { ...recorded, ...change }).map(one => one.field)).toEqual([field])
})

test.each([
  ['name of the wallet', { wallet: 'evm:smart:alias:renamed' }],
  ['name of the chain', { chain: 'sepolia-of-base' }],
  ['name of the token', { token: `base-sepolia:${recorded.tokenAddress}` }],
  ['signer', { signerAddress: other }],
  ['way to count the same base units', { amount: '0.0000000002505', decimals: 18 }],
])('behavior: another %s is the same payment', (_, change) => {
  expect(compareIntents(recorded, { ...recorded, ...change })).toEqual([])
})
