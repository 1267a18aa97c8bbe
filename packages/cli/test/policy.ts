// Policies for tests: the starter's rules and facts, and what tests change of them.
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ResolvedIntent } from '@coffer/crossmint'
import { loadPolicy, type Policy, type PolicySource } from '@coffer/service/policy'

export const policyDirectory: string = fileURLToPath(new URL('../../service/policy/', import.meta.url))

const read = (file: string): string => readFileSync(join(policyDirectory, 'starter', file), 'utf8')

export const starterSource: PolicySource = { rules: read('treasury.cedar'), facts: read('treasury.json') }
export const starterCases: string = read('cases.yaml')
export const starter: Policy = loadPolicy(starterSource)

export const operator = 'arn:aws:iam::111122223333:user/operator'
export const wallet = '0x1111111111111111111111111111111111111111'
export const acme = '0x4444444444444444444444444444444444444444'
export const usdc = '0x036CbD53842c5426634e7929541eC2318f3dCF7e'

/** A text of the rules or the facts, and what stands in its place. */
export type Replacement = readonly [from: string, to: string]

/** The starter with some of its text replaced; what is to be replaced must be there. */
export const changedStarter = (...changes: readonly Replacement[]): PolicySource =>
  changes.reduce<PolicySource>(({ rules, facts }, [from, to]) => {
    if (!rules.includes(from) && !facts.includes(from)) throw new Error(`the starter has no ${from}`)
    return { rules: rules.replaceAll(from, to), facts: facts.replaceAll(from, to) }
  }, starterSource)

/** Writes a policy into a new directory. */
export const writePolicy = (
  { rules, facts }: PolicySource,
  others: Readonly<Record<string, string>> = {},
): string => {
  const directory = mkdtempSync(join(tmpdir(), 'coffer-policy-'))
  for (const [name, text] of Object.entries({ 'treasury.cedar': rules, 'treasury.json': facts, ...others }))
    writeFileSync(join(directory, name), text)
  return directory
}

/** A payment of 25 USDC out of the starter's wallet to its payee. */
export const intent: ResolvedIntent = {
  reference: 'INV 1',
  wallet,
  walletAddress: wallet,
  chain: 'base-sepolia',
  chainId: 84532,
  token: 'base-sepolia:usdc',
  tokenAddress: usdc,
  decimals: 6,
  recipient: acme,
  amount: '25',
  signerAddress: acme,
}
