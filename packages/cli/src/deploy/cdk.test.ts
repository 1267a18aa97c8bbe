import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type AwsAccess, type Context, createContext } from '../context.ts'
import type { Terminal } from '../terminal.ts'
import { type CdkRun, cdkDeploy, cdkDestroy } from './cdk.ts'
import { readEvent, reasonsIn } from './cdkProcess.ts'

let directory: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'coffer-cdk-'))
})
afterAll(() => rm(directory, { recursive: true }))

/** A script in place of the CDK CLI. */
async function standIn(source: string): Promise<CdkRun> {
  const script = join(directory, `${Math.random()}.mjs`)
  await writeFile(script, source)
  const synthesized = {
    directory,
    id: 'TreasurySigner',
    stackName: 'treasury-signer',
    template: {},
    bootstrapParameter: '',
  }
  return { synthesized, environment: { PATH: 'p', AWS_PROFILE: 'company' }, region: 'eu-north-1', script }
}

function contextWith(steps: string[], aws?: AwsAccess): Context {
  const terminal = {
    progress: (_: string, work: (step: (done: string, next: string) => void) => unknown) =>
      work((done, next) => steps.push(`${done} / ${next}`)),
  } as unknown as Terminal
  return createContext({
    config: { file: 'coffer.json' },
    terminal,
    aws,
    readStandardInput: async () => new Uint8Array(),
  })
}

async function tell(aws?: AwsAccess): Promise<{ argv: string[]; env: Record<string, string>; cwd: string }> {
  const run = await standIn(
    'console.log(JSON.stringify({ argv: process.argv.slice(2), env: process.env, cwd: process.cwd() })); process.exit(1)',
  )
  const error = await cdkDeploy(contextWith([], aws), run, { A: '1', B: 'x=y' }, 'deploying').catch(
    (thrown: Error) => thrown,
  )
  return JSON.parse((error as Error).message.split('\n')[1] ?? '')
}

test('deploy: the stack, its parameters, no questions, and nothing of the directory or of the network but AWS', async () => {
  const { argv, env, cwd } = await tell()
  expect(argv.slice(0, 4)).toEqual(['deploy', 'TreasurySigner', '--require-approval', 'never'])
  expect(argv.join(' ')).toContain('--parameters treasury-signer:A=1 --parameters treasury-signer:B=x=y')
  expect(argv.join(' ')).toContain(`--app ${directory} --no-notices`)
  expect(cwd).toBe(directory)
  expect(env).toMatchObject({
    PATH: 'p',
    AWS_PROFILE: 'company',
    AWS_REGION: 'eu-north-1',
    CDK_DISABLE_CLI_TELEMETRY: 'true',
    CDK_DISABLE_VERSION_CHECK: 'true',
  })
  expect(env).not.toHaveProperty('AWS_ENDPOINT_URL')
})

test('deploy: credentials and an endpoint that are given replace a profile', async () => {
  const credentials = async () => ({ accessKeyId: 'AKIA', secretAccessKey: 'secret', sessionToken: 'token' })
  const { env } = await tell({ credentials, endpoint: 'http://127.0.0.1:9', region: 'eu-north-1' })
  expect(env).toMatchObject({
    AWS_ACCESS_KEY_ID: 'AKIA',
    AWS_SECRET_ACCESS_KEY: 'secret',
    AWS_SESSION_TOKEN: 'token',
    AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
  })
  expect(env).not.toHaveProperty('AWS_PROFILE')
})

test('what is complete is reported while it runs', async () => {
  const steps: string[] = []
  const run = await standIn(`
    console.log('treasury-signer |  1/44 | 4:00:00 AM | CREATE_IN_PROGRESS | AWS::IAM::Role | SignerRole0 ')
    console.error('treasury-signer |  2/44 | 4:00:01 AM | CREATE_COMPLETE | AWS::IAM::Role | SignerRole0 ')`)
  await cdkDestroy(contextWith(steps), run)
  expect(steps).toEqual(['undefined / deleting the stack treasury-signer (2/44: AWS::IAM::Role SignerRole0)'])
})

test.each([
  [cdkDestroy, 'DESTROY_FAILED'],
  [(context: Context, run: CdkRun) => cdkDeploy(context, run, {}, 'deploying'), 'DEPLOY_FAILED'],
])('a failure says why: $1', async (command, code) => {
  const run = await standIn(`
    console.log('treasury-signer | 3/44 | 4:00:00 AM | CREATE_FAILED | AWS::IAM::Role | SignerRole0 adminSignerInvoker exists')
    console.log('treasury-signer | 3/44 | 4:00:02 AM | DELETE_COMPLETE | AWS::IAM::Group | Operators ')
    console.error('❌ treasury-signer failed: it was rolled back')
    process.exit(1)`)
  const failure = command(contextWith([]), run)
  await expect(failure).rejects.toMatchObject({ code, exitCode: 7 })
  await expect(failure).rejects.toThrow(/:\n {2}AWS::IAM::Role SignerRole0 adminSignerInvoker exists$/)
})

test.each(['SIGINT', 'SIGTERM'] as const)(
  '%s reaches it, it is waited for, and the way on is said',
  async signal => {
    const steps: string[] = []
    const run = await standIn(`
    process.on('${signal}', () => { console.log('s | 1/1 | t | UPDATE_COMPLETE | Stopped | orderly'); clearInterval(timer) })
    const timer = setInterval(() => {}, 1000)
    console.log('s | 0/1 | t | UPDATE_COMPLETE | Started | it')`)
    const context = contextWith(steps)
    const running = cdkDestroy(
      {
        ...context,
        terminal: {
          ...context.terminal,
          progress: (_, work) =>
            work((_done, next) => {
              steps.push(next)
              if (next.includes('Started')) process.emit(signal, signal)
            }),
        },
      },
      run,
    )
    await expect(running).rejects.toMatchObject({ code: 'INTERRUPTED', exitCode: 130 })
    expect(steps.at(-1)).toMatch(/Stopped orderly/)
    expect(process.listenerCount(signal)).toBe(0)
  },
)

test('a script that is not there is an error', async () => {
  const run = { ...(await standIn('')), script: join(directory, 'none.mjs') }
  await expect(cdkDestroy(contextWith([]), run)).rejects.toMatchObject({ code: 'DESTROY_FAILED' })
})

test('lines that are no event of a resource', () => {
  for (const line of ['', 'a | b', 'a | 1 | t | CREATE_IN_PROGRESS | T | R', 'Publishing CREATE_COMPLETE'])
    expect(readEvent(line)).toBeUndefined()
})

test('the reasons: what failed, each once; else what is marked as an error', () => {
  const event = 's | 1/4 | t | CREATE_FAILED        | AWS::IAM::Role | Role exists'
  const marked = ['❌ s failed', '‣ AccessDenied: no']
  expect(reasonsIn([event, event.replace('1/4 | ', ''), ...marked])).toEqual(['AWS::IAM::Role Role exists'])
  expect(reasonsIn(['words', ...marked, 'words'])).toEqual(marked)
})

test('where nothing is marked as the reason, the last lines are it', () => {
  const lines = Array.from({ length: 20 }, (_, index) => `line ${index}`)
  expect(reasonsIn(['', ...lines, ''])).toEqual(lines.slice(-8))
})
