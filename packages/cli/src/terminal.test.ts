import { PassThrough } from 'node:stream'
import { stripVTControlCharacters } from 'node:util'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createStyle, createTerminal, printable } from './terminal.ts'

function record(json = false): { text: () => string; terminal: ReturnType<typeof createTerminal> } {
  const stderr = new PassThrough()
  let text = ''
  stderr.on('data', (chunk: Buffer) => {
    text += chunk.toString()
  })
  const streams = { stdin: new PassThrough(), stdout: new PassThrough(), stderr } as unknown as Parameters<
    typeof createTerminal
  >[0]
  return { text: () => text, terminal: createTerminal(streams, { json, color: true }) }
}

test('printable: nothing is left that steers a terminal; our colours and line feeds stay', () => {
  const style = createStyle(true)
  expect(printable(style.red('a\nb'))).toBe(style.red('a\nb'))
  expect(printable('\u001b[2J\u001b[Hdone\u001b[8m\u001b]0;title\u0007\r\u202epaid\u009b')).toBe(
    '[2J[Hdone[8m]0;titlepaid',
  )
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), text => {
      expect(stripVTControlCharacters(printable(text))).not.toMatch(/[^\P{Cc}\n]/u)
    }),
  )
})

test('progress: one thing is done when it is done', async () => {
  const { text, terminal } = record()
  await terminal.progress('asking', async () => 1)
  expect(text()).toBe('✓ asking\n')
})

test('progress: only steps that happened are marked as done, whether or not the rest fails', async () => {
  const good = record()
  await good.terminal.progress('first', async step => step('first is done', 'waiting for what never comes'))
  expect(good.text()).toBe('✓ first is done\n')
  const bad = record()
  const failing = bad.terminal.progress('first', async step => {
    step('first is done', 'second')
    throw new Error('no')
  })
  await expect(failing).rejects.toThrow('no')
  expect(bad.text()).toBe('✓ first is done\n')
})

test('progress: what fails at once is marked as failed', async () => {
  const { text, terminal } = record()
  await expect(terminal.progress('asking', async () => Promise.reject(new Error('no')))).rejects.toThrow('no')
  expect(text()).toBe('✗ asking\n')
})

test('--json: stderr stays silent and nobody is asked', async () => {
  const { text, terminal } = record(true)
  terminal.note('hello')
  await terminal.progress('asking', async step => step('done', 'next'))
  expect(await terminal.confirm('sure?')).toBe('nobody to ask')
  expect(text()).toBe('')
})
