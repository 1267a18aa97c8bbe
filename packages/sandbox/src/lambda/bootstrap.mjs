// The runtime that runs a function, as AWS's own for Node.js does: asks Lambda for an invocation, gives it to the
// handler, reports what came of it, and asks for the next.
// https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
import { existsSync, writeSync } from 'node:fs'
import { request } from 'node:http'
import { basename, join } from 'node:path'
import { Writable } from 'node:stream'
import { pathToFileURL } from 'node:url'

const { AWS_LAMBDA_RUNTIME_API, LAMBDA_TASK_ROOT, _HANDLER } = process.env
let requestId

// Both outputs at once and in order. Node's own would queue what does not fit into the pipe, each for itself, and lose
// that when the process ends.
const output = new Writable({
  write(chunk, _encoding, done) {
    writeAll(chunk)
    done()
  },
})
Object.defineProperties(process, { stdout: { value: output }, stderr: { value: output } })

process.on('uncaughtException', error => fail(error))
process.on('unhandledRejection', reason => fail(named('Runtime.UnhandledPromiseRejection', String(reason))))

const handler = await loadHandler().catch(fail)
for (;;) {
  const { headers, body } = await call('GET', 'invocation/next')
  requestId = headers['lambda-runtime-aws-request-id']
  process.env._X_AMZN_TRACE_ID = headers['lambda-runtime-trace-id']
  const [kind, report] = await run(JSON.parse(body), headers).then(
    result => ['response', result],
    error => ['error', describe(error)],
  )
  // Everything that the function wrote in this invocation precedes this line in the pipe.
  writeAll(Buffer.from(`END RequestId: ${requestId}\n`))
  await call('POST', `invocation/${requestId}/${kind}`, report)
}

async function run(event, headers) {
  const result = await handler(event, {
    awsRequestId: requestId,
    invokedFunctionArn: headers['lambda-runtime-invoked-function-arn'],
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: process.env.AWS_LAMBDA_FUNCTION_VERSION,
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
    getRemainingTimeInMillis: () => Number(headers['lambda-runtime-deadline-ms']) - Date.now(),
  })
  return JSON.stringify(result) ?? 'null'
}

/** Finds the handler: `adminSigner.handler` is what adminSigner.js, .mjs or .cjs exports as `handler`. */
async function loadHandler() {
  const [name, ...exported] = basename(_HANDLER).split('.')
  const files = ['.js', '.mjs', '.cjs'].map(extension => join(LAMBDA_TASK_ROOT, name + extension))
  const file = files.find(existsSync)
  if (file === undefined) throw named('Runtime.ImportModuleError', `Error: Cannot find module '${name}'`)
  const module = await import(pathToFileURL(file).href).catch(error => {
    throw error instanceof SyntaxError ? named('Runtime.UserCodeSyntaxError', String(error)) : error
  })
  const found = module[exported.join('.')]
  if (typeof found === 'function') return found
  const fault = found === undefined ? 'undefined or not exported' : 'not a function'
  throw named('Runtime.HandlerNotFound', `${_HANDLER} is ${fault}`)
}

/** Reports an error after which nothing can be relied on, and ends. */
async function fail(error) {
  const path = requestId === undefined ? 'init/error' : `invocation/${requestId}/error`
  await call('POST', path, describe(error)).finally(() => process.exit(1))
}

function writeAll(bytes) {
  for (let rest = bytes; rest.length > 0; ) {
    try {
      rest = rest.subarray(writeSync(1, rest))
    } catch (error) {
      if (error.code !== 'EAGAIN') throw error
      // The pipe is full: a millisecond for whoever reads it.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1)
    }
  }
}

function named(name, message) {
  return Object.assign(new Error(message), { name })
}

/** What Lambda says of an error. */
function describe(thrown) {
  const {
    name,
    message,
    stack = '',
  } = thrown instanceof Error ? thrown : { name: typeof thrown, message: String(thrown) }
  return JSON.stringify({
    errorType: name,
    errorMessage: message,
    trace: stack === '' ? [] : stack.split('\n'),
  })
}

// Not fetch, which gives up waiting for the next invocation after five minutes.
function call(method, path, body) {
  return new Promise((resolve, reject) => {
    const url = `http://${AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime/${path}`
    const sent = request(url, { method }, async response => {
      const chunks = []
      for await (const chunk of response) chunks.push(chunk)
      resolve({ headers: response.headers, body: Buffer.concat(chunks).toString() })
    })
    sent.on('error', reject).end(body)
  })
}
