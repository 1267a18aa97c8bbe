// `coffer sandbox` as people run it: it says where everything is, its variables work in another shell, and it ends
// without leaving anything behind.
import { type ChildProcess, type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { access, mkdir, mkdtemp, readdir, readFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { coffer, root, run } from './support/run.ts'

let directory: string
/** For its temporary files, which nobody else has any in. */
let temporary: string
let child: ChildProcess | undefined

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'coffer-test-'))
  temporary = join(directory, 'tmp')
  await mkdir(temporary)
})

afterEach(() => {
  child?.kill('SIGKILL')
})

test('its env file, sourced by a shell, points coffer at it; Ctrl-C ends it and every part of it', async () => {
  const { environment, file } = await start()
  const { status, stdout } = await run(
    'sh',
    ['-c', `. '${file}' && "$0" "$1" key create --json`, process.execPath, bin],
    {
      cwd: directory,
    },
  )
  expect(status).toBe(0)
  expect(JSON.parse(stdout)).toMatchObject({ alias: 'alias/treasury-admin-signer' })
  // Another profile is another person.
  const asOutsider = await run(
    'sh',
    ['-c', `. '${file}' && AWS_PROFILE=outsider "$0" "$1" key list --json`, process.execPath, bin],
    { cwd: directory },
  )
  expect(asOutsider.status).toBe(4)
  expect(JSON.parse(asOutsider.stdout).error.message).toContain('user/outsider is not authorized')
  const urls = ['AWS_ENDPOINT_URL', 'CROSSMINT_BASE_URL', 'COFFER_RPC_URL'].map(name => environment[name])
  for (const url of urls) expect(await answers(url)).toBe(true)
  expect(await stop('SIGINT')).toBe(0)
  for (const url of urls) expect(await answers(url)).toBe(false)
  await expect(access(file)).rejects.toThrow()
})

test('error: a second one in the same directory; a killed one does not stand in the way', async () => {
  await start()
  const second = await coffer(['sandbox', '--json'], { cwd: directory })
  expect(second.status).toBe(3)
  expect(JSON.parse(second.stdout)).toMatchObject({ error: { code: 'SANDBOX_RUNNING' } })
  await stop('SIGKILL')
  await start()
})

test('error: a port that is taken is named', async () => {
  const { environment } = await start()
  const taken = new URL(environment['AWS_ENDPOINT_URL'] ?? '').port
  const elsewhere = await mkdtemp(join(tmpdir(), 'coffer-test-'))
  const { status, stdout } = await coffer(['sandbox', '--aws-port', taken, '--json'], { cwd: elsewhere })
  expect(status).toBe(2)
  expect(JSON.parse(stdout).error).toMatchObject({
    code: 'EADDRINUSE',
    message: expect.stringContaining(taken),
  })
})

test.each(['SIGINT', 'SIGTERM'] as const)(
  'behavior: %s, while a request is under way: exit code 0; no process and no file is left',
  async signal => {
    const { environment } = await start('--deployed')
    const env = { ...environment, AWS_PROFILE: 'operator' }
    const sign = (): ReturnType<typeof coffer> =>
      coffer(
        ['sign', '--message', `0x${'ab'.repeat(32)}`, '--signer-address', `0x${'cd'.repeat(20)}`, '--json'],
        {
          cwd: directory,
          env,
        },
      )
    // The signing function starts at its first request.
    expect(JSON.parse((await sign()).stdout)).toHaveProperty('error.code')
    const running = await processes()
    if (process.platform === 'linux') {
      expect(running).toEqual(expect.arrayContaining([expect.stringContaining('bootstrap.mjs')]))
      expect(running).toEqual(expect.arrayContaining([expect.stringContaining('anvil')]))
    }
    // A request that has begun, and will not go on.
    const { hostname, port } = new URL(environment['AWS_ENDPOINT_URL'] ?? '')
    const underWay = connect(Number(port), hostname)
    underWay.write('POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nab')
    await once(underWay, 'connect')
    const cut = once(underWay.resume(), 'close')
    expect(await stop(signal)).toBe(0)
    await cut
    expect(await processes()).toEqual([])
    expect(await readdir(temporary)).toEqual([])
    expect(await readdir(directory)).toEqual(['tmp'])
  },
)

test('behavior: a signal before it has started: it says nothing, leaves nothing, and ends by the signal', async () => {
  const started = launch()
  const output = text(started.stdout)
  await vi.waitFor(() => access(join(directory, '.coffer', 'sandbox', 'pid')), {
    timeout: 60_000,
    interval: 10,
  })
  const ended = once(started, 'exit')
  started.kill('SIGTERM')
  expect(await ended).toEqual([null, 'SIGTERM'])
  expect(await output).toBe('')
  expect(await processes()).toEqual([])
  expect(await readdir(temporary)).toEqual([])
  expect(await readdir(directory)).toEqual(['tmp'])
})

test.skipIf(process.platform !== 'linux')(
  'behavior: a second signal ends it at once, and every process of it, whatever the first one waits for',
  async () => {
    const { environment } = await start()
    const anvil = (await pids()).filter(
      ({ command }) => /anvil\0--host/.test(command) && !command.startsWith('sh'),
    )
    expect(anvil).toHaveLength(1)
    const freeze = (signal: NodeJS.Signals): void =>
      anvil.forEach(({ pid }) => void process.kill(pid, signal))
    // One that hears nothing: the end of the sandbox waits for it.
    freeze('SIGSTOP')
    const ended = once(child ?? process, 'exit')
    child?.kill('SIGINT')
    await vi.waitFor(async () => expect(await answers(environment['CROSSMINT_BASE_URL'])).toBe(false), {
      timeout: 60_000,
      interval: 50,
    })
    child?.kill('SIGTERM')
    expect(await ended).toEqual([null, 'SIGTERM'])
    freeze('SIGCONT')
    await vi.waitFor(async () => expect(await processes()).toEqual([]), { timeout: 60_000, interval: 50 })
  },
)

const bin = join(root, 'packages/cli/bin/coffer.js')

function launch(...more: readonly string[]): ChildProcessByStdio<null, Readable, null> {
  const started = spawn(process.execPath, [bin, 'sandbox', '--json', ...more], {
    cwd: directory,
    env: { PATH: process.env['PATH'], TMPDIR: temporary },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  child = started
  return started
}

/** Starts a sandbox and waits for its JSON document. */
function start(...more: readonly string[]): Promise<{ environment: Record<string, string>; file: string }> {
  const started = launch(...more)
  return new Promise((resolve, reject) => {
    let text = ''
    started.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString()
      if (text.endsWith('}\n')) resolve(JSON.parse(text))
    })
    started.on('exit', code => reject(new Error(`coffer sandbox ended with ${code}: ${text}`)))
  })
}

function stop(signal: NodeJS.Signals): Promise<number | null> {
  return new Promise(resolve => {
    child?.on('exit', code => resolve(code))
    child?.kill(signal)
  })
}

/** The commands that were started with the sandbox's directory for temporary files, or lie in it: all that belong to it. */
async function processes(): Promise<readonly string[]> {
  return (await pids()).map(({ command }) => command.replaceAll('\0', ' '))
}

async function pids(): Promise<readonly { readonly pid: number; readonly command: string }[]> {
  const found: { pid: number; command: string }[] = []
  for (const name of await readdir('/proc').catch(() => [])) {
    const pid = Number(name)
    if (!Number.isInteger(pid)) continue
    const environment = await readFile(`/proc/${pid}/environ`, 'latin1').catch(() => '')
    const command = await readFile(`/proc/${pid}/cmdline`, 'latin1').catch(() => '')
    if (environment.includes(temporary)) found.push({ pid, command })
  }
  return found
}

async function answers(url: string | undefined): Promise<boolean> {
  return fetch(url ?? '', { method: 'POST' }).then(
    () => true,
    () => false,
  )
}
