// Whether two patterns have a text in common: what a policy might allow where it is not known what will be asked for.
// IAM User Guide, "IAM JSON policy elements: Resource", "Variables and tags".
import { tokenize, type Variables } from './match.ts'

/**
 * Tells whether some text matches both patterns. More texts are taken to match than AWS would: a `*` of the policy may run on past
 * a colon anywhere, and a variable without a value stands for any text.
 *
 * @param pattern A value of a policy.
 * @param target Another pattern, whose `*` stands for a text without a colon, or a plain text.
 * @param variables The values that are known of the variables.
 * @returns Whether there is such a text; never false where AWS would match one.
 */
export const overlaps = (pattern: string, target: string, variables: Variables): boolean => {
  if (pattern === '*' || pattern === target) return true
  const [left, right] = [toUnits(pattern, variables), toUnits(target, variables)]
  // Each pair of positions that some beginning of a text leads to; the list grows while it is walked.
  const reached = new Set<number>([0])
  const width = right.length + 1
  for (const pair of reached) {
    const [i, j] = [Math.floor(pair / width), pair % width]
    const [a, b] = [left[i], right[j]]
    if (a === '*') reached.add(pair + width)
    if (b === '*') reached.add(pair + 1)
    if (a === undefined || b === undefined) continue
    if (a === '*') reached.add(pair + 1)
    else if (b === '*' && a !== '=:') reached.add(pair + width)
    else if (a === b || a === '?' || b === '?') reached.add(pair + width + 1)
  }
  return reached.has(left.length * width + right.length)
}

/** `*` and `?` are wildcards; an ordinary character carries a mark before it. */
const toUnits = (pattern: string, variables: Variables): readonly string[] =>
  tokenize(pattern).flatMap(token => {
    if (token.kind === 'wildcard') return [token.character]
    const text = token.kind === 'text' ? token.text : variables.get(token.name.toLowerCase())
    return text === undefined ? ['*'] : Array.from(text, character => `=${character}`)
  })
