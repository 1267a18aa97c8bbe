// What can go wrong at each of the three things a payment reaches out to: Crossmint, the signing endpoint, the journal.
// A fault decides whether what was attempted takes effect, and what its caller hears of it.
import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Hex } from 'viem'
import { JournalWriteError } from '../src/index.ts'
import { intent, signWithAnotherKey } from './payment.ts'

/** The process dies here: nothing that it attempts from now on has any effect. */
export class Killed extends Error {}

/** What the signing endpoint's client throws. */
export class EndpointDown extends Error {}

export type Fault<T, About> = (act: () => Promise<T>, about: About) => Promise<T>
export type Faults<T, About> = readonly (readonly [name: string, fault: Fault<T, About>])[]

/** Answers that are right, but not to this request. */
export type WrongAnswers = {
  /** Of another transaction: an open one, then a paid one. */
  readonly foreign: readonly unknown[]
  /** What was answered to a request for the same thing before; undefined if it was never asked. */
  readonly earlier: unknown
}

/** Faults of a request to Crossmint. */
export const requestFaults: Faults<Response, WrongAnswers> = [
  ['the request is lost', before(new TypeError('fetch failed'))],
  ['the answer is lost', after(new TypeError('fetch failed'))],
  ['a timeout, nothing done', before(new DOMException('timed out', 'TimeoutError'))],
  ['a timeout, done', after(new DOMException('timed out', 'TimeoutError'))],
  ['500, nothing done', async () => refusal(500)],
  ['500, done', act => act().then(() => refusal(500))],
  ['429 for a moment', async () => refusal(429, { 'retry-after': '2' })],
  ['429 for an hour', async () => refusal(429, { 'retry-after': '3600' })],
  ['the answer is cut off', act => act().then(cutOff)],
  ['the connection breaks in the answer', act => act().then(breakOff)],
  ['the answer is of another open transaction', (act, { foreign }) => act().then(() => json(foreign.at(0)))],
  [
    'the answer is of another, paid transaction',
    (act, { foreign }) => act().then(() => json(foreign.at(-1))),
  ],
  ['the answer is stale', (act, { earlier }) => act().then(fresh => (earlier ? json(earlier) : fresh))],
  ['killed before', before(new Killed())],
  ['killed after', after(new Killed())],
]

/** Faults of the signing endpoint. */
export const signFaults: Faults<{ readonly signature: Hex }, Hex> = [
  ['the endpoint is down', before(new EndpointDown())],
  ['the signature is lost', after(new EndpointDown())],
  ['another key signs', async (_, message) => ({ signature: await signWithAnotherKey(message) })],
  ['the signature is cut off', async act => ({ signature: (await act()).signature.slice(0, -2) as Hex })],
  ['killed before', before(new Killed())],
  ['killed after', after(new Killed())],
]

/** Faults of a write to the journal in this directory. */
export const writeFaults: Faults<void, { readonly directory: string; readonly name: string }> = [
  ['no space left', (_, { directory }) => Promise.reject(full(directory))],
  [
    'written, but not known to be durable',
    (act, { directory }) => act().then(() => Promise.reject(full(directory))),
  ],
  ['killed in the middle', (_, { directory, name }) => tear(directory, name)],
  ['killed before', before(new Killed())],
  ['killed after', after(new Killed())],
]

function before<T, About>(error: Error): Fault<T, About> {
  return () => Promise.reject(error)
}

function after<T, About>(error: Error): Fault<T, About> {
  return act => act().then(() => Promise.reject(error))
}

function json(body: unknown): Response {
  return new Response(JSON.stringify(body), { headers: { 'content-type': 'application/json' } })
}

function refusal(status: number, headers: Record<string, string> = {}): Response {
  return new Response('{"error":true,"message":"no"}', { status, headers })
}

async function cutOff(answer: Response): Promise<Response> {
  const text = await answer.text()
  return new Response(text.slice(0, text.length / 2), answer)
}

async function breakOff(answer: Response): Promise<Response> {
  const bytes = new Uint8Array(await answer.arrayBuffer())
  const chunks = [bytes.subarray(0, bytes.length / 2)]
  const pull = (controller: ReadableStreamDefaultController<Uint8Array>): void => {
    const chunk = chunks.pop()
    if (chunk === undefined) controller.error(new TypeError('terminated'))
    else controller.enqueue(chunk)
  }
  return new Response(new ReadableStream({ pull }), answer)
}

function full(directory: string): JournalWriteError {
  return new JournalWriteError(intent.reference, directory, new Error('ENOSPC: no space left on device'))
}

/** Half a record under the name that a write gives it before it counts. */
async function tear(directory: string, name: string): Promise<never> {
  writeFileSync(join(directory, `${name}.json.${randomBytes(8).toString('hex')}.tmp`), '{"version": 1, "int')
  throw new Killed()
}
