// A policy: rules and facts, validated together and hashed together.
import { createHash } from 'node:crypto'
import { preparsePolicySet } from './cedar.ts'
import { createDirectory, type Directory } from './directory.ts'
import { type Facts, parseFacts } from './facts.ts'
import { faultAt, PolicyError, placeFaults, policyFiles } from './fault.ts'
import { jsonOffset } from './jsonOffset.ts'
import { createReads, type Reads } from './reads.ts'
import { parseRules, type Rule } from './rules.ts'
import type { Action } from './schema.ts'
import { findUnusable } from './usability.ts'
import { keepWasmCallsApart } from './wasmCalls.ts'

/** The texts of treasury.cedar and treasury.json. */
export type PolicySource = { readonly rules: string; readonly facts: string }

/** A policy that can be asked; made by `loadPolicy` only. */
export type Policy = {
  /** SHA-256 of rules and facts, 64 hex digits: what was decided can be traced to what was deployed. */
  readonly version: string
  readonly rules: readonly Rule[]
  readonly facts: Facts
  readonly directory: Directory
  /** Under which Cedar keeps the parsed rules. */
  readonly policySetId: string
  /** What the rules about an action look at. */
  readonly reads: (action: Action) => Reads
}

/**
 * Loads a policy.
 *
 * @param source Rules in Cedar, facts in JSON.
 * @returns The policy.
 * @throws {POLICY_INVALID} with every fault, each with file, line and column: syntax, types, names that the facts do not
 *   have, facts that no rule can use, and obligations, which nothing enforces yet.
 */
export const loadPolicy = (source: PolicySource): Policy => {
  keepWasmCallsApart()
  const parsed = parseFacts(source.facts)
  // Rules are judged by the facts; without them every name would be reported as unknown.
  if (!('facts' in parsed)) throw new PolicyError([...parsed.faults, ...syntaxFaults(source.rules)])
  const { facts } = parsed
  const { rules, faults } = parseRules(source.rules, facts)
  if (faults.length > 0) throw new PolicyError(faults)
  const unusable = findUnusable(facts, rules)
  const text = { file: policyFiles.facts, text: source.facts }
  if (unusable.length > 0)
    throw new PolicyError(
      placeFaults(text, unusable, ({ pointer, message }) =>
        faultAt(text, jsonOffset(source.facts, pointer), `${pointer} can be used by no rule: ${message}`),
      ),
    )
  const version = hash(source)
  const preparsed = preparsePolicySet(version, {
    staticPolicies: Object.fromEntries(rules.map(rule => [rule.id, rule.text])),
  })
  if (preparsed.type === 'failure') throw new Error(preparsed.errors.map(error => error.message).join('\n'))
  return {
    version,
    rules,
    facts,
    directory: createDirectory(facts),
    policySetId: version,
    reads: createReads(rules),
  }
}

/** What is wrong with the rules whatever the facts say. */
const syntaxFaults = (rules: string): PolicyError['faults'] => {
  const { rules: parsed, faults } = parseRules(rules, nothing)
  return parsed.length === 0 ? faults : []
}

const nothing: Facts = { roles: new Map(), wallets: new Map(), tokens: new Map(), addressBook: new Map() }

/** The lengths come first, so that nothing can move from one text to the other. */
const hash = ({ rules, facts }: PolicySource): string =>
  createHash('sha256')
    .update(`${Buffer.byteLength(rules)} ${Buffer.byteLength(facts)}\n`)
    .update(rules)
    .update(facts)
    .digest('hex')
