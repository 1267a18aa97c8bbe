// Functions as they are deployed: a directory with one file, run in a process of its own.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import type { FunctionError } from './environment.ts'
import { type LambdaFunction, startFunction } from './function.ts'
import { findNode } from './node.ts'

const node = await findNode()
const directories: string[] = []
const running: LambdaFunction[] = []
const lines: string[] = []

afterEach(async () => {
  await Promise.all(running.splice(0).map(started => started.stop()))
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true })
  lines.length = 0
  vi.unstubAllEnvs()
})

const functionArn = 'arn:aws:lambda:eu-north-1:123456789012:function:adminSigner'
const credentials = { accessKeyId: 'ASIAEXAMPLE', secretAccessKey: 'secret', sessionToken: 'token' }

const bundleOf = (code: string, file = 'adminSigner.mjs'): string => {
  const directory = mkdtempSync(join(tmpdir(), 'coffer-function-'))
  directories.push(directory)
  writeFileSync(join(directory, file), code)
  return directory
}

const start = async (
  code: string,
  options: Partial<Parameters<typeof startFunction>[0]> = {},
): Promise<LambdaFunction> => {
  const started = await startFunction({
    bundle: bundleOf(code),
    handler: 'adminSigner.handler',
    functionArn,
    environment: {},
    credentials,
    timeoutMs: 30_000,
    onLog: line => void lines.push(line),
    ...options,
  })
  running.push(started)
  return started
}

const failure = (invocation: Promise<unknown>): Promise<FunctionError> =>
  invocation.then(
    () => expect.unreachable('it succeeded'),
    (error: FunctionError) => error,
  )

const isAlive = (pid: unknown): boolean => {
  try {
    return process.kill(Number(pid), 0)
  } catch {
    return false
  }
}

describe('an invocation', () => {
  test('takes an event there and a result back', async () => {
    const { invoke } = await start('export const handler = async event => ({ ...event, more: "é\\u2028" })')
    expect(await invoke({ a: [1, null, 'ü'] })).toEqual({ a: [1, null, 'ü'], more: 'é\u2028' })
  })

  test.each(['undefined', 'null', '() => {}'])('behavior: a result of %s is null', async result => {
    const { invoke } = await start(`export const handler = async () => (${result})`)
    expect(await invoke(undefined)).toBe(null)
  })

  test('behavior: the process stays for the next one', async () => {
    const { invoke } = await start('let n = 0; export const handler = async () => [process.pid, ++n]')
    const [first, second] = [await invoke({}), await invoke({})]
    expect([first, second]).toEqual([
      [expect.any(Number), 1],
      [(first as [number])[0], 2],
    ])
  })

  test('behavior: it is told its id, its function and its time', async () => {
    const { invoke } = await start(
      'export const handler = async (_, context) => ({ ...context, left: context.getRemainingTimeInMillis() })',
    )
    const context = (await invoke({})) as { readonly left: number }
    expect(context).toEqual({
      awsRequestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      invokedFunctionArn: functionArn,
      functionName: 'adminSigner',
      functionVersion: '$LATEST',
      memoryLimitInMB: '512',
      logGroupName: '/aws/lambda/adminSigner',
      logStreamName: expect.any(String),
      left: expect.any(Number),
    })
    expect(context.left).toBeGreaterThan(0)
    expect(context.left).toBeLessThanOrEqual(30_000)
  })

  test('behavior: two at the same time have a process each', async () => {
    const { invoke } = await start('export const handler = async () => process.pid')
    const [a, b] = await Promise.all([invoke({}), invoke({})])
    expect(a).not.toBe(b)
    expect([a, b]).toContain(await invoke({}))
  })

  test('behavior: beyond the concurrency it waits for its turn', async () => {
    const { invoke } = await start('let n = 0; export const handler = async () => [process.pid, ++n]', {
      concurrency: 1,
    })
    const results = (await Promise.all([invoke({}), invoke({}), invoke({})])) as [number, number][]
    expect(new Set(results.map(([pid]) => pid)).size).toBe(1)
    expect(results.map(([, n]) => n)).toEqual([1, 2, 3])
  })
})

describe('the environment', () => {
  test('is what Lambda gives and the function’s own, and nothing of this process', async () => {
    vi.stubEnv('COFFER_INHERITED', 'not to be seen')
    const { invoke } = await start('export const handler = async () => process.env', {
      environment: { KMS_KEY_ID: 'alias/key', TZ: 'Europe/Paris' },
      endpointUrl: 'http://127.0.0.1:4566',
      memoryMb: 1024,
    })
    const { PWD, OLDPWD, SHLVL, _, ...environment } = (await invoke({})) as Record<string, string>
    const taskRoot = environment['LAMBDA_TASK_ROOT']
    expect(environment).toEqual({
      KMS_KEY_ID: 'alias/key',
      TZ: 'Europe/Paris',
      LANG: 'en_US.UTF-8',
      PATH: expect.stringContaining('/usr/bin'),
      _HANDLER: 'adminSigner.handler',
      _X_AMZN_TRACE_ID: expect.stringMatching(
        /^Root=1-[0-9a-f]{8}-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=0$/,
      ),
      AWS_ACCESS_KEY_ID: 'ASIAEXAMPLE',
      AWS_DEFAULT_REGION: 'eu-north-1',
      AWS_ENDPOINT_URL: 'http://127.0.0.1:4566',
      AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '1024',
      AWS_LAMBDA_FUNCTION_NAME: 'adminSigner',
      AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
      AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
      AWS_LAMBDA_LOG_GROUP_NAME: '/aws/lambda/adminSigner',
      AWS_LAMBDA_LOG_STREAM_NAME: 'sandbox/[$LATEST]',
      AWS_LAMBDA_RUNTIME_API: expect.stringMatching(/^127\.0\.0\.1:\d+$/),
      AWS_REGION: 'eu-north-1',
      AWS_SECRET_ACCESS_KEY: 'secret',
      AWS_SESSION_TOKEN: 'token',
      LAMBDA_RUNTIME_DIR: '/var/runtime',
      LAMBDA_TASK_ROOT: taskRoot,
    })
    expect(PWD).toBe(taskRoot)
  })

  test('error: RESERVED_ENVIRONMENT_VARIABLE names every variable that is Lambda’s to set', async () => {
    const environment = { AWS_REGION: 'us-east-1', KMS_KEY_ID: 'x', _HANDLER: 'other.handler' }
    await expect(start('', { environment })).rejects.toMatchObject({
      code: 'RESERVED_ENVIRONMENT_VARIABLE',
      variables: ['_HANDLER', 'AWS_REGION'],
    })
  })

  test('behavior: the code is alone: it finds no package of this project, and no later change reaches it', async () => {
    const bundle = bundleOf('export const handler = () => import("viem")')
    const { invoke } = await start('', { bundle })
    writeFileSync(join(bundle, 'adminSigner.mjs'), 'export const handler = async () => "changed"')
    await expect(invoke({})).rejects.toMatchObject({
      errorMessage: expect.stringContaining("Cannot find package 'viem'"),
    })
  })

  test('error: ENOENT when there is no code', async () => {
    await expect(start('', { bundle: '/no/such/directory' })).rejects.toMatchObject({ code: 'ENOENT' })
  })
})

describe('the log', () => {
  test('has every line of an invocation, of both outputs and in order, before the answer', async () => {
    const { invoke } = await start(`export const handler = async n => {
      for (let i = 0; i < 1000; i++) (i % 2 ? process.stdout : process.stderr).write(n + ' ' + i + ' é\\u2028\\n')
    }`)
    for (const n of [1, 2]) {
      await invoke(n)
      expect(lines).toEqual(Array.from({ length: 1000 }, (_, i) => `${n} ${i} é\u2028`))
      lines.length = 0
    }
  })

  test('behavior: the last line needs no line break, also when the process ends', async () => {
    const { invoke } = await start(`export const handler = async end => {
      process.stdout.write('one\\ntwo')
      if (end) process.exit(1)
    }`)
    await invoke(false)
    expect(lines).toEqual(['one', 'two'])
    await expect(invoke(true)).rejects.toThrow()
    expect(lines.slice(2, 4)).toEqual(['one', 'two'])
  })

  test('behavior: a failed invocation leaves a line that says why', async () => {
    const { invoke } = await start('export const handler = async () => { throw new TypeError("no") }')
    const { requestId } = await failure(invoke({}))
    expect(lines.map(line => JSON.parse(line))).toEqual([
      {
        timestamp: expect.any(String),
        level: 'ERROR',
        requestId,
        message: {
          errorType: 'TypeError',
          errorMessage: 'no',
          stackTrace: expect.arrayContaining([
            'TypeError: no',
            expect.stringContaining('adminSigner.mjs:1:'),
          ]),
        },
      },
    ])
  })
})

describe('a function that fails', () => {
  test.each([
    ['throws an Error', 'throw new RangeError("too far")', 'RangeError', 'too far'],
    ['throws something else', 'throw "text"', 'string', 'text'],
    ['throws nothing', 'throw undefined', 'undefined', 'undefined'],
    ['returns what JSON cannot hold', 'return 1n', 'TypeError', expect.stringContaining('BigInt')],
  ])('error: %s: its process stays', async (_, fault, errorType, errorMessage) => {
    const { invoke } = await start(
      `export const handler = async fail => { if (fail) { ${fault} } return process.pid }`,
    )
    const pid = await invoke(false)
    await expect(invoke(true)).rejects.toMatchObject({ code: 'FUNCTION_ERROR', errorType, errorMessage })
    expect(await invoke(false)).toBe(pid)
  })

  test.each([
    [
      'exits',
      'process.exit(7)',
      'Runtime.ExitError',
      /^RequestId: \S{36} Error: Runtime exited with error: exit status 7$/,
    ],
    [
      'exits as if all were well',
      'process.exit(0)',
      'Runtime.ExitError',
      /Error: Runtime exited without providing a reason$/,
    ],
    [
      'is killed',
      'process.kill(process.pid, "SIGKILL")',
      'Runtime.ExitError',
      /Error: Runtime exited with error: signal: killed$/,
    ],
    [
      'never settles',
      'await new Promise(() => {})',
      'Runtime.NodeJsExit',
      /a Promise that the function awaits was not settled/,
    ],
    [
      'throws where nobody catches',
      'await new Promise(() => setTimeout(() => { throw new TypeError("late") }))',
      'TypeError',
      /^late$/,
    ],
    [
      'rejects where nobody catches',
      'Promise.reject(new Error("lost")); await new Promise(() => {})',
      'Runtime.UnhandledPromiseRejection',
      /^Error: lost$/,
    ],
    [
      'answers more than 6 MB',
      'return "x".repeat(6_291_556)',
      'Function.ResponseSizeTooLarge',
      /\(6291556 bytes\)\.$/,
    ],
  ])('error: %s: the next invocation is answered', async (_, fault, errorType, errorMessage) => {
    const { invoke } = await start(
      `export const handler = async fail => { if (fail) { ${fault} } return 'well' }`,
    )
    expect(await invoke(false)).toBe('well')
    const error = await failure(invoke(true))
    expect(error).toMatchObject({ code: 'FUNCTION_ERROR', errorType })
    expect(error.errorMessage).toMatch(errorMessage)
    expect(await invoke(false)).toBe('well')
  })

  test.each([
    ['throws', 'throw new EvalError("at start")', 'EvalError', 'at start'],
    [
      'does not parse',
      'export const handler = ',
      'Runtime.UserCodeSyntaxError',
      expect.stringMatching(/^SyntaxError: /),
    ],
    ['exits', 'process.exit(3)', 'Runtime.ExitError', expect.stringMatching(/exit status 3$/)],
    [
      'waits for ever',
      'await new Promise(() => {})',
      'Runtime.NodeJsExit',
      expect.stringMatching(/not settled/),
    ],
    [
      'rejects where nobody catches',
      'setTimeout(() => Promise.reject("lost")); await new Promise(r => setTimeout(r, 60_000))',
      'Runtime.UnhandledPromiseRejection',
      'lost',
    ],
    [
      'calls require',
      'require("node:fs")',
      'ReferenceError',
      expect.stringMatching(/^require is not defined/),
    ],
    ['lacks a package', 'import "viem"', 'Error', expect.stringMatching(/^Cannot find package 'viem'/)],
    [
      'lacks its handler',
      'export const other = 1',
      'Runtime.HandlerNotFound',
      'adminSigner.handler is undefined or not exported',
    ],
    [
      'has a handler that is none',
      'export const handler = 1',
      'Runtime.HandlerNotFound',
      'adminSigner.handler is not a function',
    ],
  ])('error: %s at the start: every invocation says so', async (_, code, errorType, errorMessage) => {
    const { invoke } = await start(code)
    for (const event of [1, 2])
      await expect(invoke(event)).rejects.toMatchObject({ code: 'FUNCTION_ERROR', errorType, errorMessage })
  })

  test('error: its file is not there', async () => {
    const { invoke } = await start('', { handler: 'other.handler' })
    await expect(invoke({})).rejects.toMatchObject({
      errorType: 'Runtime.ImportModuleError',
      errorMessage: "Error: Cannot find module 'other'",
    })
  })

  test.each([
    ['waits', 'await new Promise(resolve => setTimeout(resolve, 600_000))'],
    ['runs in circles', 'for (;;);'],
  ])('error: it %s beyond its time: its process is killed', async (_, fault) => {
    const { invoke } = await start(
      `export const handler = async fail => {
        process.stdout.write(process.pid + '\\n')
        if (fail) { ${fault} }
        return process.pid
      }`,
      { timeoutMs: 1_000 },
    )
    const pid = await invoke(false)
    const error = await failure(invoke(true))
    expect(error).toMatchObject({ code: 'FUNCTION_ERROR', errorType: 'Sandbox.Timedout' })
    expect(error.errorMessage).toMatch(/^RequestId: \S{36} Error: Task timed out after 1\.00 seconds$/)
    expect(lines.slice(0, 2)).toEqual([String(pid), String(pid)])
    expect(isAlive(pid)).toBe(false)
    expect(await invoke(false)).not.toBe(pid)
  })
})

describe('the end', () => {
  let server: Server
  const sockets: Socket[] = []
  beforeAll(async () => {
    server = createServer(socket => void sockets.push(socket))
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  })
  afterAll(() => server.close())

  /** A function that says hello on a connection, which lasts as long as its process, and never returns. */
  const connected = (): string => `import { connect } from 'node:net'
    export const handler = () => new Promise(() => {
      connect(${(server.address() as AddressInfo).port}, '127.0.0.1').write(process.env.LAMBDA_TASK_ROOT)
    })`

  test('stopping leaves no process, no file and no invocation behind', async () => {
    const started = await start(connected())
    const { stop, invoke } = started
    const invoked = invoke({}).catch(error => error)
    const [socket] = (await once(server, 'connection')) as [Socket]
    const [taskRoot] = await once(socket, 'data')
    const closed = once(socket, 'close')
    expect(existsSync(String(taskRoot))).toBe(true)
    await stop()
    expect(await invoked).toMatchObject({ code: 'FUNCTION_STOPPED', functionArn })
    await closed
    expect(existsSync(String(taskRoot))).toBe(false)
    await expect(invoke({})).rejects.toMatchObject({ code: 'FUNCTION_STOPPED' })
    await stop()
  })

  test('behavior: stopping waits for invocations that have only begun, and ends them too', async () => {
    const { stop, invoke } = await start('export const handler = async () => 1', { concurrency: 1 })
    const codes: string[] = []
    for (const invoked of [invoke({}), invoke({})]) invoked.catch(error => codes.push(error.code))
    await stop()
    expect(codes).toEqual(['FUNCTION_STOPPED', 'FUNCTION_STOPPED'])
  })

  test('a process that ends while nobody uses it is not used again', async () => {
    let onLog: (line: string) => void = () => undefined
    // What was written last, without a line break, is handed on when the process is gone.
    const gone = new Promise<string>(resolve => {
      onLog = resolve
    })
    const { invoke } = await start(
      `import { connect } from 'node:net'
      export const handler = async () => {
        connect(${(server.address() as AddressInfo).port}, '127.0.0.1')
          .on('data', data => { process.stdout.write(data); process.exit() })
        return process.pid
      }`,
      { onLog },
    )
    const [[socket], pid] = await Promise.all([once(server, 'connection'), invoke({})])
    socket.write('end')
    expect(await gone).toBe('end')
    expect(await invoke({})).not.toBe(pid)
  })

  // The parent has to be a Node.js that runs TypeScript.
  test.skipIf(!node.version.startsWith('v24.'))(
    'a parent that is killed takes its function along',
    async () => {
      const program = `
      const { startFunction } = await import(${JSON.stringify(new URL('./function.ts', import.meta.url).href)})
      const { invoke } = await startFunction({
        bundle: ${JSON.stringify(bundleOf(connected()))},
        handler: 'adminSigner.handler', functionArn: ${JSON.stringify(functionArn)},
        environment: {}, credentials: ${JSON.stringify(credentials)}, timeoutMs: 600_000, onLog: () => {},
      })
      await invoke({})`
      const parent = spawn(node.binary, ['--input-type=module', '-e', program], { stdio: 'ignore' })
      const [socket] = (await once(server, 'connection')) as [Socket]
      const [taskRoot] = await once(socket, 'data')
      directories.push(String(taskRoot))
      const closed = once(socket, 'close')
      parent.kill('SIGKILL')
      await closed
    },
  )
})
