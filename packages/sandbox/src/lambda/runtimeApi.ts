// Lambda's side of the Runtime API, for one execution environment: hands out one invocation at a time and takes what the
// runtime reports. https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
import { listen, type ServerRequest, type ServerResponseData } from '../server.ts'

export type Invocation = {
  readonly requestId: string
  readonly functionArn: string
  /** When the function is given up, epoch milliseconds. */
  readonly deadline: number
  /** An X-Ray tracing header. */
  readonly traceId: string
  /** The event, as JSON. */
  readonly payload: string
}

/** What a runtime says of a function that failed. */
export type ReportedError = {
  readonly errorType: string
  readonly errorMessage: string
  readonly trace: readonly string[]
}

/** What came of an invocation: what the function returned, as JSON, or how it failed. */
export type Outcome =
  | { readonly kind: 'response'; readonly payload: string }
  | { readonly kind: 'error'; readonly error: ReportedError }

export type RuntimeApi = {
  /** The value of AWS_LAMBDA_RUNTIME_API: host and port. */
  readonly address: string
  /** Resolves once the runtime asks for an invocation, or with what it reports instead: that it cannot start. */
  readonly ready: () => Promise<ReportedError | undefined>
  /** Hands an invocation to a runtime that is ready. */
  readonly invoke: (invocation: Invocation) => Promise<Outcome>
  readonly stop: () => Promise<void>
}

/** The most bytes a function may answer: 6 MB and a little. */
const maxResponseBytes = 6_291_556
const prefix = '/2018-06-01/runtime/'

/**
 * Starts the Runtime API of one execution environment on a free port of 127.0.0.1.
 *
 * @returns The running API.
 */
export const startRuntimeApi = async (): Promise<RuntimeApi> => {
  let asked = deferred<Answer | ReportedError>()
  let current: { readonly requestId: string; readonly settle: (outcome: Outcome) => void } | undefined

  const report = (requestId: string, outcome: Outcome): ServerResponseData => {
    if (current?.requestId !== requestId) return refuse(400, 'InvalidRequestID', 'Invalid request ID')
    current.settle(outcome)
    current = undefined
    return accepted
  }
  const respond = async (request: ServerRequest): Promise<ServerResponseData> => {
    const route = `${request.method} ${request.url.replace(prefix, '')}`
    if (route === 'GET invocation/next') return new Promise(resolve => asked.resolve(resolve))
    if (route === 'POST init/error') {
      asked.resolve(readError(request))
      return accepted
    }
    const [, requestId = '', kind] = /^POST invocation\/([^/]+)\/(response|error)$/.exec(route) ?? []
    if (kind === 'error') return report(requestId, { kind: 'error', error: readError(request) })
    if (kind === undefined) return refuse(404, 'NotFound', 'There is no such path')
    if (request.bodyTooLarge) {
      report(requestId, { kind: 'error', error: responseTooLarge })
      return refuse(413, 'RequestEntityTooLarge', responseTooLarge.errorMessage)
    }
    return report(requestId, { kind: 'response', payload: text(request) })
  }

  const listener = await listen({ maxBodyBytes: maxResponseBytes, now: Date.now, respond })
  return {
    address: new URL(listener.url).host,
    ready: async () => {
      const answer = await asked.promise
      return typeof answer === 'function' ? undefined : answer
    },
    invoke: async invocation => {
      const answer = await asked.promise
      if (typeof answer !== 'function') return { kind: 'error', error: answer }
      asked = deferred()
      return new Promise(settle => {
        current = { requestId: invocation.requestId, settle }
        answer(next(invocation))
      })
    },
    stop: listener.stop,
  }
}

type Answer = (response: ServerResponseData) => void

const next = (invocation: Invocation): ServerResponseData => ({
  status: 200,
  headers: {
    'content-type': 'application/json',
    'Lambda-Runtime-Aws-Request-Id': invocation.requestId,
    'Lambda-Runtime-Deadline-Ms': String(invocation.deadline),
    'Lambda-Runtime-Invoked-Function-Arn': invocation.functionArn,
    'Lambda-Runtime-Trace-Id': invocation.traceId,
  },
  body: invocation.payload,
})

const accepted: ServerResponseData = {
  status: 202,
  headers: { 'content-type': 'application/json' },
  body: '{"status":"OK"}\n',
}

const refuse = (status: number, errorType: string, errorMessage: string): ServerResponseData => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ errorMessage, errorType }),
})

const responseTooLarge: ReportedError = {
  errorType: 'Function.ResponseSizeTooLarge',
  errorMessage: `Response payload size exceeded maximum allowed payload size (${maxResponseBytes} bytes).`,
  trace: [],
}

const readError = (request: ServerRequest): ReportedError => {
  const { errorType, errorMessage, trace } = JSON.parse(text(request))
  return { errorType, errorMessage, trace }
}

const text = (request: ServerRequest): string => Buffer.from(request.body).toString()

const deferred = <T>(): { readonly promise: Promise<T>; readonly resolve: (value: T) => void } => {
  let resolve: (value: T) => void = () => undefined
  const promise = new Promise<T>(settle => {
    resolve = settle
  })
  return { promise, resolve }
}
