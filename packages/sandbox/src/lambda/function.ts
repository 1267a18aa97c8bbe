// A Lambda function on this machine: its deployed code, in processes of its own, over the Lambda Runtime API, with the
// environment and the credentials that Lambda would give it and nothing of this process's.
// https://docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html
import { cp, mkdtemp, readdir, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Environment, FunctionError, startEnvironment } from './environment.ts'
import { type Credentials, environmentVariables } from './environmentVariables.ts'
import { findNode } from './node.ts'

export type LambdaFunction = {
  /**
   * Invokes the function and waits for what it returns.
   *
   * @throws {FUNCTION_ERROR} it threw, could not start, ended, or took too long.
   * @throws {FUNCTION_STOPPED} the function has been stopped.
   */
  readonly invoke: (event: unknown) => Promise<unknown>
  /** Which Node.js it runs on: `v24.21.0`, or that of this program where npm has no Node.js 24 for this machine. */
  readonly nodeVersion: string
  /** Ends its processes. Invocations that are under way fail. */
  readonly stop: () => Promise<void>
}

/**
 * Makes a function. Its process starts at the first invocation and stays for the next ones. As on Lambda it serves one
 * invocation at a time: while it does, another one starts a second process. After a timeout or a crash the next
 * invocation finds a new one. Unlike on Lambda, an invocation beyond `concurrency` waits instead of being throttled.
 *
 * @param options.bundle The directory of the function's code: what is deployed. It is copied, so that the function finds
 * nothing else beside or above it.
 * @param options.handler File and export: `adminSigner.handler`.
 * @param options.functionArn `arn:aws:lambda:REGION:ACCOUNT:function:NAME`.
 * @param options.environment The function's own variables.
 * @param options.credentials The session of the function's role.
 * @param options.endpointUrl The value of AWS_ENDPOINT_URL: where the function finds AWS.
 * @param options.timeoutMs How long an invocation may take.
 * @param options.memoryMb What the function is told that it has; nothing limits it.
 * @param options.concurrency How many processes there may be.
 * @param options.onLog Receives each line that the function writes, and one of JSON for each invocation that fails. All
 * those of an invocation precede its answer.
 * @returns The function.
 * @throws {RESERVED_ENVIRONMENT_VARIABLE} a variable of the function is Lambda's to set.
 * @throws {ENOENT} there is no such directory.
 */
export const startFunction = async (options: {
  readonly bundle: string
  readonly handler: string
  readonly functionArn: string
  readonly environment: Readonly<Record<string, string>>
  readonly credentials: Credentials
  readonly endpointUrl?: string | undefined
  readonly timeoutMs: number
  readonly memoryMb?: number | undefined
  readonly concurrency?: number | undefined
  readonly onLog: (line: string) => void
}): Promise<LambdaFunction> => {
  const { functionArn, timeoutMs, memoryMb = 512, concurrency = 10, onLog } = options
  const variables = environmentVariables({ ...options, memoryMb, variables: options.environment })
  const node = await findNode()
  const taskRoot = await copyToTemporary(options.bundle)
  const inTurn = limitConcurrency(concurrency)
  const environments = new Set<Environment>()
  const starting = new Set<Promise<Environment>>()
  const idle: Environment[] = []
  let stopped = false

  const start = async (): Promise<Environment> => {
    const settings = { functionArn, node: node.binary, taskRoot, variables, timeoutMs, onLine: onLog }
    const started = await startEnvironment(settings)
    environments.add(started)
    return started
  }
  const take = async (): Promise<Environment> => {
    for (let found = idle.pop(); found !== undefined; found = idle.pop()) if (found.isUsable()) return found
    if (stopped) throw new FunctionStoppedError(functionArn)
    const started = start()
    starting.add(started)
    return started.finally(() => starting.delete(started))
  }
  const giveBack = (environment: Environment): void => {
    if (environment.isUsable()) idle.push(environment)
    else environments.delete(environment)
  }

  return {
    nodeVersion: node.version,
    invoke: event =>
      inTurn(async () => {
        const environment = await take()
        try {
          return JSON.parse(await environment.invoke(JSON.stringify(event ?? null)))
        } catch (error) {
          if (stopped) throw new FunctionStoppedError(functionArn)
          if (error instanceof FunctionError) onLog(logLine(error))
          throw error
        } finally {
          giveBack(environment)
        }
      }),
    stop: async () => {
      stopped = true
      await Promise.allSettled(starting)
      await Promise.all([...environments].map(environment => environment.stop()))
      await rm(taskRoot, { recursive: true, force: true })
    },
  }
}

/** What Lambda writes into a function's log when an invocation fails, in its JSON format. */
const logLine = ({ requestId, errorType, errorMessage, trace }: FunctionError): string =>
  JSON.stringify({
    timestamp: new Date().toISOString(),
    level: 'ERROR',
    requestId,
    message: { errorType, errorMessage, stackTrace: trace },
  })

const copyToTemporary = async (directory: string): Promise<string> => {
  // Throws before anything is made if there is no such directory.
  await readdir(directory)
  // macOS names its temporary directory by a symbolic link, and Node names modules by their real path.
  const copy = await realpath(await mkdtemp(join(tmpdir(), 'coffer-lambda-')))
  await cp(directory, copy, { recursive: true })
  return copy
}

/** Lets at most `limit` pieces of work run at the same time; the others wait in the order they came. */
const limitConcurrency = (limit: number): (<T>(work: () => Promise<T>) => Promise<T>) => {
  const waiting: (() => void)[] = []
  let running = 0
  return async work => {
    if (running >= limit) await new Promise<void>(resolve => waiting.push(resolve))
    else running++
    try {
      return await work()
    } finally {
      // Whoever has waited longest takes this one's place.
      const next = waiting.shift()
      if (next === undefined) running--
      else next()
    }
  }
}

/** The function was stopped, before or while it was invoked. */
export class FunctionStoppedError extends Error {
  override readonly name = 'FunctionStoppedError'
  readonly code = 'FUNCTION_STOPPED'
  readonly functionArn: string

  constructor(functionArn: string) {
    super(`The function ${functionArn} has been stopped. Start it again to invoke it.`)
    this.functionArn = functionArn
  }
}
