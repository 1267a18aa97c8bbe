// `coffer policy explain`: what a policy says of one request, and why, rule by rule.

import type { Inquiry, Policy } from '@coffer/service/policy'
import { getAddress } from 'viem'
import type { Context, Outcome } from '../context.ts'
import { readLocalPolicy, shortVersion } from '../localPolicy.ts'
import { type Asked, findAsked } from '../policy/asked.ts'
import { requirePolicyDirectory } from '../policy/chosen.ts'
import { decide } from '../policy/decide.ts'
import { describeEffects, summarizeDecision } from '../policy/report.ts'
import { columns } from '../terminal.ts'

/**
 * Explains a request by the policy on this machine; nothing is sent to the signing endpoint.
 *
 * @param options.policy Directory of the policy.
 * @returns The decision, whatever it is.
 * @throws As `findAsked`; {CliError} POLICY_NOT_FOUND, POLICY_INVALID.
 */
export async function explainPolicy(
  context: Context,
  options: Asked & { readonly policy?: string | undefined },
): Promise<Outcome> {
  const directory = requirePolicyDirectory(context, options.policy)
  const { policy } = readLocalPolicy(directory)
  const inquiry = await findAsked(context, options, directory, policy)
  const decided = decide(inquiry, policy)
  const { principal, prepared, reference, time } = inquiry
  const { style } = context.terminal
  return {
    data: {
      decision: decided.outcome,
      rules: decided.rules,
      reasons: decided.codes,
      principal: principal.arn,
      roles: policy.directory.rolesOf(principal.arn),
      sourceIp: principal.sourceIp,
      time: time.toISOString(),
      reference,
      kind: prepared.kind,
      chainId: prepared.chainId,
      account: prepared.account,
      effects: decided.effects,
      policyVersion: policy.version,
    },
    text: [
      columns(
        [
          ['decision', `${summarizeDecision(decided, style)} (policy ${shortVersion(policy.version)})`],
          ['principal', `${principal.arn}, ${describeRoles(principal.arn, policy)}`],
          ['wallet', describeAccount(inquiry, policy)],
          ['time', `${weekday(time)} ${time.toISOString()}`],
          ['source IP', principal.sourceIp],
          ['reference', reference],
        ],
        style,
      ),
      '',
      describeEffects(decided, style),
    ].join('\n'),
  }
}

function describeRoles(arn: string, { directory }: Policy): string {
  const roles = directory.rolesOf(arn)
  return roles.length === 0 ? 'in no role' : `in the role ${roles.join(' and ')}`
}

function describeAccount({ prepared }: Inquiry, { directory }: Policy): string {
  const { account, signerAddress, chainId = 0 } = prepared
  const where = chainId === 0 ? '' : ` on chain ${chainId}`
  const wallet = directory.walletAt(chainId, account)
  if (wallet !== undefined) return `${wallet.name} (${getAddress(account)}${where})`
  if (account === signerAddress) return `signer, the key's own account${where}`
  return `not known to the policy (${getAddress(account)}${where})`
}

function weekday(time: Date): string {
  return time.toLocaleDateString('en-US', { weekday: 'long', timeZone: 'UTC' })
}
