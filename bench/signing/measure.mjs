// Processes that take turns: a KMS, and clients that are told what to do and say what it took.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { performance } from 'node:perf_hooks'
import { fileURLToPath } from 'node:url'
import { environment } from './world.mjs'

/** Starts the KMS. */
export async function startKms() {
  const child = fork(fileURLToPath(new URL('kms.mjs', import.meta.url)), { execArgv: [] })
  const [endpoint] = await once(child, 'message')
  const counts = async () => (await fetch(`${endpoint}/counts`)).json()
  return { endpoint, counts, stop: () => child.disconnect() }
}

/** Starts a client on a Node.js and waits for its first signature. `milliseconds` is since the process was started. */
export async function startClient(execPath, file, endpoint) {
  const started = performance.now()
  const child = fork(fileURLToPath(new URL('client.mjs', import.meta.url)), [file], {
    env: environment(endpoint),
    execPath,
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const { failure } = await answerOf(child)
  const milliseconds = performance.now() - started
  const ask = work => {
    child.send(work)
    return answerOf(child)
  }
  const stop = async () => {
    const exited = once(child, 'exit')
    if (child.connected) child.disconnect()
    await exited
  }
  return { failure, milliseconds, ask, stop }
}

/** The next message; a process that ends instead has failed. */
async function answerOf(child) {
  const done = new AbortController()
  const { signal } = done
  const answer = await Promise.race([
    once(child, 'message', { signal }).then(([message]) => message),
    once(child, 'exit', { signal }).then(([status]) => ({
      failure: `the process ended with status ${status}`,
    })),
  ])
  done.abort()
  return answer
}

/** The middle of some numbers. */
export function median(values) {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)]
}
