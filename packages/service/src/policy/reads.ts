// What of a question its rules look at. Cedar takes most of its time to read what it is given, so it is given no more.
import type { Question } from './question.ts'
import type { Rule } from './rules.ts'
import type { Action } from './schema.ts'

/** The names of the attributes that the rules about an action read, of whatever; `undefined` where it could be any. */
export type Reads = ReadonlySet<string> | undefined

/** Finds out what is read, once for each action. */
export const createReads = (rules: readonly Rule[]): ((action: Action) => Reads) => {
  const known = new Map<Action, Reads>()
  return action => {
    if (!known.has(action))
      known.set(action, readsOf(rules.filter(rule => rule.actions?.includes(action) ?? true)))
    return known.get(action)
  }
}

const readsOf = (rules: readonly Rule[]): Reads => {
  const names = new Set<string>()
  return rules.every(rule => collect(rule.json.conditions, names)) ? names : undefined
}

/** Collects the names; false where the context is used as a whole, and so whatever is in it. */
const collect = (value: unknown, names: Set<string>): boolean => {
  if (typeof value !== 'object' || value === null) return true
  // The names of a record are the author's own, and may be those of Cedar's format.
  if ('Record' in value) return Object.values(value.Record as object).every(child => collect(child, names))
  if ('Var' in value) return value.Var !== 'context'
  if ('left' in value && 'attr' in value) {
    for (const name of [value.attr].flat()) names.add(String(name))
    return isContext(value.left) || collect(value.left, names)
  }
  return Object.values(value).every(child => collect(child, names))
}

const isContext = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'Var' in value && value.Var === 'context'

/**
 * Leaves out of a question what no rule about its action reads: attributes by their names, and entities that have nothing
 * left. An entity that is left out has no attributes and is in no group, which is what is left of it.
 *
 * @param question The question in full.
 * @param reads What is read of it.
 * @returns A question with the same answer.
 */
export const trim = (question: Question, reads: Reads): Question => {
  if (reads === undefined) return question
  const only = <T>(attributes: Readonly<Record<string, T>>): Record<string, T> =>
    Object.fromEntries(Object.entries(attributes).filter(([name]) => reads.has(name)))
  return {
    ...question,
    context: only(question.context),
    entities: question.entities
      .map(entity => ({ ...entity, attrs: only(entity.attrs) }))
      .filter(({ attrs, parents }) => parents.length > 0 || Object.keys(attrs).length > 0),
  }
}
