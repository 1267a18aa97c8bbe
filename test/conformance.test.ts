// `coffer conformance` as its users run it: our own signer passes all of it.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { KMSClient, ListKeysCommand } from '@aws-sdk/client-kms'
import { behaviours, startSandbox } from '@coffer/sandbox'
import { describe, expect, test } from 'vitest'
import { coffer, root } from './support/run.ts'

describe('coffer conformance', () => {
  test.each(['ours', 'ours-http'])('%s signs and refuses as it should, whatever KMS does', async name => {
    const command = [process.execPath, `bench/conformance/${name}.mjs`]
    const { status, stdout, stderr } = await coffer(['--json', 'conformance', '--', ...command])
    const { passed, behaviours: met } = JSON.parse(stdout)
    const failed = met.filter(({ verdict }: { verdict: string }) => verdict !== 'passed')
    expect({ failed, stderr }).toEqual({ failed: [], stderr: '' })
    expect([status, passed]).toEqual([0, behaviours.length])
  })

  test('default: a table, with options of the command left to the command', async () => {
    const only = ['--only', 'high-s', '--only', 'zero-r', '--timeout', '20']
    const script = 'if (process.argv[1] !== "--only") process.exit(1); await import(process.argv[2])'
    const command = [process.execPath, '--input-type=module', '-e', script, '--', '--only']
    const file = join(root, 'bench/conformance/ours.mjs')
    const { status, stdout } = await coffer(['conformance', ...only, '--', ...command, file])
    expect(stdout).toMatch(/✓ high-s +passed, signed +1\+1/)
    expect(stdout).toMatch(/✓ zero-r +passed, refused +1\+1/)
    expect(status).toBe(0)
  })

  test.each([
    ['no command', ['conformance']],
    ['a timeout that is none', ['conformance', '--timeout', '0', '--', 'true']],
    ['an unknown behaviour', ['conformance', '--only', 'nothing', '--', 'true']],
  ])('error: %s', async (_, args) => {
    expect(await coffer(args)).toMatchObject({ status: 2, stdout: '' })
  })
})

test('behavior: Ctrl-C ends the command too, with what it has started', async () => {
  const file = join(await mkdtemp(join(tmpdir(), 'coffer-conformance-')), 'pid')
  const script = `sleep 1000 & echo $! > ${file}; wait`
  const bin = join(root, 'packages/cli/bin/coffer.js')
  const child = spawn(process.execPath, [bin, 'conformance', '--only', 'slow', '--', 'sh', '-c', script])
  const pid = async (): Promise<number> => Number(await readFile(file, 'utf8').catch(() => ''))
  await expect.poll(pid, { timeout: 30_000 }).toBeGreaterThan(0)
  child.kill('SIGINT')
  expect(await once(child, 'exit')).toEqual([null, 'SIGINT'])
  await expect.poll(async () => isAlive(await pid()), { timeout: 5_000 }).toBe(false)
})

describe('trouble in the sandbox', () => {
  test('behavior: set in the library, met by a client of AWS', async () => {
    const sandbox = await startSandbox({ stack: 'none' })
    try {
      const { accessKeyId, secretAccessKey } = sandbox.identities.administrator
      const credentials = { accessKeyId, secretAccessKey }
      const kms = new KMSClient({ endpoint: sandbox.aws.url, region: sandbox.region, credentials })
      sandbox.kmsTrouble.set([{ operation: 'ListKeys', trouble: 'throttled', count: 2 }])
      expect((await kms.send(new ListKeysCommand({}))).$metadata.attempts).toBe(3)
      expect(sandbox.kmsTrouble.hits()).toBe(2)
    } finally {
      await sandbox.stop()
    }
  })
})

test('docs/conformance.md has every behaviour, with what happens and what a good signer does', async () => {
  const document = await readFile(join(root, 'docs/conformance.md'), 'utf8')
  const should = { survive: 'sign', refuse: 'refuse', either: 'sign or refuse' }
  for (const { name, what, expected } of behaviours)
    expect(document).toContain(`| \`${name}\` | ${what} | ${should[expected]} |`)
})

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
