// A hundred thousand signatures, and nothing that grows: `npm run bench:soak [-- SIGNATURES]`. The signer over kms-http, then the
// whole service with the starter policy, each in a process of its own, over a KMS in another that goes wrong in many ways. Ends
// with status 1 if memory grows, connections are left or exceed those in use, or anything fails that nobody awaits.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { root, run, setup } from '../scripts/setup.mjs'
import { environment } from './signing/world.mjs'

setup()
run('npx', ['tsc', '-b', 'packages/service'])

const SIGNATURES = Number(process.argv[2] ?? 100_000)
const CONCURRENCY = 16
/** How much more memory there may be after the last tenth than after the first, in bytes: a hundred bytes a signature would show. */
const MOST_HEAP = 4e6
const MOST_RSS = 48e6
if (!Number.isSafeInteger(SIGNATURES / 10) || SIGNATURES <= 0) {
  process.stderr.write('bench:soak: how many signatures? a multiple of 10\n')
  process.exit(1)
}

const faults = []
for (const [name, title] of [
  ['signer', 'signer over kms-http'],
  ['service', 'whole service over kms-http'],
])
  await soak(name, title)
print(
  `\nNode ${process.version}; ${CONCURRENCY} at a time. Bounds, from the first tenth to the last: heap ${MB(MOST_HEAP)}, RSS ${MB(MOST_RSS)}; connections ${CONCURRENCY}, and none after closing.`,
)
for (const fault of faults) process.stderr.write(`bench:soak: ${fault}\n`)
process.exit(faults.length > 0 ? 1 : 0)

async function soak(name, title) {
  const kms = fork(file('soak/kms.mjs'), { execArgv: [] })
  const [endpoint] = await once(kms, 'message')
  const troubles = async () => (await fetch(`${endpoint}/counts`)).json()
  const client = fork(file('soak/client.mjs'), [name, String(SIGNATURES), String(CONCURRENCY)], {
    env: environment(endpoint),
    execArgv: ['--expose-gc'],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  print(`\n${title}\n`)
  print(
    '| signatures | RSS | heap | outside the heap | connections, most | left | handles | KMS went wrong | failed | per second |',
  )
  print('|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|')
  const tenths = []
  const pending = []
  client.on('message', report => {
    pending.push(handle(report))
  })
  const handle = async report => {
    if (report.closed) return row('closed', report)
    tenths.push(report)
    const { signed: _, ...wrong } = await troubles()
    row(((report.tenth * SIGNATURES) / 10).toLocaleString('en'), report, sum(wrong))
    const most = Math.max(report.most, report.sockets)
    if (most > CONCURRENCY) faults.push(`${title}: ${most} connections`)
    if (report.active > 0) faults.push(`${title}: ${report.active} handles are left after a tenth`)
  }
  const row = (label, report, wrong) => {
    const { rss, heap, external, most = '', sockets, active, failures, perSecond } = report
    const more = failures ? `${wrong} | ${sum(failures)} | ${perSecond.toFixed(0)}` : ' | | '
    print(
      `| ${label} | ${MB(rss)} | ${MB(heap)} | ${MB(external)} | ${most} | ${sockets} | ${active} | ${more} |`,
    )
    if (label === 'closed' && (sockets !== 0 || active > 0))
      faults.push(`${title}: after closing there are ${sockets} connections and ${active} handles`)
  }
  const [status, signal] = await once(client, 'exit')
  await Promise.all(pending)
  kms.disconnect()
  if (status !== 0) faults.push(`${title}: the process ended with ${signal ?? `status ${status}`}`)
  const [first, last] = [tenths.at(0), tenths.at(-1)]
  if (tenths.length < 10) {
    faults.push(`${title}: only ${tenths.length} tenths came`)
    return
  }
  for (const [what, most] of [
    ['heap', MOST_HEAP],
    ['rss', MOST_RSS],
  ])
    if (last[what] - first[what] > most)
      faults.push(`${title}: ${what} grew by ${MB(last[what] - first[what])}`)
}

function sum(counts) {
  return Object.values(counts).reduce((total, count) => total + count, 0)
}

function file(path) {
  return fileURLToPath(new URL(path, `file://${root}/bench/`))
}

function MB(bytes) {
  return `${(bytes / 1e6).toFixed(1)} MB`
}

function print(line) {
  process.stdout.write(`${line}\n`)
}
