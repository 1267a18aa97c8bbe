// Whether a statement applies to somebody who does something, as far as that is known.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html
import { type Condition, matchesAction, matchesResource, overlaps, type Variables } from '@coffer/sandbox/iam'
import { conditionHolds, every, type Facts, isOpen, not, some, type Truth } from './condition.ts'
import type { Statement } from './statement.ts'
import { type Naming, naming, type Subject } from './subject.ts'

/** Who does what to which resource, and what is known of it. */
export type Asked = {
  readonly subject: Subject
  readonly action: string
  /** An ARN; with `*` where any of several resources will do. */
  readonly resource: string
  readonly facts: Facts
  readonly variables: Variables
}

/** A statement that applies, or may. */
export type Applying = {
  readonly statement: Statement
  readonly truth: Exclude<Truth, 'no'>
  readonly closeness: Naming['closeness']
  /** Conditions that may hold. */
  readonly open: readonly Condition[]
  /** Patterns of resources that may be meant, where a variable in them is not known. */
  readonly openResources: readonly string[]
  /** Whether it names the principal, and all that the target stands for, for certain. */
  readonly isCertainOfWhomAndWhat: boolean
}

/**
 * Applies a statement.
 *
 * @param statement Of a policy of the principal or of the resource.
 * @param asked The question.
 * @returns Once for each way in which the statement names the principal; nothing where it certainly does not apply.
 */
export function apply(statement: Statement, asked: Asked): readonly Applying[] {
  const { actions, resources, isUnderstood } = statement
  const { action, resource, facts, variables, subject } = asked
  if (actions.list.some(pattern => isAction(pattern, action)) === actions.except) return []
  const covered = resources.list.map(pattern => covers(pattern, resource, variables))
  const onResource = resources.except ? every(covered.map(not)) : some(covered)
  if (onResource === 'no') return []
  const judged = isUnderstood
    ? statement.conditions.map(condition => [condition, conditionHolds(condition, facts, variables)] as const)
    : []
  const truth = every([onResource, toCertainty(isUnderstood), ...judged.map(([, holds]) => holds)])
  return naming(statement, subject).flatMap(({ truth: named, closeness }) => {
    const all = every([truth, named])
    if (all === 'no') return []
    return {
      statement,
      truth: all,
      closeness,
      open: judged.flatMap(([condition, holds]) => (holds === 'maybe' ? [condition] : [])),
      openResources: resources.list.filter(pattern => isOpen(pattern, variables)),
      isCertainOfWhomAndWhat: onResource === 'yes' && named === 'yes',
    }
  })
}

/** No pattern is as long, so that nothing but a `*` of it stands for all that a `*` of the target stands for. */
const everything = '\u0000'.repeat(300)

/**
 * `yes` where a pattern matches whatever the target stands for, `maybe` where it matches some of it. Where AWS and the
 * evaluator might differ on how far a wildcard reaches, it is `maybe`, too.
 */
function covers(pattern: string, target: string, variables: Variables): Truth {
  return pattern.includes('$') ? compare(pattern, target, variables) : comparePlain(pattern, target)
}

function compare(pattern: string, target: string, variables: Variables): Truth {
  const whole = target.replaceAll('*', everything)
  if (!isOpen(pattern, variables) && matchesResource(pattern, whole, variables)) return 'yes'
  return overlaps(pattern, target, variables) ? 'maybe' : 'no'
}

// The same few patterns come up with every principal: without a memory, a large account would take minutes.
const isAction = remember(matchesAction)
const comparePlain = remember((pattern, target) => compare(pattern, target, new Map()))

function remember<T>(ask: (pattern: string, value: string) => T): (pattern: string, value: string) => T {
  const answers = new Map<string, Map<string, T>>()
  return (pattern, value) => {
    const ofPattern = answers.get(pattern) ?? new Map<string, T>()
    answers.set(pattern, ofPattern)
    const known = ofPattern.get(value)
    if (known !== undefined) return known
    const answer = ask(pattern, value)
    ofPattern.set(value, answer)
    return answer
  }
}

function toCertainty(isUnderstood: boolean): Truth {
  return isUnderstood ? 'yes' : 'maybe'
}
