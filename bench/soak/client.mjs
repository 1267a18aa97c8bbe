// The process of one subject. It signs in tenths, and after each says what it then holds: memory after a collection, what
// keeps it busy, and its connections. Whatever nobody awaits ends it.
import { readdirSync, readlinkSync } from 'node:fs'
import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { subjects } from './subjects.mjs'

/** A failure that retrying may cure; anything else ends the run. */
const EXPECTED = new Set(['KMS_UNAVAILABLE', 'KMS_THROTTLED'])
const [, , name, count, concurrency] = process.argv

process.on('disconnect', () => process.exit())
const idle = await measure()
const { sign, close } = await subjects[name]()
await sign()
for (let tenth = 1; tenth <= 10; tenth++) {
  const started = performance.now()
  let most = 0
  const sampling = setInterval(() => {
    most = Math.max(most, sockets() - idle.sockets)
  }, 100)
  const failures = await signMany(Number(count) / 10)
  clearInterval(sampling)
  const perSecond = (Number(count) * 100) / (performance.now() - started)
  process.send({ tenth, ...difference(await measure(), idle), most, failures, perSecond })
}
await close()
process.send({ closed: true, ...difference(await measure(), idle) })
process.disconnect()

/** Signs until so many signatures were made; gives how many failures there were of each code. */
async function signMany(signatures) {
  const failures = {}
  let left = signatures
  const work = async () => {
    while (left > 0) {
      left -= 1
      const code = await sign()
      if (code === undefined) continue
      if (!EXPECTED.has(code)) throw new Error(`a signature failed with ${code}`)
      failures[code] = (failures[code] ?? 0) + 1
      left += 1
      // While the circuit is open nothing is sent, and asking again at once would only spin.
      await sleep(5)
    }
  }
  await Promise.all(Array.from({ length: Number(concurrency) }, work))
  return failures
}

async function measure() {
  // Sockets that were destroyed are closed, and what they held is let go, in the next turns of the loop.
  await sleep(50)
  global.gc()
  await sleep(50)
  global.gc()
  const { rss, heapUsed, external } = process.memoryUsage()
  return { rss, heap: heapUsed, external, sockets: sockets(), active: active() }
}

/** Timers, requests and connections that would keep the process alive; not the streams that it was started with. */
function active() {
  return process.getActiveResourcesInfo().filter(kind => kind !== 'PipeWrap' && kind !== 'TTYWrap').length
}

/** Open sockets of the process, also those that keep no process alive; where there is no /proc, those alone that do. */
function sockets() {
  try {
    return readdirSync('/proc/self/fd').filter(isSocket).length
  } catch {
    return process.getActiveResourcesInfo().filter(kind => kind === 'TCPSocketWrap').length
  }
}

function isSocket(descriptor) {
  try {
    return readlinkSync(`/proc/self/fd/${descriptor}`).startsWith('socket:')
  } catch {
    // The one by which the directory was read is closed by now.
    return false
  }
}

/** Memory as it is; of sockets and handles those that have come since the start. */
function difference({ rss, heap, external, sockets, active }, before) {
  return { rss, heap, external, sockets: sockets - before.sockets, active: active - before.active }
}
