import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { startAnvil, untilParentEnds } from './anvil.ts'

test('a parent that is killed takes its anvil along', async () => {
  // `sleep` stands for anvil. It inherits the parent's output, which therefore closes only when `sleep` has
  // ended too.
  const program = `
    const { spawn } = require('node:child_process')
    spawn('sh', ['-c', process.argv[1], 'sleep', '600'], { stdio: ['pipe', 'inherit', 'inherit'], detached: true })
    console.log('started')`
  const parent = spawn(process.execPath, ['-e', program, untilParentEnds])
  await once(parent.stdout, 'data')
  parent.kill('SIGKILL')
  const [, signal] = await once(parent, 'close')
  expect(signal).toBe('SIGKILL')
})

test('error: ANVIL_EXITED when the port is taken, with what anvil said', async () => {
  const first = await startAnvil({ port: 0, chainId: 1 })
  const port = Number(new URL(first.rpcUrl).port)
  await expect(startAnvil({ port, chainId: 1 })).rejects.toMatchObject({
    code: 'ANVIL_EXITED',
    message: expect.stringContaining('Address already in use'),
  })
  await first.stop()
})

describe('onLost', () => {
  // Stands for anvil: says that it listens, then does what the program says.
  const start = async (program: string, onLost: () => void) => {
    const directory = await mkdtemp(join(tmpdir(), 'coffer-anvil-'))
    const binary = join(directory, 'anvil')
    await writeFile(binary, `#!/bin/sh\necho "Listening on 127.0.0.1:1"\n${program}\n`, { mode: 0o700 })
    const anvil = await startAnvil({ port: 0, chainId: 1, binary, onLost })
    onTestFinished(() => rm(directory, { recursive: true }))
    return anvil
  }

  test('is called when anvil ends by itself', async () => {
    await new Promise<void>((resolve, reject) => {
      start('exit 1', resolve).catch(reject)
    })
  })

  test('is not called when it is stopped', async () => {
    const onLost = vi.fn()
    await (await start('exec sleep 600', onLost)).stop()
    expect(onLost).not.toHaveBeenCalled()
  })
})

test('error: ANVIL_NOT_FOUND says how to get it', async () => {
  await expect(startAnvil({ port: 0, chainId: 1, binary: 'no-such-anvil' })).rejects.toMatchObject({
    code: 'ANVIL_NOT_FOUND',
    message: expect.stringContaining('https://getfoundry.sh'),
  })
})
