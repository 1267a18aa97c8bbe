import { once } from 'node:events'
import { connect } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Listener, listen, type ServerRequest } from './server.ts'

let server: Listener
let requests: ServerRequest[]

beforeEach(async () => {
  requests = []
  server = await listen({
    maxBodyBytes: 4,
    now: () => 0,
    respond: async request => {
      requests.push(request)
      if (request.url === '/fault') throw new Error('secret')
      if (request.url === '/unwritable') return { status: 200, headers: { 'x-a': 'b\nc' }, body: '' }
      return { status: 200, headers: { 'X-List': ['a', 'b'], 'x-one': 'c' }, body: 'é' }
    },
  })
})

afterEach(() => server.stop().catch(() => {}))

/** Writes text to the server and reads what comes back until the connection is closed. */
const exchange = async (text: string): Promise<string> => {
  const socket = connect(Number(new URL(server.url).port), '127.0.0.1')
  const chunks: Buffer[] = []
  socket.on('data', chunk => chunks.push(chunk))
  socket.write(text)
  await once(socket, 'close')
  return Buffer.concat(chunks).toString()
}

test('a request is handed out as it came', async () => {
  await exchange(
    'POST /a/../b?%41=+ HTTP/1.1\r\nHost: h\r\nX-a:  1 \r\nx-A: é\r\nConnection: close\r\nContent-Length: 4\r\n\r\nabcd',
  )
  expect(requests).toEqual([
    {
      method: 'POST',
      url: '/a/../b?%41=+',
      rawHeaders: ['Host', 'h', 'X-a', '1', 'x-A', 'Ã©', 'Connection', 'close', 'Content-Length', '4'],
      body: new Uint8Array(Buffer.from('abcd')),
      bodyTooLarge: false,
      remoteAddress: '127.0.0.1',
    },
  ])
})

test('an answer has the headers given, its length in bytes, and the date of the clock given', async () => {
  const answer = await exchange('GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n')
  expect(answer.split('\r\n')).toEqual([
    'HTTP/1.1 200 OK',
    'date: Thu, 01 Jan 1970 00:00:00 GMT',
    'X-List: a',
    'X-List: b',
    'x-one: c',
    'Connection: close',
    'Content-Length: 2',
    '',
    'é',
  ])
})

test('behavior: of a body that is too large nothing beyond the limit is kept', async () => {
  await exchange('POST / HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: 5\r\n\r\nabcde')
  expect(requests).toMatchObject([{ bodyTooLarge: true }])
  expect(requests[0]?.body.length).toBeLessThanOrEqual(4)
})

test('error: a fault of ours is status 500 and says nothing', async () => {
  const answer = await exchange('GET /fault HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n')
  expect(answer).toMatch(/^HTTP\/1\.1 500 /)
  expect(answer).not.toContain('secret')
})

test('error: an answer that HTTP cannot carry ends its connection, and nothing else', async () => {
  expect(await exchange('GET /unwritable HTTP/1.1\r\nHost: h\r\n\r\n')).toBe('')
  expect(await exchange('GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n')).toMatch(/^HTTP\/1\.1 200 /)
})

test('error: two Host headers', async () => {
  const answer = await exchange('GET / HTTP/1.1\r\nHost: h\r\nhost: h\r\nConnection: close\r\n\r\n')
  expect(answer).toMatch(/^HTTP\/1\.1 400 /)
  expect(requests).toEqual([])
})

test('behavior: a client that hangs up in the middle of a body does no harm', async () => {
  const socket = connect(Number(new URL(server.url).port), '127.0.0.1')
  socket.write('POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nab')
  await once(socket, 'ready')
  socket.destroy()
  await once(socket, 'close')
  expect(await exchange('GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n')).toMatch(/^HTTP\/1\.1 200 /)
  expect(requests).toHaveLength(1)
})

test('stop closes open connections and frees the port; a port that is taken is an error', async () => {
  const port = Number(new URL(server.url).port)
  const options = {
    port,
    maxBodyBytes: 0,
    now: () => 0,
    respond: async () => ({ status: 200, headers: {}, body: '' }),
  }
  await expect(listen(options)).rejects.toThrowError(expect.objectContaining({ code: 'EADDRINUSE' }))
  const idle = connect(port, '127.0.0.1')
  await once(idle, 'connect')
  const closed = once(idle, 'close')
  await server.stop()
  await closed
  const again = await listen(options)
  expect(again.url).toBe(`http://127.0.0.1:${port}`)
  await again.stop()
})
