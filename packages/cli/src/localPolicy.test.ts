import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { loadPolicy } from '@coffer/service/policy'
import { beforeEach, expect, test } from 'vitest'
import { findPolicyDirectory, readLocalPolicy } from './localPolicy.ts'

let directory: string
let file: string

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'coffer-local-policy-'))
  file = join(directory, 'coffer.json')
})

const write = (name: string, text: string): void => {
  mkdirSync(join(directory, 'policy'), { recursive: true })
  writeFileSync(join(directory, 'policy', name), text)
}
const faultsOf = (path: string): { code: string; message: string; exitCode: number } => {
  try {
    readLocalPolicy(path)
  } catch (error) {
    return error as ReturnType<typeof faultsOf>
  }
  return { code: '', message: '', exitCode: 0 }
}

test('the given directory wins over the setting, and that over the one beside the file', () => {
  write('treasury.cedar', '')
  expect(findPolicyDirectory({ file, policy: 'rules' }, 'given')).toBe(join(process.cwd(), 'given'))
  expect(findPolicyDirectory({ file, policy: 'rules' })).toBe(join(directory, 'rules'))
  expect(findPolicyDirectory({ file, policy: '/etc/coffer' })).toBe('/etc/coffer')
  expect(findPolicyDirectory({ file })).toBe(join(directory, 'policy'))
})

test('default: a directory of that name that holds no policy is something else', () => {
  expect(findPolicyDirectory({ file })).toBeUndefined()
  write('README.md', '')
  expect(findPolicyDirectory({ file })).toBeUndefined()
  write('treasury.json', '{}')
  expect(findPolicyDirectory({ file })).toBe(join(directory, 'policy'))
})

test('what is read is the policy of both files', () => {
  const source = { rules: '// Nothing.\n', facts: '{}\n' }
  write('treasury.cedar', source.rules)
  write('treasury.json', source.facts)
  const read = readLocalPolicy(join(directory, 'policy'))
  expect(read).toMatchObject({ directory: join(directory, 'policy'), source })
  expect(read.policy.version).toBe(loadPolicy(source).version)
})

test('error: a file that is missing is named, and what to do', () => {
  write('treasury.cedar', '')
  expect(faultsOf(join(directory, 'policy'))).toMatchObject({
    code: 'POLICY_NOT_FOUND',
    exitCode: 2,
    message: expect.stringContaining('no treasury.json in'),
    hints: expect.arrayContaining([expect.stringContaining('coffer policy init')]),
  })
  expect(faultsOf(join(directory, 'nowhere')).message).toContain('no treasury.cedar and no treasury.json')
})

test('error: every fault, with the path as it is seen from here, line and column', () => {
  write(
    'treasury.cedar',
    '// One.\n@id("a") permit (principal, action, resource) when { context.nothing };\n',
  )
  write('treasury.json', '{\n  "wallets": 1,\n  "tokens": 2\n}')
  const { code, exitCode, message } = faultsOf(join(directory, 'policy'))
  expect({ code, exitCode }).toEqual({ code: 'POLICY_INVALID', exitCode: 2 })
  const path = relative('', join(directory, 'policy'))
  expect(message).toMatch(new RegExp(`^${path}/treasury\\.json:2:\\d+: `, 'm'))
  expect(message).toMatch(new RegExp(`^${path}/treasury\\.json:3:\\d+: `, 'm'))
})
