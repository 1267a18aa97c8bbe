// What a check is: a question about the treasury's set-up, asked on its own, whose answer always is a finding.
import { CliError, toFailure } from '../failure.ts'

export type Group = 'caller' | 'stack' | 'key' | 'endpoint' | 'function' | 'access' | 'watch' | 'crossmint'

/** `unknown`: it could not be looked at, for want of a permission. `skipped`: there is nothing to look at. */
export type Status = 'ok' | 'failed' | 'unknown' | 'skipped'

export type Finding = {
  readonly status: Status
  /** What there is, in one line. */
  readonly found: string
  /** The next command to type. */
  readonly fix?: string | undefined
}

export type Check = Finding & {
  /** Stable, in kebab case. */
  readonly id: string
  readonly group: Group
}

/** It is as it should be. */
export function ok(found: string): Finding {
  return { status: 'ok', found }
}

/** It is not as it should be. */
export function failed(found: string, fix: string): Finding {
  return { status: 'failed', found, fix }
}

/** There is nothing to look at. @param fix How there would be. */
export function skipped(found: string, fix?: string): Finding {
  return { status: 'skipped', found, fix }
}

/** Ends a check that has nothing to look at. */
export class NothingToCheckError extends Error {
  override readonly name = 'NothingToCheckError'
  readonly code = 'NOTHING_TO_CHECK'
}

/**
 * A value that a check cannot do without.
 *
 * @param reason Why the check is skipped where there is none.
 * @throws {NothingToCheckError}
 */
export function need<T>(value: T | undefined, reason: string): T {
  if (value === undefined) throw new NothingToCheckError(reason)
  return value
}

/**
 * Makes the checks of a group.
 *
 * @returns Runs one check. It never throws: an error is a finding, too, and never `ok`.
 */
export function checksOf(group: Group): (id: string, work: () => Promise<Finding>) => Promise<Check> {
  return async (id, work) => ({ id, group, ...(await work().catch(toFinding)) })
}

/** Loads something once for several checks, and not before one of them asks. */
export function shared<T>(load: () => Promise<T>): () => Promise<T> {
  let loading: Promise<T> | undefined
  return () => {
    loading ??= load()
    return loading
  }
}

/** A value as one word of a shell command. */
export function shellWord(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
}

function toFinding(error: unknown): Finding {
  if (error instanceof NothingToCheckError) return skipped(error.message)
  if (error instanceof CliError && error.code === 'PERMISSION_MISSING') {
    const reason = error.cause instanceof Error ? `: ${error.cause.message}` : ''
    return { status: 'unknown', found: error.message.replace(reason, '').replace('this needs', 'needs') }
  }
  const { message, hints } = toFailure(error)
  const found = error instanceof CliError ? message : `could not be looked at: ${message}`
  return failed(found, hints[0] ?? 'coffer doctor')
}
