// A transfer is paid once, however often and wherever the program that sends it is killed.
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startProxy, type Trouble } from './support/proxy.ts'
import { root } from './support/run.ts'
import { startTreasury, type Treasury } from './support/treasury.ts'

let treasury: Treasury

beforeAll(async () => {
  treasury = await startTreasury()
})

afterAll(() => treasury?.sandbox.stop())

describe('killed at a request', () => {
  const trouble: Trouble = { count: 0, fault: undefined }
  let env: Record<string, string>
  let requests = 0
  const stops: (() => Promise<void>)[] = []

  beforeAll(async () => {
    const crossmint = await startProxy(treasury.sandbox.crossmint.url, trouble)
    const endpoint = await startProxy(treasury.sandbox.outputs()['InvokeUrl'] ?? '', trouble)
    stops.push(crossmint.stop, endpoint.stop)
    env = { ...treasury.env, CROSSMINT_BASE_URL: crossmint.url, COFFER_ENDPOINT: endpoint.url }
    trouble.count = 0
    expect(await pay('counted', env)).toBe(0)
    requests = trouble.count
  })

  afterAll(async () => {
    for (const stop of stops) await stop()
  })

  test('every request of a transfer, before and after the server has seen it: one payment', async () => {
    expect(requests).toBeGreaterThanOrEqual(4)
    for (let at = 1; at <= requests; at++)
      for (const when of ['before', 'after'] as const) {
        const paidBefore = (await treasury.payments()).length
        const reference = `killed-${when}-${at}`
        Object.assign(trouble, { count: 0 })
        const killed = await pay(reference, env, kill => {
          trouble.fault = { at, when, strike: kill }
        })
        trouble.fault = undefined
        expect({ at, when, killed }).toEqual({ at, when, killed: 'SIGKILL' })
        expect({ at, when, rerun: await pay(reference, env) }).toEqual({ at, when, rerun: 0 })
        expect({ at, when, again: await pay(reference, env) }).toEqual({ at, when, again: 0 })
        expect({ at, when, paid: (await treasury.payments()).length - paidBefore }).toEqual({
          at,
          when,
          paid: 1,
        })
      }
  })
})

describe('killed after a step it reported', () => {
  test.each([
    'created transaction',
    'exactly this transfer',
    'KMS signed',
    'it is the signature of',
    'approved; Crossmint says',
    'Crossmint says success',
  ])('after "%s": one payment', async step => {
    const paidBefore = (await treasury.payments()).length
    const reference = `after-${step}`
    await pay(reference, treasury.env, (kill, output) => {
      output.on('data', (chunk: Buffer) => {
        if (chunk.toString().includes(step)) kill()
      })
    })
    expect(await pay(reference, treasury.env)).toBe(0)
    expect((await treasury.payments()).length - paidBefore).toBe(1)
  })
})

test('two runs with one reference at the same time: one payment', async () => {
  const paidBefore = (await treasury.payments()).length
  const results = await Promise.all([pay('twice', treasury.env), pay('twice', treasury.env)])
  // Whoever came second is told that the reference is busy, or finds the payment done; seeing each other, both may be told so.
  for (const result of results) expect([0, 6]).toContain(result)
  expect(await pay('twice', treasury.env)).toBe(0)
  expect((await treasury.payments()).length - paidBefore).toBe(1)
})

test('error: the same reference with another amount is refused and pays nothing', async () => {
  const paidBefore = (await treasury.payments()).length
  const { status, stdout } = await treasury.run([
    ...['transfer', '2', 'usdc', '--to', 'vendor:acme', '--reference', 'twice', '--yes', '--json'],
  ])
  expect(status).toBe(3)
  expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'REFERENCE_CONFLICT' } })
  expect(await treasury.payments()).toHaveLength(paidBefore)
})

test('the steps one by one, as in the guide', async () => {
  const paidBefore = (await treasury.payments()).length
  const step = async (...args: string[]): Promise<Record<string, unknown>> => {
    const { status, stdout, stderr } = await treasury.run(['transfer', ...args, '--json'])
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    return JSON.parse(stdout)
  }
  const created = await step('create', '0.5', 'usdc', '--to', 'vendor:acme', '--reference', 'guide')
  expect(created).toMatchObject({ status: 'awaiting-approval' })
  const signed = await step('sign', 'guide')
  expect(signed).toMatchObject({ message: created['message'] })
  expect(await treasury.payments()).toHaveLength(paidBefore)
  await step('approve', 'guide', '--yes', '--signature', String(signed['signature']))
  await step('approve', 'guide', '--yes')
  expect(await step('status', 'guide', '--wait')).toMatchObject({ status: 'success', amount: '0.5' })
  expect(await step('status', 'guide')).toMatchObject({ status: 'success' })
  expect((await treasury.payments()).slice(paidBefore)).toEqual([500_000n])
})

/** Runs a transfer of 0.1 USDC; resolves with its exit code, or with the signal that ended it. */
function pay(
  reference: string,
  env: Readonly<Record<string, string>>,
  arm: (kill: () => void, output: NodeJS.ReadableStream) => void = () => undefined,
): Promise<number | string | null> {
  return new Promise(resolve => {
    const child = spawn(
      process.execPath,
      [
        join(root, 'packages/cli/bin/coffer.js'),
        ...['transfer', '0.1', 'usdc', '--to', 'vendor:acme', '--reference', reference, '--yes'],
      ],
      {
        cwd: treasury.directory,
        env: { PATH: process.env['PATH'], ...env },
        stdio: ['ignore', 'ignore', 'pipe'],
      },
    )
    arm(() => child.kill('SIGKILL'), child.stderr)
    child.stderr.resume()
    child.on('close', (code, signal) => resolve(signal ?? code))
  })
}
