// `coffer sandbox` as people run it: it says where everything is, its variables work in another shell, and it ends
// without leaving anything behind.
import { type ChildProcess, spawn } from 'node:child_process'
import { access, mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { coffer, root, run } from './support/run.ts'

let directory: string
let child: ChildProcess | undefined

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'coffer-test-'))
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

const bin = join(root, 'packages/cli/bin/coffer.js')

/** Starts a sandbox and waits for its JSON document. */
function start(): Promise<{ environment: Record<string, string>; file: string }> {
  const started = spawn(process.execPath, [bin, 'sandbox', '--json'], {
    cwd: directory,
    env: { PATH: process.env['PATH'] },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  child = started
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

async function answers(url: string | undefined): Promise<boolean> {
  return fetch(url ?? '', { method: 'POST' }).then(
    () => true,
    () => false,
  )
}
