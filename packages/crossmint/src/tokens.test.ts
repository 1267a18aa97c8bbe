import { getAddress } from 'viem'
import * as chains from 'viem/chains'
import { expect, test } from 'vitest'
import { resolveToken } from './tokens.ts'

// Circle's page, transcribed independently of viem: https://developers.circle.com/stablecoins/usdc-contract-addresses
const circle: readonly (readonly [string, number, string])[] = [
  ['arbitrum', chains.arbitrum.id, '0xaf88d065e77c8cC2239327C5EDb3A432268e5831'],
  ['arbitrum-sepolia', chains.arbitrumSepolia.id, '0x75faf114eafb1BDbe2F0316DF893fd58CE46AA4d'],
  ['arc-testnet', chains.arcTestnet.id, '0x3600000000000000000000000000000000000000'],
  ['base', chains.base.id, '0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913'],
  ['base-sepolia', chains.baseSepolia.id, '0x036CbD53842c5426634e7929541eC2318f3dCF7e'],
  ['ethereum', chains.mainnet.id, '0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48'],
  ['ethereum-sepolia', chains.sepolia.id, '0x1c7D4B196Cb0C7B01d743Fbc6116a902379C7238'],
  ['optimism', chains.optimism.id, '0x0b2C639c533813f4Aa9D7837CAf62653d097Ff85'],
  ['optimism-sepolia', chains.optimismSepolia.id, '0x5fd84259d66Cd46123540766Be93DFE6D43130D7'],
  ['plume', chains.plumeMainnet.id, '0x222365EF19F7947e5484218551B56bb3965Aa7aF'],
  ['plume-testnet', chains.plumeSepolia.id, '0xcB5f30e335672893c7eb944B374c196392C19D18'],
  ['polygon', chains.polygon.id, '0x3c499c542cEF5E3811e1192ce70d8cC03d5c3359'],
  ['polygon-amoy', chains.polygonAmoy.id, '0x41E94Eb019C0762f9Bfcf9Fb1E58725BfB0e7582'],
  ['sei-atlantic-2-testnet', chains.seiTestnet.id, '0x4fCF1784B31630811181f670Aea7A7bEF803eaED'],
  ['sei-pacific-1', chains.sei.id, '0xe15fC38F6D8c56aF07bbCBe3BAf5708A2Bf42392'],
  ['world-chain', chains.worldchain.id, '0x79A02482A880bCE3F13e09Da970dC34db4CD24d1'],
  ['world-chain-sepolia', chains.worldchainSepolia.id, '0x66145f38cBAC35Ca6F1Dfb4914dF98F1614aeA88'],
]

test.each(circle)('USDC on %s', (chain, chainId, address) => {
  const token = { address: getAddress(address.toLowerCase()), decimals: 6, chainId }
  expect(resolveToken({ chain, token: 'USDC' })).toEqual({ ...token, locator: `${chain}:usdc` })
  expect(resolveToken({ chain, token: address.toLowerCase() })).toEqual({
    ...token,
    locator: `${chain}:${token.address}`,
  })
})

const own = '0x00000000000000000000000000000000000c0ffe'

test('behavior: the operator’s own token comes before the built-in one', () => {
  const tokens = { 'base-sepolia:usdc': { address: own, decimals: 6, chainId: 31337 } } as const
  expect(resolveToken({ chain: 'base-sepolia', token: 'usdc', tokens })).toEqual({
    locator: 'base-sepolia:usdc',
    address: getAddress(own),
    decimals: 6,
    chainId: 31337,
  })
})

test('behavior: an own token on a chain of the table needs no chain id, elsewhere it does', () => {
  const entry = { address: own, decimals: 18 } as const
  expect(resolveToken({ chain: 'base', token: own, tokens: { [`base:${own}`]: entry } }).chainId).toBe(8453)
  expect(() => resolveToken({ chain: 'zora', token: 'x', tokens: { 'zora:x': entry } })).toThrow(
    'add a token with its chainId',
  )
})

test.each([
  ['a chain nobody knows', { chain: 'solana', token: 'usdc' }],
  ['a token nobody knows', { chain: 'base', token: 'usdxm' }],
  ['an address nobody knows', { chain: 'base', token: own }],
  ['a name of Object.prototype', { chain: 'base', token: 'constructor' }],
  [
    'decimals that are none',
    { chain: 'base', token: 'x', tokens: { 'base:x': { address: own, decimals: 6.5 } } },
  ],
  [
    'an address that is none',
    { chain: 'base', token: 'x', tokens: { 'base:x': { address: '0x12', decimals: 6 } } },
  ],
  [
    'a chain id that is none',
    { chain: 'x', token: 'x', tokens: { 'x:x': { address: own, decimals: 6, chainId: 0 } } },
  ],
  [
    'an address configured as another',
    {
      chain: 'base',
      token: own,
      tokens: { [`base:${own}`]: { address: `0x${'11'.repeat(20)}`, decimals: 6 } },
    },
  ],
] as const)('error: %s', (_, options) => {
  expect(() => resolveToken(options)).toThrow(expect.objectContaining({ code: 'INVALID_INPUT' }))
})
