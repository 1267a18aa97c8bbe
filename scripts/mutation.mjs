// Mutation testing: `npm run mutation -- AREA [FILES]`, options and what it is for in docs/mutation.md.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { AREAS, directoryOf } from '../tools/mutation/areas.mjs'
import { root, run, setup } from './setup.mjs'

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    tests: { type: 'string' },
    force: { type: 'boolean', default: false },
    concurrency: { type: 'string', default: '1' },
  },
})
const [area = '', ...names] = positionals
if (!Object.hasOwn(AREAS, area)) {
  console.error(
    `coffer: npm run mutation -- ${Object.keys(AREAS).join('|')} [files] [--tests files] [--concurrency 2] [--force]`,
  )
  process.exit(2)
}

setup()
if (!existsSync(`${root}/tools/mutation/node_modules/.package-lock.json`))
  run('npm', ['ci', '--prefix', 'tools/mutation', '--no-audit', '--no-fund', '--loglevel=error'])

const { source } = AREAS[area]
// A name alone is that of a file somewhere in the package, such as hex.ts.
const pathOf = name => (name.includes('/') ? name : `${source}/**/${name}`)
const known = readdirSync(`${root}/${source}`, { recursive: true }).map(file => `${source}/${file}`)
// A path may end in the lines that are meant, and be a pattern.
const unknown = [...names, ...(values.tests?.split(',') ?? [])].filter(
  name => !name.includes('*') && !known.some(file => `/${file}`.endsWith(`/${name.replace(/:.*/, '')}`)),
)
if (unknown.length > 0) {
  console.error(`coffer: ${source} has no ${unknown.join(', ')}`)
  process.exit(2)
}
const report = `${root}/${directoryOf(area)}/report.json`
rmSync(report, { force: true })

const options = [
  ...['--concurrency', values.concurrency],
  // Only mutants whose result can have changed since the last run. What is left of other files stays in the report.
  '--incremental',
  ...(values.force ? ['--force'] : []),
  ...(names.length > 0 ? ['--mutate', [...names.map(pathOf), '!**/*.test.ts'].join(',')] : []),
]
// Stryker has an option --testFiles, with which no mutant in a constant or a table can be killed.
const tests = values.tests?.split(',').map(pathOf).join(',')
const { status } = spawnSync(
  process.execPath,
  [
    'tools/mutation/node_modules/@stryker-mutator/core/bin/stryker.js',
    'run',
    'tools/mutation/stryker.config.mjs',
    ...options,
  ],
  {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, COFFER_MUTATION_AREA: area, COFFER_MUTATION_TESTS: tests ?? '' },
  },
)
if (status !== 0) process.exit(status ?? 1)

const files = Object.entries(JSON.parse(readFileSync(report, 'utf8')).files)
const rows = files
  .map(([path, { mutants }]) => [path.replace(`${source}/`, ''), mutants])
  .filter(([, mutants]) => mutants.length > 0)
console.log(`\n| ${area} | mutants | killed | timeout | survived | no coverage | score |`)
console.log('|---|---:|---:|---:|---:|---:|---:|')
for (const [name, mutants] of rows) print(name, mutants)
if (rows.length > 1)
  print(
    `all of ${area}`,
    rows.flatMap(([, mutants]) => mutants),
  )

// The score is the part of the mutants that tests notice, by failing or by never ending. Ignored ones are none.
function print(name, mutants) {
  const count = status => mutants.filter(mutant => mutant.status === status).length
  const [killed, timeout, survived, uncovered] = ['Killed', 'Timeout', 'Survived', 'NoCoverage'].map(count)
  const all = killed + timeout + survived + uncovered
  const score = all === 0 ? '' : `${((100 * (killed + timeout)) / all).toFixed(1)} %`
  console.log(`| ${name} | ${all} | ${killed} | ${timeout} | ${survived} | ${uncovered} | ${score} |`)
}
