// A policy as a company would have one: payouts to the address book, up to an amount each, and the fees they take.
import type { PolicySource } from '@coffer/service/policy'

type Address = `0x${string}`

/**
 * Makes the policy.
 *
 * @param options.factory The one that deploys the wallet.
 * @param options.recipients Who may be paid, by name.
 * @param options.operatorArns Who may ask.
 * @param options.maximum Of one payout, in token units with a decimal point: `1000.0`.
 */
export function createPolicy(options: {
  readonly wallet: Address
  readonly factory: Address
  readonly token: { readonly address: Address; readonly decimals: number; readonly symbol: string }
  readonly chainId: number
  readonly recipients: Readonly<Record<string, Address>>
  readonly operatorArns: readonly string[]
  readonly maximum: string
}): PolicySource {
  const { wallet, factory, token, chainId, recipients, operatorArns, maximum } = options
  const facts = {
    roles: { operators: operatorArns },
    wallets: { treasury: { address: wallet, chainIds: [chainId], factory } },
    tokens: { payout: { symbol: token.symbol, decimals: token.decimals, chainId, address: token.address } },
    addressBook: Object.fromEntries(
      Object.entries(recipients).map(([name, address]) => [name, { address, groups: ['payees'] }]),
    ),
  }
  const rules = `
@id("payouts")
permit (principal in Role::"operators", action == Action::"transfer", resource == Wallet::"treasury")
when {
  context.token == Token::"payout" &&
  context.from == resource.address &&
  context.recipient in Group::"payees" &&
  context.amount.lessThanOrEqual(decimal("${maximum}"))
};
@id("fees")
permit (principal in Role::"operators", action == Action::"payFee", resource == Wallet::"treasury")
when { context.maximum.lessThanOrEqual(decimal("0.01")) };
@id("first-use")
permit (principal in Role::"operators", action == Action::"deploy", resource == Wallet::"treasury")
when { resource has factory && context.factory == resource.factory && context.deployed == resource.address };
@id("one-at-a-time")
forbid (principal, action, resource) when { context.effects > 1 };
`
  return { rules, facts: JSON.stringify(facts, undefined, 2) }
}
