// One execution environment of Lambda: a process with the runtime in it, and the Runtime API that it talks to. It serves
// one invocation at a time. https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
import { randomBytes, randomUUID } from 'node:crypto'
import { type ReportedError, startRuntimeApi } from './runtimeApi.ts'
import { startRuntimeProcess } from './runtimeProcess.ts'

export type Environment = {
  /** Gives the function an event and takes what it returns, both JSON. */
  readonly invoke: (payload: string) => Promise<string>
  /** False once the process is gone. */
  readonly isUsable: () => boolean
  /** Ends the process. An invocation that is under way fails. */
  readonly stop: () => Promise<void>
}

/** How long a function may take to start, as Lambda allows it. */
const initTimeoutMs = 10_000

/**
 * Starts an environment. What the function does wrong in starting shows at the first invocation, as it does on Lambda.
 *
 * @param options.functionArn `arn:aws:lambda:REGION:ACCOUNT:function:NAME`.
 * @param options.node The Node.js binary.
 * @param options.taskRoot The directory of the function's code.
 * @param options.variables The environment of the process, as `environmentVariables` makes it.
 * @param options.timeoutMs How long an invocation may take, not counting the start.
 * @param options.onLine Receives each line of output.
 * @returns The environment, which may still be starting. Its `invoke` throws FUNCTION_ERROR.
 */
export const startEnvironment = async (options: {
  readonly functionArn: string
  readonly node: string
  readonly taskRoot: string
  readonly variables: Readonly<Record<string, string>>
  readonly timeoutMs: number
  readonly onLine: (line: string) => void
}): Promise<Environment> => {
  const { functionArn, node, taskRoot, timeoutMs, onLine } = options
  const api = await startRuntimeApi()
  let exitStatus: number | undefined
  let interrupt: ((status: number) => void) | undefined
  let closed: Promise<void> | undefined
  const runtime = startRuntimeProcess({
    node,
    taskRoot,
    onLine,
    environment: { ...options.variables, LAMBDA_TASK_ROOT: taskRoot, AWS_LAMBDA_RUNTIME_API: api.address },
    onEnd: status => {
      exitStatus = status
      interrupt?.(status)
      closed = api.stop()
    },
  })
  const stop = async (): Promise<void> => {
    await runtime.kill()
    await closed
  }

  /** Waits for the runtime. If that takes too long or the process ends, so does the environment. */
  const within = <T>(limitMs: number, requestId: string, work: Promise<T>): Promise<T> => {
    let timer: NodeJS.Timeout | undefined
    return new Promise<T>((resolve, reject) => {
      interrupt = status => reject(new FunctionError(requestId, describeExit(requestId, status)))
      if (exitStatus !== undefined) interrupt(exitStatus)
      timer = setTimeout(
        () => reject(new FunctionError(requestId, describeTimeout(requestId, limitMs))),
        limitMs,
      )
      work.then(resolve, reject)
    })
      .finally(() => {
        clearTimeout(timer)
        interrupt = undefined
      })
      .catch(async (error: unknown) => {
        await stop()
        throw error
      })
  }

  const invoke = async (payload: string): Promise<string> => {
    const requestId = randomUUID()
    const initError = await within(initTimeoutMs, requestId, api.ready())
    if (initError !== undefined) {
      await stop()
      throw new FunctionError(requestId, initError)
    }
    const written = runtime.outputOf(requestId)
    const invocation = {
      requestId,
      functionArn,
      deadline: Date.now() + timeoutMs,
      traceId: traceId(),
      payload,
    }
    const outcome = await within(timeoutMs, requestId, api.invoke(invocation))
    // Whoever hears the answer finds the log complete, and after an error that ended the process, the process gone.
    await within(timeoutMs, requestId, written).catch(() => undefined)
    if (outcome.kind === 'error') throw new FunctionError(requestId, outcome.error)
    return outcome.payload
  }

  return { invoke, isUsable: () => exitStatus === undefined, stop }
}

/** An X-Ray tracing header of a trace that is not recorded. */
const traceId = (): string => {
  const seconds = Math.floor(Date.now() / 1000).toString(16)
  const parent = randomBytes(8).toString('hex')
  return `Root=1-${seconds}-${randomBytes(12).toString('hex')};Parent=${parent};Sampled=0`
}

const describeTimeout = (requestId: string, limitMs: number): ReportedError => ({
  errorType: 'Sandbox.Timedout',
  errorMessage: `RequestId: ${requestId} Error: Task timed out after ${(limitMs / 1000).toFixed(2)} seconds`,
  trace: [],
})

const signals: Readonly<Record<number, string>> = {
  134: 'aborted',
  137: 'killed',
  139: 'segmentation fault',
  143: 'terminated',
}

const describeExit = (requestId: string, status: number): ReportedError => {
  const error = (errorType: string, text: string): ReportedError => ({
    errorType,
    errorMessage: `RequestId: ${requestId} Error: ${text}`,
    trace: [],
  })
  // Node's own status for a program that has nothing left to do while something is still awaited.
  if (status === 13)
    return error(
      'Runtime.NodeJsExit',
      'Node.js ended while a Promise that the function awaits was not settled.',
    )
  if (status === 0) return error('Runtime.ExitError', 'Runtime exited without providing a reason')
  const signal = signals[status]
  const reason = signal === undefined ? `exit status ${status}` : `signal: ${signal}`
  return error('Runtime.ExitError', `Runtime exited with error: ${reason}`)
}

/** A function that failed, in the words in which Lambda tells it to whoever invoked it. */
export class FunctionError extends Error {
  override readonly name = 'FunctionError'
  readonly code = 'FUNCTION_ERROR'
  readonly requestId: string
  readonly errorType: string
  readonly errorMessage: string
  /** The function's stack, line by line; empty where it did not throw. */
  readonly trace: readonly string[]

  constructor(requestId: string, { errorType, errorMessage, trace }: ReportedError) {
    super(`The function failed with ${errorType}: ${errorMessage}`)
    this.requestId = requestId
    this.errorType = errorType
    this.errorMessage = errorMessage
    this.trace = trace
  }
}
