import { request } from 'node:http'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { requestKms } from '../../../../test/kmsRequest.ts'
import type { Listener } from '../../../server.ts'
import { type Cloud, createCloud } from '../../cloud.ts'
import { startAws } from '../../endpoint.ts'

let cloud: Cloud
let server: Listener

beforeEach(async () => {
  cloud = createCloud()
  server = await startAws({ cloud })
})

afterEach(() => server.stop())

const control = async (
  method: string,
  body?: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<{ status: number; json: { next?: unknown; calls?: unknown; hits?: unknown; faults?: unknown } }> =>
  new Promise((resolve, reject) => {
    const sent = request(`${server.url}/_coffer/kms/trouble`, { method, headers }, async response => {
      const chunks: Buffer[] = await response.toArray()
      resolve({ status: response.statusCode ?? 0, json: JSON.parse(Buffer.concat(chunks).toString()) })
    })
    sent.on('error', reject)
    sent.end(body === undefined ? '' : JSON.stringify(body))
  })

const throttled = { operation: 'ListKeys', trouble: 'throttled', count: 2 }

describe('control', () => {
  test('default: sets trouble, tells what is left and what was met, and ends it', async () => {
    expect(await control('POST', { next: [throttled] })).toEqual({
      status: 200,
      json: { next: [throttled], calls: {}, hits: 0 },
    })
    expect((await requestKms(cloud, 'ListKeys', {})).status).toBe(400)
    const left = { ...throttled, count: 1 }
    expect((await control('GET')).json).toEqual({ next: [left], calls: { ListKeys: 1 }, hits: 1 })
    expect((await control('DELETE')).json).toMatchObject({ next: [] })
    expect((await requestKms(cloud, 'ListKeys', {})).status).toBe(200)
  })

  test('behavior: what is set takes the place of what was', async () => {
    await control('POST', { next: [throttled, { trouble: 'high-s', count: 'always' }] })
    const next = [{ trouble: 'short-s', bytes: 31 }]
    expect((await control('POST', { next })).json).toMatchObject({ next })
  })

  test('error: every fault is told, and nothing is set', async () => {
    const next: readonly unknown[] = [
      { trouble: 'reset' },
      { trouble: 'flood' },
      { trouble: 'reset', operation: 'Sing', count: 0, milliseconds: 5 },
      { trouble: 'short-r', bytes: 3, hasOwnProperty: 1 },
      { trouble: 'toString' },
      {},
    ]
    expect(await control('POST', { next })).toEqual({
      status: 400,
      json: {
        faults: [
          'next[1].trouble is not one that can be',
          'next[2].operation is not one that can be',
          'next[2].count is not one that can be',
          'next[2].milliseconds is not one that can be',
          'next[3].bytes is not one that can be',
          'next[3].hasOwnProperty is not known',
          'next[4].trouble is not one that can be',
          'next[5].trouble is missing',
        ],
      },
    })
    expect(cloud.kmsTrouble.pending()).toEqual([])
  })

  test.each([[{}], [[]], [undefined], [{ next: {} }]])('error: %j is not an order', async body => {
    expect(await control('POST', body)).toEqual({
      status: 400,
      json: { faults: ['expected { "next": [...] }'] },
    })
  })

  test.each([
    ['a page of another site', { origin: 'https://example.com' }],
    ['a name that leads here', { host: 'example.com' }],
  ])('error: %s is kept out', async (_, headers) => {
    expect((await control('POST', { next: [throttled] }, headers)).status).toBe(403)
    expect(cloud.kmsTrouble.pending()).toEqual([])
  })

  test('error: another method', async () => {
    expect((await control('PUT', { next: [throttled] })).status).toBe(405)
  })

  test.each(['s3', 'unheard-of'])('behavior: a request with a signature is for AWS: %s', async service => {
    const authorization = `AWS4-HMAC-SHA256 Credential=A/20260101/eu-north-1/${service}/aws4_request`
    const answer = await fetch(`${server.url}/_coffer/kms/trouble`, { headers: { authorization } })
    expect(answer.headers.get('content-type')).not.toBe('application/json')
  })
})
