// The decision on a payment, asked for before it exists anywhere.
import type { ResolvedIntent } from '@coffer/crossmint'
import type { Context } from '../context.ts'
import type { EndpointDecision } from '../endpoint.ts'
import { exitCodes } from '../exitCodes.ts'
import { CliError } from '../failure.ts'
import { type Payment, shellWord } from '../payment.ts'
import type { Style } from '../terminal.ts'
import { toStandIn } from './standIn.ts'

/**
 * Asks the signing endpoint what its policy will say to a payment, and shows it.
 *
 * @param payment As the command line named it.
 * @param intent The same, with everything looked up.
 * @throws {CliError} DENIED with every reason. Nothing was created.
 * @throws {EndpointError} the endpoint gave no decision.
 */
export async function requireAllowed(
  context: Context,
  payment: Payment,
  intent: ResolvedIntent,
): Promise<void> {
  const { terminal } = context
  const decision = await terminal.progress(
    'asking the signing service whether its policy allows it',
    async () => {
      const answer = await context.endpoint().decide(toStandIn(intent))
      if (answer.decision === 'deny') throw denied(payment, answer)
      return answer
    },
  )
  terminal.note(describeAllowed(decision, terminal.style))
}

function describeAllowed({ effects, policyVersion }: EndpointDecision, style: Style): string {
  return [
    `expected decision: ${style.green('allow')}, by policy ${policyVersion.slice(0, 12)}`,
    ...effects.flatMap(({ description, rules }) => [
      `  ${description}`,
      style.dim(`    permitted by ${rules.join(' and ')}`),
    ]),
    style.dim('  what Crossmint adds (gas, the creation of a new wallet) is judged when it is signed'),
  ].join('\n')
}

function denied(
  { amount, token, to, reference }: Payment,
  { issues, policyVersion }: EndpointDecision,
): CliError {
  const lines = [
    `policy ${policyVersion.slice(0, 12)} of the signing service does not allow it; nothing was created`,
    ...issues.map(issue => `  - ${issue}`),
  ]
  const transfer = `${amount} ${token}`
  return new CliError('DENIED', lines.join('\n'), {
    exitCode: exitCodes.refused,
    hints: [
      `rule by rule: coffer policy explain --transfer ${shellWord(transfer)} --to ${shellWord(to)} --reference ${shellWord(reference)}`,
    ],
  })
}
