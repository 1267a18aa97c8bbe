import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { expect, test } from 'vitest'

const contracts = new URL('../../contracts/', import.meta.url)

test('contracts/Stablecoin.json is what solc makes of contracts/Stablecoin.sol', () => {
  const committed = JSON.parse(readFileSync(new URL('Stablecoin.json', contracts), 'utf8'))
  const solc = createRequire(import.meta.url)('solc')
  expect(solc.version()).toContain(committed.compiler.version)
  const input = {
    language: 'Solidity',
    sources: { 'Stablecoin.sol': { content: readFileSync(new URL('Stablecoin.sol', contracts), 'utf8') } },
    settings: {
      ...committed.compiler.settings,
      outputSelection: { '*': { '*': ['abi', 'evm.deployedBytecode.object'] } },
    },
  }
  const output = JSON.parse(solc.compile(JSON.stringify(input)))
  expect(output.errors ?? []).toEqual([])
  const { abi, evm } = output.contracts['Stablecoin.sol'].Stablecoin
  expect(committed.abi).toEqual(abi)
  expect(committed.deployedBytecode).toBe(`0x${evm.deployedBytecode.object}`)
})
