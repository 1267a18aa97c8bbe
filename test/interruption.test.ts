// `coffer transfer` and Ctrl-C: it says what has become of the money, ends by the signal, and goes on when it is repeated.
import { type ChildProcess, spawn } from 'node:child_process'
import { createServer, request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { root } from './support/run.ts'
import { startTreasury, type Treasury } from './support/treasury.ts'

let treasury: Treasury
let server: Server | undefined

beforeAll(async () => {
  treasury = await startTreasury()
})

afterAll(() => treasury?.sandbox.stop())
afterEach(() => {
  server?.closeAllConnections()
  server?.close()
})

test.each([
  {
    signal: 'SIGINT',
    where: 'at the signing endpoint',
    says: 'interrupted before the approval was submitted: no money moves unless the command is repeated',
  },
  {
    signal: 'SIGTERM',
    where: 'at the approval',
    says: 'interrupted when the approval was being submitted, or had been: the money may move',
  },
] as const)(
  'behavior: $signal $where: what is known of the money, and how to go on',
  async ({ signal, where, says }) => {
    const reference = `interrupted ${where}`
    const paidBefore = (await treasury.payments()).length
    const interrupted = await pay(reference, where, signal)
    expect(interrupted).toMatchObject({ signal, stdout: '' })
    expect(interrupted.stderr).toContain(`${says} (INTERRUPTED)\n`)
    expect(interrupted.stderr).toContain(`coffer transfer status '${reference}'`)
    expect(await treasury.payments()).toHaveLength(paidBefore)
    expect(await pay(reference)).toMatchObject({ code: 0 })
    expect(await treasury.payments()).toHaveLength(paidBefore + 1)
  },
)

test('behavior: with --json an interrupted command prints nothing', async () => {
  const interrupted = await pay('interrupted json', 'at the approval', 'SIGINT', ['--json'])
  expect(interrupted).toEqual({ code: null, signal: 'SIGINT', stdout: '', stderr: '' })
})

type Where = 'at the signing endpoint' | 'at the approval'
type Ended = {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

/** Pays 0.1 USDC. Where a signal is given, it comes when the request of that step does, which is never answered. */
async function pay(
  reference: string,
  where?: Where,
  signal?: NodeJS.Signals,
  more: readonly string[] = [],
): Promise<Ended> {
  let child: ChildProcess | undefined
  const strike = (): void => void child?.kill(signal)
  const env = where === undefined ? {} : await silentAt(where, strike)
  child = spawn(
    process.execPath,
    [
      join(root, 'packages/cli/bin/coffer.js'),
      ...['transfer', '0.1', 'usdc', '--to', 'vendor:acme', '--reference', reference, '--yes', ...more],
    ],
    {
      cwd: treasury.directory,
      env: { PATH: process.env['PATH'], ...treasury.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  )
  const { stdout, stderr } = child
  if (stdout === null || stderr === null) throw new Error('a pipe is missing')
  const ended = new Promise<Pick<Ended, 'code' | 'signal'>>(resolve => {
    child?.on('close', (code, signal) => resolve({ code, signal }))
  })
  return { stdout: await text(stdout), stderr: await text(stderr), ...(await ended) }
}

/** The environment in which one request meets silence; all others are passed on. */
async function silentAt(where: Where, strike: () => void): Promise<Readonly<Record<string, string>>> {
  const target =
    where === 'at the approval'
      ? treasury.sandbox.crossmint.url
      : (treasury.sandbox.outputs()['InvokeUrl'] ?? '')
  const { origin, pathname } = new URL(target)
  server = createServer(async (incoming, outgoing) => {
    const body = await text(incoming)
    const isAwaited =
      where === 'at the approval'
        ? incoming.method === 'POST' && incoming.url?.endsWith('/approvals')
        : !body.includes('"dryRun":true')
    if (isAwaited) {
      strike()
      return
    }
    // With the headers as they are: the host is signed.
    const { method, headers, url } = incoming
    const onward = request(`${origin}${url}`, { method, headers }, answer => {
      outgoing.writeHead(answer.statusCode ?? 500, answer.headers)
      answer.pipe(outgoing)
    })
    onward.end(body)
  })
  await new Promise<void>(resolve => server?.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const url = `http://127.0.0.1:${port}${pathname === '/' ? '' : pathname}`
  return where === 'at the approval' ? { CROSSMINT_BASE_URL: url } : { COFFER_ENDPOINT: url }
}
