// One execution environment: Lambda's Runtime API, as much of it as a function needs, and the process of a function.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { root } from '../../scripts/setup.mjs'

/** Starts a function. `ready` is the milliseconds from the start of its process to its first request for an invocation. */
export async function startFunction({ node, directory, variables }) {
  const waiting = slot()
  const answered = slot()
  const server = createServer(async (request, response) => {
    if (request.method === 'GET') return waiting.put({ response, at: performance.now() })
    const chunks = []
    for await (const chunk of request) chunks.push(chunk)
    response.end()
    answered.put({
      kind: request.url.split('/').at(-1),
      body: Buffer.concat(chunks).toString(),
      at: performance.now(),
    })
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const started = performance.now()
  const child = spawn(node, [join(root, 'packages/sandbox/src/lambda/bootstrap.mjs')], {
    cwd: directory,
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      ...variables,
      AWS_LAMBDA_RUNTIME_API: `127.0.0.1:${server.address().port}`,
      AWS_LAMBDA_FUNCTION_NAME: 'adminSigner',
      LAMBDA_TASK_ROOT: directory,
      _HANDLER: 'adminSigner.handler',
    },
  })
  let next = await waiting.take()
  const ready = next.at - started

  /** Gives the function an event. Gives the milliseconds until its result was back. */
  const invoke = async event => {
    const given = performance.now()
    next.response.writeHead(200, {
      'lambda-runtime-aws-request-id': 'request-1',
      'lambda-runtime-deadline-ms': String(Date.now() + 30_000),
    })
    next.response.end(JSON.stringify(event))
    const { kind, body, at } = await answered.take()
    if (kind !== 'response' || JSON.parse(body).statusCode !== 200) throw new Error(`${kind}: ${body}`)
    next = await waiting.take()
    return at - given
  }
  const stop = async () => {
    child.kill('SIGKILL')
    await once(child, 'exit')
    server.closeAllConnections()
    server.close()
  }
  return { ready, invoke, stop }
}

/** Hands one thing at a time from whoever has it to whoever wants it. */
function slot() {
  let resolve
  let promise
  const renew = () => {
    promise = new Promise(settle => {
      resolve = settle
    })
  }
  renew()
  return { put: value => resolve(value), take: () => promise.finally(renew) }
}
