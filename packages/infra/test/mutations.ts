// Every way to widen one statement of a template: drop it (a denial), drop its condition or a part of it, let everyone in, allow
// every action or resource, turn a denial around. One mutant at a time; the template itself is not changed.
import type { Template } from './resolve.ts'

type Json = Record<string, unknown>

/** Mutants with a name that says what was done where. */
export function* mutations(
  template: Template,
): Generator<{ readonly name: string; readonly mutant: Template }> {
  for (const path of statementPaths(template.Resources, [])) {
    const original = at(template.Resources, path) as Json
    for (const [what, mutated] of widened(original)) {
      const mutant = structuredClone(template)
      const parent = at(mutant.Resources, path.slice(0, -1)) as Json
      parent[String(path.at(-1))] = mutated
      yield { name: `${path.join('.')} ${String(original['Sid'])}: ${what}`, mutant }
    }
  }
  for (const [id, resource] of Object.entries(template.Resources)) {
    if (resource.Type !== 'AWS::Lambda::Permission') continue
    for (const [what, change] of Object.entries({
      'any source ARN': { SourceArn: undefined },
      'any source account': { SourceAccount: undefined },
      everyone: { Principal: '*' },
      'every action': { Action: 'lambda:*' },
    })) {
      const mutant = structuredClone(template)
      const properties = at(mutant.Resources, [id, 'Properties']) as Json
      for (const [key, value] of Object.entries(change))
        if (value === undefined) delete properties[key]
        else properties[key] = value
      yield { name: `${id}: ${what}`, mutant }
    }
  }
}

function* widened(statement: Json): Generator<[string, unknown]> {
  const { Condition, ...unconditional } = statement
  if (statement['Effect'] === 'Deny') {
    yield ['never denies', { ...statement, Condition: { StringEquals: { 'aws:PrincipalArn': 'nobody' } } }]
    yield ['allows', { ...statement, Effect: 'Allow' }]
  }
  if (Condition !== undefined) {
    yield ['no condition', unconditional]
    for (const [operator, keys] of Object.entries(Condition as Record<string, Json>)) {
      for (const key of Object.keys(keys)) {
        const { [key]: _dropped, ...rest } = keys
        yield [
          `no ${operator} ${key}`,
          { ...statement, Condition: { ...(Condition as Json), [operator]: rest } },
        ]
        const anything = { ...keys, [key]: '*' }
        yield [`any ${key}`, { ...statement, Condition: { ...(Condition as Json), [operator]: anything } }]
      }
    }
  }
  if ('Principal' in statement && JSON.stringify(statement['Principal']) !== '{"AWS":"*"}')
    yield ['everyone', { ...statement, Principal: { AWS: '*' } }]
  if ('Resource' in statement && statement['Resource'] !== '*')
    yield ['every resource', { ...statement, Resource: '*' }]
  const [action] = [statement['Action']].flat()
  if (statement['Effect'] === 'Allow')
    yield ['every action', { ...statement, Action: `${String(action).split(':')[0]}:*` }]
  else yield ['another action', { ...statement, Action: 'kms:Verify' }]
  const { Action, ...others } = statement
  yield ['its opposite', { ...others, NotAction: Action }]
}

/** Paths of statements, also of those within Fn::If. */
function* statementPaths(node: unknown, path: readonly string[]): Generator<readonly string[]> {
  if (typeof node !== 'object' || node === null) return
  if ('Effect' in node && 'Sid' in node) yield path
  else for (const [key, child] of Object.entries(node)) yield* statementPaths(child, [...path, key])
}

const at = (node: unknown, path: readonly string[]): unknown =>
  path.reduce<unknown>((current, key) => (current as Json)[key], node)
