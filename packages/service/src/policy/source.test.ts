import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { PolicyError } from './fault.ts'
import { readPolicySource } from './source.ts'

const directories: string[] = []
const newDirectory = (): string => {
  const directory = mkdtempSync(join(tmpdir(), 'coffer-policy-'))
  directories.push(directory)
  return directory
}
afterAll(() => {
  for (const directory of directories) rmSync(directory, { recursive: true })
})

const write = (directory: string, file: string, content: string | Uint8Array): void =>
  writeFileSync(join(directory, file), content)
const faultsOf = (directory: string): unknown => {
  try {
    return readPolicySource(directory)
  } catch (error) {
    if (error instanceof PolicyError) return error.faults
    throw error
  }
}

test('error: each file that cannot be read is a fault', () => {
  const directory = newDirectory()
  const fault = (file: string) => ({
    file,
    line: 1,
    column: 1,
    message: `the file cannot be read in ${directory}: ENOENT`,
  })
  expect(faultsOf(directory)).toEqual([fault('treasury.cedar'), fault('treasury.json')])
  write(directory, 'treasury.json', '{}')
  expect(faultsOf(directory)).toEqual([fault('treasury.cedar')])
})

test('error: a file that is not UTF-8', () => {
  const directory = newDirectory()
  write(directory, 'treasury.cedar', Uint8Array.of(0x2f, 0x2f, 0xff))
  write(directory, 'treasury.json', '{}')
  expect(faultsOf(directory)).toMatchObject([
    { file: 'treasury.cedar', message: expect.stringMatching(/: ERR_ENCODING_\w+$/) },
  ])
})

test('behavior: the texts are those of the files, to the byte: what is hashed is what is there', () => {
  const directory = newDirectory()
  write(directory, 'treasury.cedar', '\ufeff// Über\r\n')
  write(directory, 'treasury.json', '{}\n')
  expect(readPolicySource(directory)).toEqual({ rules: '\ufeff// Über\r\n', facts: '{}\n' })
})
