import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, test } from 'vitest'
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

test('error: ANVIL_NOT_FOUND says how to get it', async () => {
  await expect(startAnvil({ port: 0, chainId: 1, binary: 'no-such-anvil' })).rejects.toMatchObject({
    code: 'ANVIL_NOT_FOUND',
    message: expect.stringContaining('https://getfoundry.sh'),
  })
})
