// The AWS CLI signs in a way of its own: no x-amz-content-sha256, and only the headers it must.
import { execFile } from 'node:child_process'
import { createPublicKey, verify } from 'node:crypto'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createAdministratorSession } from '../../test/cloud.ts'
import type { Listener } from '../server.ts'
import { createCloud } from './cloud.ts'
import { startAws } from './endpoint.ts'

const { stdout: version } = await promisify(execFile)('aws', ['--version']).catch(() => ({ stdout: '' }))
// Version 2 takes a binary argument as Base64 unless told otherwise; version 1 knows only raw bytes.
const rawBinary = version.startsWith('aws-cli/2') ? ['--cli-binary-format', 'raw-in-base64-out'] : []
const cloud = createCloud({ region: 'us-east-1' })
let server: Listener

beforeAll(async () => {
  server = await startAws({ cloud })
})

afterAll(() => server.stop())

const aws = async (...args: string[]): Promise<Record<string, string>> => {
  const { accessKeyId, secretAccessKey, sessionToken = '' } = createAdministratorSession(cloud)
  const { stdout } = await promisify(execFile)(
    'aws',
    ['--endpoint-url', server.url, '--region', 'us-east-1', '--output', 'json', ...args],
    {
      env: {
        PATH: process.env['PATH'],
        AWS_ACCESS_KEY_ID: accessKeyId,
        AWS_SECRET_ACCESS_KEY: secretAccessKey,
        AWS_SESSION_TOKEN: sessionToken,
        AWS_EC2_METADATA_DISABLED: 'true',
      },
    },
  )
  return JSON.parse(stdout)
}

describe.skipIf(version === '')('aws', () => {
  test('creates a key as a role, and its RAW signature is valid for OpenSSL', {
    timeout: 120_000,
  }, async () => {
    const tag = 'TagKey=a,TagValue=b c'
    const created = await aws(
      ...['kms', 'create-key', '--key-spec', 'ECC_SECG_P256K1', '--key-usage', 'SIGN_VERIFY', '--tags', tag],
      ...['--query', 'KeyMetadata'],
    )
    const id = created['KeyId'] ?? ''
    const { PublicKey = '' } = await aws('kms', 'get-public-key', '--key-id', created['Arn'] ?? '')
    const message = 'message'
    const signed = await aws(
      ...['kms', 'sign', '--key-id', id, '--message-type', 'RAW', '--signing-algorithm', 'ECDSA_SHA_256'],
      ...[...rawBinary, '--message', message],
    )
    const key = createPublicKey({ key: Buffer.from(PublicKey, 'base64'), format: 'der', type: 'spki' })
    const signature = Buffer.from(signed['Signature'] ?? '', 'base64')
    expect(verify('sha256', Buffer.from(message), key, signature)).toBe(true)
    expect(signed['KeyId']).toBe(`arn:aws:kms:us-east-1:123456789012:key/${id}`)
  })
})
