// Facts that no rule can use: most often a typing error, on one side or the other, that would be found when a payment is
// refused. What a rule can use is judged generously: nothing is reported that might be of use.
import { confinedTo, type EntityId, entitiesIn, type Subject } from './expression.ts'
import { type Facts, SIGNER } from './facts.ts'
import type { Rule } from './rules.ts'
import type { Action } from './schema.ts'

/** A fact of no use, by its JSON Pointer in treasury.json, and why. */
export type Unusable = { readonly pointer: string; readonly message: string }

/** Finds the facts that no rule can use. */
export const findUnusable = (facts: Facts, rules: readonly Rule[]): readonly Unusable[] => {
  const named = new Set(rules.flatMap(rule => entitiesIn(rule.json)).map(keyOf))
  const permits = rules.filter(rule => rule.effect === 'permit')
  const isNamed = (type: string, id: string): boolean => named.has(keyOf({ type, id }))
  const anyAddress =
    permits.some(rule => addressSubjects(rule).some(subject => isOpen(rule, subject))) ||
    // Being known at all is what `known` is about.
    rules.some(rule => readsAttribute(rule.json.conditions, 'known'))
  return [
    ...unused('roles', facts.roles.keys(), id => isNamed('Role', id), 'no rule names this role'),
    ...unused(
      'wallets',
      facts.wallets.keys(),
      id => isNamed('Wallet', id) || permits.some(rule => isOpen(rule, 'resource')),
      'no rule permits anything of this wallet',
    ),
    ...(facts.signer === undefined ||
    isNamed('Wallet', SIGNER) ||
    permits.some(rule => isOpen(rule, 'resource'))
      ? []
      : [{ pointer: '/signer', message: "no rule permits anything of the key's own account" }]),
    ...unused(
      'tokens',
      facts.tokens.keys(),
      id =>
        isNamed('Token', id) ||
        permits.some(rule => concerns(rule, tokenActions) && isOpen(rule, 'context.token')),
      'no rule permits anything with this token',
    ),
    ...unused(
      'addressBook',
      facts.addressBook.keys(),
      id =>
        anyAddress ||
        isNamed('Address', id) ||
        (facts.addressBook.get(id)?.groups ?? []).some(group => isNamed('Group', group)),
      'no rule names this entry, nor a group that it is in',
    ),
    ...unusedGroups(facts, isNamed),
  ]
}

const unused = (
  section: keyof Facts,
  ids: Iterable<string>,
  isUsed: (id: string) => boolean,
  message: string,
): readonly Unusable[] =>
  [...ids].filter(id => !isUsed(id)).map(id => ({ pointer: `/${section}/${id}`, message }))

/** Each group once, where it is first. */
const unusedGroups = (facts: Facts, isNamed: (type: string, id: string) => boolean): readonly Unusable[] => {
  const seen = new Set<string>()
  return [...facts.addressBook].flatMap(([name, { groups }]) =>
    groups.flatMap((group, index) => {
      if (seen.has(group) || isNamed('Group', group)) return []
      seen.add(group)
      return [
        { pointer: `/addressBook/${name}/groups/${index}`, message: `no rule names the group ${group}` },
      ]
    }),
  )
}

const readsAttribute = (value: unknown, attribute: string): boolean =>
  typeof value === 'object' &&
  value !== null &&
  (('attr' in value && value.attr === attribute) ||
    Object.values(value).some(child => readsAttribute(child, attribute)))

const keyOf = ({ type, id }: EntityId): string => `${type}::${id}`

/** Whether a rule leaves open which entity the subject is. */
const isOpen = (rule: Rule, subject: Subject): boolean => confinedTo(rule.json, subject) === undefined

const tokenActions: readonly Action[] = ['transfer', 'approve', 'wrap', 'unwrap']

const concerns = ({ actions }: Rule, wanted: readonly Action[]): boolean =>
  actions?.some(action => wanted.includes(action)) ?? true

/** The context attributes of a permit's actions that say to whom or through what. */
const addressSubjects = ({ actions }: Rule): readonly Subject[] =>
  (actions ?? []).flatMap(action => subjects[action] ?? [])

const subjects: Partial<Record<Action, readonly Subject[]>> = {
  transfer: ['context.recipient'],
  transferNft: ['context.recipient', 'context.collection'],
  approve: ['context.spender'],
  approveUnlimited: ['context.spender', 'context.contract'],
  call: ['context.contract'],
  delegatecall: ['context.contract'],
  deploy: ['context.factory'],
  administer: ['context.contract'],
  delegate: ['context.delegate'],
}
