// Which dangerous actions a policy opens, and to whom: what a reviewer looks for first.
import { confinedTo } from './expression.ts'
import type { Policy } from './policy.ts'
import { isDangerous } from './rules.ts'
import type { DangerousAction } from './schema.ts'

/** A dangerous action that a rule permits. */
export type OpenDanger = {
  readonly action: DangerousAction
  readonly rule: string
  /** Roles and principals, as Cedar writes them; absent where the rule leaves open who it is. */
  readonly principals?: readonly string[] | undefined
  /** Wallets; absent where the rule leaves them open. */
  readonly wallets?: readonly string[] | undefined
  /** Whether the rule has conditions besides who, what and which wallet. */
  readonly isConditional: boolean
}

/** Lists the dangerous actions that a policy's permits open, by the order of the rules. */
export const openDangers = (policy: Policy): readonly OpenDanger[] =>
  policy.rules
    .filter(rule => rule.effect === 'permit')
    .flatMap(({ id, actions, json }) =>
      (actions ?? []).filter(isDangerous).map(action => ({
        action,
        rule: id,
        principals: confinedTo(json, 'principal')?.map(
          entity => `${entity.type}::${JSON.stringify(entity.id)}`,
        ),
        wallets: confinedTo(json, 'resource')?.map(entity => entity.id),
        isConditional: json.conditions.length > 0,
      })),
    )
