// The rules of a policy, treasury.cedar: parsed, validated against the schema, and held to what Coffer asks of them beyond it.
import { isMaximum, MAXIMUM_DECIMAL } from './amount.ts'
import { type DetailedError, type PolicyJson, policySetTextToParts, policyToJson, validate } from './cedar.ts'
import { decimalsIn, type EntityId, entitiesIn } from './expression.ts'
import { type Facts, SIGNER } from './facts.ts'
import { faultAt, type PolicyFault, policyFiles } from './fault.ts'
import { parseObligation } from './obligation.ts'
import { isPrincipalArn } from './principal.ts'
import { type Action, DANGERS, type DangerousAction, schemaJson } from './schema.ts'

/** One rule. */
export type Rule = {
  /** Of the annotation `@id`. */
  readonly id: string
  readonly effect: 'permit' | 'forbid'
  /** The actions that it is about; `undefined` for a forbid that is about every action. */
  readonly actions: readonly Action[] | undefined
  /** As it stands in treasury.cedar, annotations included. */
  readonly text: string
  readonly json: PolicyJson
  /** Where it stands, in UTF-16 code units. */
  readonly offset: number
}

/**
 * Reads treasury.cedar.
 *
 * @param text Cedar.
 * @param facts What the rules may name.
 * @returns The rules, or every fault that was found.
 */
export const parseRules = (
  text: string,
  facts: Facts,
): { readonly rules: readonly Rule[]; readonly faults: readonly PolicyFault[] } => {
  const source = { file: policyFiles.rules, text }
  const fromCedar = (error: DetailedError): PolicyFault =>
    faultAt(
      source,
      characterOffset(text, error.sourceLocations?.[0]?.start ?? 0),
      error.message
        .replace(/^for policy `policy\d+`, /, '')
        .replace(/^failed to parse policies from string: /, ''),
      error.help ?? undefined,
    )
  const parts = withoutTrap(() => policySetTextToParts(text))
  if (parts === undefined) return { rules: [], faults: [faultAt(source, 0, TOO_DEEP, TOO_DEEP_HINT)] }
  if (parts.type === 'failure') return { rules: [], faults: parts.errors.map(fromCedar) }
  if (parts.policy_templates.length > 0)
    return {
      rules: [],
      faults: [faultAt(source, text.search(/\?(principal|resource)/), 'templates are not supported')],
    }
  let end = 0
  const rules: Rule[] = []
  for (const part of inSourceOrder(parts.policies)) {
    const offset = text.indexOf(part, end)
    end = offset + part.length
    const rule = withoutTrap(() => toRule(part, offset))
    if (rule === undefined || depthOf(rule.json) > MAXIMUM_DEPTH)
      return { rules: [], faults: [faultAt(source, offset, TOO_DEEP, TOO_DEEP_HINT)] }
    rules.push(rule)
  }
  const known = knownIn(facts)
  const own = rules.flatMap(rule =>
    ownFaults(rule, rules, facts, known).map(({ message, hint }) =>
      faultAt(source, rule.offset, message, hint),
    ),
  )
  return { rules, faults: [...oncePerPlace(validationErrors(text, rules).map(fromCedar)), ...own] }
}

const validationErrors = (text: string, rules: readonly Rule[]): readonly DetailedError[] => {
  const answer = validate({ schema: schemaJson, policies: { staticPolicies: text } })
  if (answer.type === 'failure') return answer.errors
  const found = [...answer.validationErrors, ...answer.validationWarnings]
    // A permit without actions is a fault by itself, and would have one more for each action that lacks an attribute.
    .filter(({ policyId }) => scopeFaults(rules[Number(policyId.slice('policy'.length))]).length === 0)
  return [...found.map(({ error }) => error), ...answer.otherWarnings]
}

/** Cedar reports a wrong attribute once for each action of the rule. */
const oncePerPlace = (faults: readonly PolicyFault[]): readonly PolicyFault[] => [
  ...new Map(
    faults.map(fault => [
      `${fault.line}:${fault.column}:${fault.message.replace(/Action::"\w+"/, '')}`,
      fault,
    ]),
  ).values(),
]

/** How deep a rule may be nested, as JSON: Cedar reads 128 levels, and an explanation needs some of its own. */
const MAXIMUM_DEPTH = 90
const TOO_DEEP = 'the rule is nested too deep'
const TOO_DEEP_HINT =
  'instead of many conditions in a row, name a group, a role, or a set: [Token::"a", Token::"b"].contains(context.token)'

/** Cedar's own stack overflows on what is nested very deep, which ends in an exception rather than an answer. */
const withoutTrap = <T>(ask: () => T): T | undefined => {
  try {
    return ask()
  } catch (error) {
    if (error instanceof Error && /^(RangeError|RuntimeError)$/.test(error.name)) return undefined
    throw error
  }
}

/** Levels of objects and lists. Not recursive: what is measured may be deeper than the stack. */
const depthOf = (value: object): number => {
  let depth = 0
  let level: readonly unknown[] = [value]
  while (level.length > 0) {
    depth++
    level = level.flatMap(each => (typeof each === 'object' && each !== null ? Object.values(each) : []))
  }
  return depth
}

/** Cedar names the parts policy0, policy1, ... and hands them out sorted as texts: policy10 before policy2. */
const inSourceOrder = (parts: readonly string[]): readonly string[] => {
  const names = parts.map((_, index) => `policy${index}`).toSorted()
  return parts.map((_, index) => parts[names.indexOf(`policy${index}`)] ?? '')
}

const toRule = (part: string, offset: number): Rule => {
  const parsed = policyToJson(part)
  if (parsed.type === 'failure') throw new Error(parsed.errors.map(error => error.message).join('\n'))
  const { json } = parsed
  return {
    id: json.annotations?.['id'] ?? '',
    effect: json.effect,
    actions: actionsOf(json),
    text: part,
    json,
    offset,
  }
}

const actionsOf = ({ action }: PolicyJson): readonly Action[] | undefined => {
  if (action.op === 'All') return undefined
  const entities = 'entities' in action ? action.entities : 'entity' in action ? [action.entity] : []
  return entities.map(entity => ('__entity' in entity ? entity.__entity.id : entity.id) as Action)
}

/** Whether an action is among the dangerous ones. */
export const isDangerous = (action: Action): action is DangerousAction => Object.hasOwn(DANGERS, action)

type Fault = { readonly message: string; readonly hint?: string | undefined }

const ownFaults = (rule: Rule, rules: readonly Rule[], facts: Facts, known: Known): readonly Fault[] => [
  ...idFaults(rule, rules),
  ...annotationFaults(rule, facts),
  ...scopeFaults(rule),
  ...entitiesIn(rule.json).flatMap(entity => entityFaults(entity, known)),
  ...decimalsIn(rule.json.conditions).flatMap(decimal =>
    isMaximum(decimal)
      ? [
          {
            message: `${MAXIMUM_DECIMAL} stands for every larger amount too, so it cannot be a limit`,
            hint: 'name a smaller one',
          },
        ]
      : [],
  ),
]

const idFaults = ({ id }: Rule, rules: readonly Rule[]): readonly Fault[] => {
  const hint = 'begin the rule with @id("payouts"), a name that no other rule has'
  if (!/^[A-Za-z][A-Za-z0-9._-]{0,63}$/.test(id))
    return [
      {
        message: id === '' ? 'the rule has no name' : `${JSON.stringify(id)} cannot be the name of a rule`,
        hint,
      },
    ]
  return rules.filter(other => other.id === id).length > 1
    ? [{ message: `more than one rule has the name ${id}`, hint }]
    : []
}

const annotationFaults = ({ json }: Rule, facts: Facts): readonly Fault[] =>
  Object.entries(json.annotations ?? {}).flatMap(([name, value]): readonly Fault[] => {
    if (name === 'id' || name === 'description') return []
    if (name !== 'limit' && name !== 'approvals')
      return [
        {
          message: `@${name} means nothing here`,
          hint: 'known are @id, @description, @limit and @approvals',
        },
      ]
    if (json.effect === 'forbid') return [{ message: `@${name} belongs to a permit`, hint: 'take it away' }]
    const obligation = parseObligation(name, value)
    const symbols = new Set([...facts.tokens.values()].map(({ symbol }) => symbol))
    if ('expected' in obligation)
      return [
        {
          message: `@${name}(${JSON.stringify(value)}) is not understood`,
          hint: `write it like ${obligation.expected}`,
        },
      ]
    const unenforced = {
      message: `@${name} is not enforced yet`,
      hint: 'without it, the rule would permit more than it says',
    }
    if (obligation.kind === 'approvals' && !facts.roles.has(obligation.role))
      return [unknown('role', obligation.role, [...facts.roles.keys()]), unenforced]
    if (obligation.kind === 'limit' && !symbols.has(obligation.symbol))
      return [unknown('token symbol', obligation.symbol, [...symbols]), unenforced]
    return [unenforced]
  })

const scopeFaults = (rule: Rule | undefined): readonly Fault[] =>
  rule?.effect === 'permit' && rule.actions === undefined
    ? [
        {
          message: 'a permit must name its actions',
          hint: 'action == Action::"transfer": what is dangerous has to be opened by name',
        },
      ]
    : []

/** What rules may name of the facts, by Cedar's type. */
type Known = Readonly<Record<string, { readonly what: string; readonly ids: ReadonlySet<string> }>>

const knownIn = ({ roles, wallets, tokens, addressBook }: Facts): Known => ({
  Role: { what: 'role', ids: new Set(roles.keys()) },
  Wallet: { what: 'wallet', ids: new Set([SIGNER, ...wallets.keys()]) },
  Token: { what: 'token', ids: new Set(tokens.keys()) },
  Address: { what: 'address book entry', ids: new Set(addressBook.keys()) },
  Group: {
    what: 'group of the address book',
    ids: new Set([...addressBook.values()].flatMap(fact => fact.groups)),
  },
})

const entityFaults = ({ type, id }: EntityId, known: Known): readonly Fault[] => {
  if (type === 'Principal' && !isPrincipalArn(id))
    return [
      {
        message: `Principal::${JSON.stringify(id)} is not the ARN of one user or session`,
        hint: 'a role, or several principals, belong into a role of treasury.json: principal in Role::"operators"',
      },
    ]
  const entry = Object.hasOwn(known, type) ? known[type] : undefined
  return entry === undefined || entry.ids.has(id) ? [] : [unknown(entry.what, id, [...entry.ids])]
}

const unknown = (what: string, id: string, known: readonly string[]): Fault => {
  const some = known.length > 10 ? [...known.slice(0, 10), '...'] : known
  return {
    message: `${policyFiles.facts} has no ${what} ${JSON.stringify(id)}`,
    hint: known.length === 0 ? 'it has none at all' : `it has ${some.join(', ')}`,
  }
}

/** Cedar counts bytes of UTF-8; everything else here counts UTF-16 code units. */
const characterOffset = (text: string, bytes: number): number =>
  Buffer.from(text).subarray(0, bytes).toString().length
