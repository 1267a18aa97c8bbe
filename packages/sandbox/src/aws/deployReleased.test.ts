import { policyIn, readCode } from '@coffer/infra/code'
import { unzipSync } from 'fflate'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Listener } from '../server.ts'
import { sha256Hex } from './canonicalRequest.ts'
import { type Cloud, createCloud } from './cloud.ts'
import { removeStack } from './deploy.ts'
import { deployReleased, zipRelease } from './deployReleased.ts'
import { startAws } from './endpoint.ts'

let cloud: Cloud
let server: Listener

beforeAll(async () => {
  cloud = createCloud()
  server = await startAws({ cloud })
})

afterAll(async () => {
  await removeStack(cloud, 'treasury-signer')
  await server.stop()
})

test('deploys the released template with the built code', async () => {
  const stack = await deployReleased(cloud, { parameters: { KeyAlias: 'released' } })
  expect(stack.name).toBe('treasury-signer')
  expect(cloud.account.groups.has('treasury-operators')).toBe(true)
  expect([...cloud.kms.aliases.keys()]).toEqual(['alias/released'])
  const [code] = cloud.code.values()
  expect(sha256Hex(code?.zip ?? new Uint8Array())).toBe(sha256Hex(zipRelease()))
})

test('again, with other parameters, it is updated', async () => {
  const keys = [...cloud.kms.keys.keys()]
  await deployReleased(cloud, { parameters: { KeyAlias: 'released', GroupName: 'others' } })
  expect([...cloud.account.groups.keys()]).toEqual(['others'])
  expect([...cloud.kms.keys.keys()]).toEqual(keys)
  expect([...cloud.stackRecords.values()].map(({ status }) => status)).toEqual(['UPDATE_COMPLETE'])
})

test('after a creation that failed, it is created', async () => {
  const other = createCloud()
  other.urls.aws = cloud.urls.aws
  other.kms.aliases.set('alias/taken', { name: 'alias/taken', keyId: 'x', createdAt: 0, updatedAt: 0 })
  await expect(deployReleased(other, { parameters: { KeyAlias: 'taken' } })).rejects.toThrowError(
    expect.objectContaining({ code: 'STACK_FAILED' }),
  )
  await deployReleased(other, { parameters: { KeyAlias: 'free' } })
  expect([...other.stackRecords.values()].map(({ status }) => status)).toEqual([
    'DELETE_COMPLETE',
    'CREATE_COMPLETE',
  ])
  await removeStack(other, 'treasury-signer')
})

test('with a policy, it is in the code in the place of the one that denies everything', async () => {
  const policy = { rules: '// As given.\n', facts: '{}\n' }
  await deployReleased(cloud, { parameters: { KeyAlias: 'released' }, policy })
  const [code] = cloud.code.values()
  const files = unzipSync(code?.zip ?? new Uint8Array())
  expect(policyIn(files)).toEqual(policy)
  expect(Object.keys(files)).toEqual(Object.keys(unzipSync(zipRelease())))
})

test('the zip file is the same whenever it is made, and holds what an asset of CDK would', () => {
  expect(sha256Hex(zipRelease())).toBe(sha256Hex(zipRelease()))
  expect(unzipSync(zipRelease())).toEqual(
    Object.fromEntries(Object.entries(readCode()).map(([path, content]) => [path, new Uint8Array(content)])),
  )
})

test('error: a parameter that the template does not have', async () => {
  await expect(deployReleased(cloud, { parameters: { Colour: 'red' } })).rejects.toThrowError(
    'Parameters: [Colour] do not exist in the template',
  )
})
