// Temporary directories of a test file, removed when it is done.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'

const base = mkdtempSync(join(tmpdir(), 'coffer-crossmint-'))
afterAll(() => rmSync(base, { recursive: true, force: true }))

export function temporaryDirectory(): string {
  return mkdtempSync(join(base, 'x-'))
}
