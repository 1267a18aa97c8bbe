// Decisions of a policy for people: each effect, what was decided, and each rule's part in it.
import type { Style } from '../terminal.ts'
import { type Decided, type DecidedEffect, nearestMiss } from './decide.ts'

/**
 * Tells a decision effect by effect, with every rule about each.
 *
 * @param decided The decision.
 * @param style Of the terminal.
 * @returns Lines, indented below each effect.
 */
export function describeEffects({ effects, codes }: Decided, style: Style): string {
  if (effects.length === 0) return `${style.red('✗')} nothing that could be judged (${codes.join(', ')})`
  return effects.map(effect => describeEffect(effect, style).join('\n')).join('\n')
}

/** In one line: `allow, by payouts and fees` or `deny: NOT_PERMITTED`. */
export function summarizeDecision({ outcome, rules, codes }: Decided, style: Style): string {
  return outcome === 'allow'
    ? `${style.green('allow')}, by ${rules.join(' and ')}`
    : `${style.red('deny')}: ${codes.join(', ')}`
}

/** Why an effect is not permitted, in one or two lines; none where it is. */
export function whyNot(effect: DecidedEffect): readonly string[] {
  switch (effect.outcome) {
    case 'permitted':
      return []
    case 'forbidden':
      return [`forbidden by ${effect.rules.join(' and ')}`]
    case 'WALLET_UNKNOWN':
      return ['the policy does not know the account on this chain']
    case 'TOKEN_UNKNOWN':
      return ['the policy does not know the token on this chain']
    case 'CALL_DATA_NOT_UNDERSTOOD':
      return ['the call data is not understood, and no rule can permit that']
    case 'error':
      return [`${effect.rules.join(' and ') || 'the question'} could not be evaluated`]
    case 'notPermitted': {
      const nearest = nearestMiss(effect)
      return nearest === undefined
        ? ['no rule permits it; none is about it']
        : ['no rule permits it', nearest]
    }
  }
}

function describeEffect(effect: DecidedEffect, style: Style): readonly string[] {
  const { description, outcome, code, rules, explanations } = effect
  const isPermitted = outcome === 'permitted'
  const verdict = isPermitted
    ? `permitted by ${rules.join(' and ')}`
    : `${whyNot(effect)[0]} ${style.dim(`(${code})`)}`
  return [
    `${isPermitted ? style.green('✓') : style.red('✗')} ${style.bold(description)}`,
    `    ${verdict}`,
    ...explanations.flatMap(explanation => describeRule(explanation, style)),
  ]
}

function describeRule(
  { rule, effect, applies, unmet }: DecidedEffect['explanations'][number],
  style: Style,
): readonly string[] {
  const paint = effect === 'permit' ? style.green : style.red
  return [
    `    ${effect} ${rule} ${applies ? paint('applies') : 'does not apply:'}`,
    ...unmet.flatMap(({ demand, facts }) => [
      `      ${style.dim('wants')} ${demand}`,
      ...facts.map(fact => `      ${style.dim('but')}   ${fact}`),
    ]),
  ]
}
