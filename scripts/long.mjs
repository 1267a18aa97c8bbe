// `npm run test:long`: what takes longer than a test should, about a quarter of an hour on two cores. Random inputs and random
// faults, many times as many as in `npm test`, and then a hundred thousand signatures. COFFER_FUZZ_RUNS and COFFER_SOAK say how
// many. Goes on after a failure, tells of each part at the end, and ends with status 1 if one failed.
import { spawnSync } from 'node:child_process'
import { performance } from 'node:perf_hooks'
import { root, run, setup, setupNode24 } from './setup.mjs'

const { COFFER_FUZZ_RUNS: runs = '20', COFFER_SOAK: signatures = '100000' } = process.env
for (const [name, value] of Object.entries({ COFFER_FUZZ_RUNS: runs, COFFER_SOAK: signatures }))
  if (!/^[1-9][0-9]*$/.test(value)) {
    console.error(`coffer: ${name} must be a whole number above 0, not ${value}`)
    process.exit(2)
  }
const parts = [
  [
    `random inputs and faults, ${runs} times as many as in npm test`,
    'npx',
    ['vitest', 'run', 'fuzz', 'faults'],
  ],
  [
    `${Number(signatures).toLocaleString('en')} signatures, twice: memory and connections`,
    process.execPath,
    ['bench/soak.mjs', signatures],
  ],
]

setup()
setupNode24()
run(process.execPath, ['packages/service/scripts/bundle.mjs'])
run('npx', ['tsc', '-b'])
const ends = parts.map(([name, command, args], index) => {
  console.error(`coffer: ${index + 1} of ${parts.length}: ${name}`)
  const started = performance.now()
  const { status, error } = spawnSync(command, args, {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
    env: { ...process.env, COFFER_FUZZ_RUNS: runs },
  })
  const minutes = ((performance.now() - started) / 60_000).toFixed(1)
  return { name, hasPassed: error === undefined && status === 0, minutes }
})

console.log('\nlong run')
for (const { name, hasPassed, minutes } of ends)
  console.log(`${hasPassed ? 'passed' : 'FAILED'}  ${minutes.padStart(5)} min  ${name}`)
process.exit(ends.every(({ hasPassed }) => hasPassed) ? 0 : 1)
