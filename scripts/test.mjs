// `npm test`: type check, linter, architecture check, then every test. Arguments go to vitest.

import { spawnSync } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { root, run, setup, setupNode24 } from './setup.mjs'

setup()
setupNode24()
step('Lambda bundle', process.execPath, ['packages/service/scripts/bundle.mjs'])
step('types', 'npx', ['tsc', '-b'])
step('types of the tests', 'npx', ['tsc', '-p', 'tsconfig.tests.json'])
step('linter and format', 'npx', ['biome', 'ci', '--error-on-warnings', '.'])
step('architecture', process.execPath, ['scripts/check-architecture.mjs'])
console.error('coffer: tests')
const report = join(root, 'node_modules', '.cache', 'coffer-tests.json')
rmSync(report, { force: true })
const { status } = spawnSync(
  'npx',
  [
    'vitest',
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
    ...process.argv.slice(2),
  ],
  { cwd: root, stdio: 'inherit', shell: process.platform === 'win32' },
)
const { numPassedTests, numFailedTests, numPendingTests } = JSON.parse(readFileSync(report, 'utf8'))
console.log(`${numPassedTests} passed, ${numFailedTests} failed, ${numPendingTests} skipped`)
process.exit(status ?? 1)

function step(name, command, args) {
  console.error(`coffer: ${name}`)
  run(command, args)
}
