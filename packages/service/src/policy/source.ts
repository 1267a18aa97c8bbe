// A policy's files on disk.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { PolicyError, type PolicyFault, policyFiles } from './fault.ts'
import type { PolicySource } from './policy.ts'

/**
 * Reads a policy's two files.
 *
 * @param directory Where treasury.cedar and treasury.json are.
 * @returns Their texts.
 * @throws {POLICY_INVALID} a file cannot be read.
 */
export const readPolicySource = (directory: string): PolicySource => {
  const faults: PolicyFault[] = []
  const read = (file: string): string => {
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(
        readFileSync(join(directory, file)),
      )
    } catch (error) {
      const reason = error instanceof Error && 'code' in error ? error.code : 'unknown error'
      faults.push({ file, line: 1, column: 1, message: `the file cannot be read in ${directory}: ${reason}` })
      return ''
    }
  }
  const source = { rules: read(policyFiles.rules), facts: read(policyFiles.facts) }
  if (faults.length > 0) throw new PolicyError(faults)
  return source
}
