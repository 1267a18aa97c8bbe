// Policies for the tests: the starter's rules over the facts of the fixtures, and whatever else is written down.
import { readFileSync } from 'node:fs'
import { type Inquiry, loadPolicy, type Policy, type PolicySource } from '../src/policy/index.ts'
import { prepare } from '../src/prepare.ts'
import { parseRequest } from '../src/request.ts'
import { ACCOUNT, ALICE, PRINCIPAL, payload, TOKEN } from './fixtures.ts'

/** The factory of the treasury's wallet. */
export const FACTORY = '0x3333333333333333333333333333333333333333'

/** A Monday. */
export const NOON: Date = new Date('2026-01-05T12:00:00Z')

export const STARTER_RULES: string = readFileSync(
  new URL('../policy/starter/treasury.cedar', import.meta.url),
  'utf8',
)

/** The facts that the starter's rules need, with the wallet, the token and the people of the fixtures. */
export const FACTS = {
  roles: { operators: [PRINCIPAL.arn] },
  wallets: { treasury: { address: ACCOUNT, chainIds: [84532], factory: FACTORY } },
  tokens: { usdc: { symbol: 'USDC', decimals: 6, chainId: 84532, address: TOKEN } },
  addressBook: { alice: { address: ALICE, groups: ['payees'] } },
} as const

/** A policy's texts from facts as data. */
export const sourceOf = (rules: string, facts: object = FACTS): PolicySource => ({
  rules,
  facts: JSON.stringify(facts, null, 2),
})

export const starter: Policy = loadPolicy(sourceOf(STARTER_RULES))

/** A policy over the facts of the fixtures, each of which it may use. */
export const policyOf = (rules: string, facts: object = FACTS): Policy => loadPolicy(sourceOf(rules, facts))

/** Permits each action without conditions, by a rule of its name. For tests of what lies around the rules. */
export const permits: Readonly<Record<string, string>> = Object.fromEntries(
  [
    ...['transfer', 'transferNft', 'approve', 'approveUnlimited', 'wrap', 'unwrap', 'call', 'payFee'],
    ...['delegatecall', 'deploy', 'administer', 'delegate'],
    ...['signHash', 'signRaw', 'signMessage', 'signTypedData'],
  ].map(action => [action, `@id("${action}") permit (principal, action == Action::"${action}", resource);`]),
)

/** Permits everything that can be judged at all. */
export const PERMIT_ALL: string = Object.values(permits).join('\n')

/** Facts without what only named rules can use. */
export const OPEN_FACTS = {
  ...FACTS,
  signer: { chainIds: [84532] },
  roles: {},
  addressBook: { alice: { address: ALICE } },
} as const

export const permitAll: Policy = policyOf(PERMIT_ALL, OPEN_FACTS)

/** What is asked by the body of a request; by default a transfer of 1.5 USDC to Alice, on a Monday at noon. */
export const inquiryOf = (
  body: object = { signerAddress: ALICE, payload: payload() },
  changes: Partial<Inquiry> = {},
): Inquiry => {
  const request = parseRequest(JSON.stringify(body))
  const prepared = prepare(request)
  return { principal: PRINCIPAL, prepared, reference: request.reference, time: NOON, ...changes }
}
