// What the sandbox sustains, part by part, as its users meet it over HTTP: `npm run bench:sandbox`. The sandbox is in a process of
// its own; under all its parts a bare server of node:http. Everything takes turns.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { run, setup, setupNode24 } from '../scripts/setup.mjs'
import { subjectsOf } from './sandbox/subjects.mjs'
import { start, startTreasury } from './sandbox/world.mjs'
import { median } from './signing/measure.mjs'

setup()
setupNode24()
run(process.execPath, ['packages/service/scripts/bundle.mjs'])
run('npx', ['tsc', '-b'])

const ROUNDS = Number(process.argv[2] ?? 7)
const CONCURRENCY = 16

const directory = mkdtempSync(join(tmpdir(), 'coffer-bench-'))
const floor = await start('floor.mjs')
const treasury = await startTreasury()
const subjects = (await subjectsOf(treasury, floor.said, directory)).map(subject => ({
  ...subject,
  runs: [],
}))
for (const subject of subjects) subject.shared = await subject.prepareOnce?.()

// The first round warms up: connections, the function's processes, the files that are read.
for (let round = 0; round <= ROUNDS; round++)
  for (const subject of subjects) {
    const alone = await measure(subject, subject.alone, 1)
    const crowd = await measure(subject, subject.crowd, CONCURRENCY)
    if (round > 0) subject.runs.push({ alone, crowd })
  }
await treasury.stop()
await floor.stop()
rmSync(directory, { recursive: true })

print(`\n| | per second | median | per second, ${CONCURRENCY} at a time | median, ${CONCURRENCY} at a time |`)
print('|---|---:|---:|---:|---:|')
for (const { name, runs } of subjects) {
  const of = (how, field) => median(runs.map(run => run[how][field]))
  const cells = ['alone', 'crowd'].flatMap(how => [
    round3(of(how, 'perSecond')),
    `${round3(of(how, 'milliseconds'))} ms`,
  ])
  print(`| ${name} | ${cells.join(' | ')} |`)
}
print(`\nNode ${process.version}; medians of ${ROUNDS} rounds.`)
process.exit()

/** Does something so often, so many at a time. */
async function measure({ prepare, act, after, shared }, count, concurrency) {
  const items = []
  // One after another: what is prepared is not what is measured.
  for (let index = 0; index < count; index++) items.push(await prepare())
  const milliseconds = []
  const queue = [...items]
  let left = count
  const started = performance.now()
  await Promise.all(
    Array.from({ length: concurrency }, async () => {
      while (left-- > 0) {
        const item = queue.pop()
        const begun = performance.now()
        await act(item, shared)
        milliseconds.push(performance.now() - begun)
      }
    }),
  )
  const perSecond = (count * 1000) / (performance.now() - started)
  for (const item of items) await after?.(item)
  return { perSecond, milliseconds: median(milliseconds) }
}

/** Three digits are what there is to a measurement. */
function round3(value) {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3)
}

function print(line) {
  process.stdout.write(`${line}\n`)
}
