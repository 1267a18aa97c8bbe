import { createHash, randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import {
  type ChecksumAlgorithm,
  CopyObjectCommand,
  DeleteObjectCommand,
  GetBucketEncryptionCommand,
  GetBucketLocationCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Listener } from '../server.ts'
import { type Cloud, createCloud } from './cloud.ts'
import { startAws } from './endpoint.ts'
import type { Identity } from './identity.ts'
import { checksums } from './s3/checksums.ts'

const Bucket = 'cdk-hnb659fds-assets-123456789012-eu-north-1'
let cloud: Cloud
let server: Listener
let client: S3Client

const clientFor = ({ accessKeyId, secretAccessKey }: Identity, options: object = {}): S3Client =>
  new S3Client({
    endpoint: server.url,
    region: cloud.region,
    maxAttempts: 1,
    forcePathStyle: true,
    credentials: { accessKeyId, secretAccessKey },
    ...options,
  })

beforeAll(async () => {
  cloud = createCloud()
  server = await startAws({ cloud })
  client = clientFor(cloud.identities.administrator)
})

afterAll(() => server.stop())

const objects = (): ReadonlyMap<string, Uint8Array> => cloud.buckets.get(Bucket) ?? new Map()

const failure = (name: string, httpStatusCode: number): unknown =>
  expect.objectContaining({ name, $metadata: expect.objectContaining({ httpStatusCode }) })

test.each(['plain.zip', 'a b/ü+&%2F=.zip', 'a//b', '../c'])('an object of the key %s', async Key => {
  const Body = randomBytes(5000)
  const { ETag } = await client.send(new PutObjectCommand({ Bucket, Key, Body }))
  expect(ETag).toBe(`"${createHash('md5').update(Body).digest('hex')}"`)
  expect(Buffer.from(objects().get(Key) ?? []).equals(Body)).toBe(true)
  const got = await client.send(new GetObjectCommand({ Bucket, Key }))
  expect(Buffer.from((await got.Body?.transformToByteArray()) ?? []).equals(Body)).toBe(true)
  expect(await client.send(new HeadObjectCommand({ Bucket, Key }))).toMatchObject({
    ContentLength: 5000,
    ETag,
  })
})

test.each<ChecksumAlgorithm>(['CRC32', 'SHA1', 'SHA256'])('a stream, in chunks with %s', async algorithm => {
  const parts = [randomBytes(70_000), randomBytes(70_000), randomBytes(1)]
  const Body = Readable.from(parts)
  const ContentLength = 140_001
  await client.send(
    new PutObjectCommand({ Bucket, Key: algorithm, Body, ContentLength, ChecksumAlgorithm: algorithm }),
  )
  expect(Buffer.from(objects().get(algorithm) ?? []).equals(Buffer.concat(parts))).toBe(true)
})

/** The check values of the CRC catalogue: of the nine digits. */
test.each([
  ['crc32', 'cbf43926'],
  ['crc32c', 'e3069283'],
  ['crc64nvme', 'ae8b14860a799888'],
])('%s', (name, hex) => {
  expect(checksums.get(name)?.(Buffer.from('123456789'))).toBe(Buffer.from(hex, 'hex').toString('base64'))
})

test('error: a checksum that does not match, and one that is not known', async () => {
  const put = (headers: Readonly<Record<string, string>>): Promise<unknown> => {
    const one = clientFor(cloud.identities.administrator, { requestChecksumCalculation: 'WHEN_REQUIRED' })
    one.middlewareStack.add(
      next => args => {
        Object.assign((args.request as { headers: object }).headers, headers)
        return next(args)
      },
      { step: 'build' },
    )
    return one.send(new PutObjectCommand({ Bucket, Key: 'checksum', Body: 'x' }))
  }
  await expect(put({ 'x-amz-checksum-crc32': 'AAAAAA==' })).rejects.toThrowError(failure('BadDigest', 400))
  await expect(put({ 'x-amz-checksum-md4': 'AAAAAA==' })).rejects.toThrowError(failure('NotImplemented', 501))
  expect(objects().has('checksum')).toBe(false)
})

test('buckets: location, encryption, whether there is one, and what begins with a prefix', async () => {
  await client.send(new PutObjectCommand({ Bucket, Key: 'list/b', Body: 'b' }))
  await client.send(new PutObjectCommand({ Bucket, Key: 'list/a', Body: 'a' }))
  expect(await client.send(new GetBucketLocationCommand({ Bucket }))).toMatchObject({
    LocationConstraint: 'eu-north-1',
  })
  const { ServerSideEncryptionConfiguration } = await client.send(new GetBucketEncryptionCommand({ Bucket }))
  expect(ServerSideEncryptionConfiguration?.Rules?.[0]).toMatchObject({
    ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' },
  })
  expect(await client.send(new HeadBucketCommand({ Bucket }))).toMatchObject({ BucketRegion: 'eu-north-1' })
  const listed = await client.send(new ListObjectsV2Command({ Bucket, Prefix: 'list/' }))
  expect(listed.Contents?.map(one => [one.Key, one.Size])).toEqual([
    ['list/a', 1],
    ['list/b', 1],
  ])
  expect(listed.IsTruncated).toBe(false)
  const one = await client.send(new ListObjectsV2Command({ Bucket, Prefix: 'list/', MaxKeys: 1 }))
  expect(one).toMatchObject({ KeyCount: 1, IsTruncated: true })
})

test('error: what is not there', async () => {
  await expect(client.send(new GetObjectCommand({ Bucket, Key: 'none' }))).rejects.toThrowError(
    failure('NoSuchKey', 404),
  )
  await expect(client.send(new HeadObjectCommand({ Bucket, Key: 'none' }))).rejects.toThrowError(
    failure('NotFound', 404),
  )
  await expect(client.send(new GetObjectCommand({ Bucket: 'none', Key: 'a' }))).rejects.toThrowError(
    failure('NoSuchBucket', 404),
  )
})

test('error: who may not, and whose bucket it is not', async () => {
  const operator = clientFor(cloud.identities.operator)
  await expect(operator.send(new PutObjectCommand({ Bucket, Key: 'o', Body: 'x' }))).rejects.toThrowError(
    expect.objectContaining({
      name: 'AccessDenied',
      message: expect.stringContaining(`s3:PutObject on resource: arn:aws:s3:::${Bucket}/o`),
    }),
  )
  const stranger = clientFor(cloud.identities.stranger)
  await expect(stranger.send(new GetObjectCommand({ Bucket, Key: 'plain.zip' }))).rejects.toThrowError(
    failure('AccessDenied', 403),
  )
  const other = { Bucket, Key: 'plain.zip', ExpectedBucketOwner: '999999999999' }
  await expect(client.send(new GetObjectCommand(other))).rejects.toThrowError(failure('AccessDenied', 403))
})

test('error: what is not known here does nothing', async () => {
  const before = objects().size
  await expect(client.send(new DeleteObjectCommand({ Bucket, Key: 'plain.zip' }))).rejects.toThrowError(
    failure('NotImplemented', 501),
  )
  const copy = new CopyObjectCommand({ Bucket, Key: 'copy', CopySource: `${Bucket}/plain.zip` })
  await expect(client.send(copy)).rejects.toThrowError(failure('NotImplemented', 501))
  const once = new PutObjectCommand({ Bucket, Key: 'once', Body: 'x', IfNoneMatch: '*' })
  await expect(client.send(once)).rejects.toThrowError(failure('NotImplemented', 501))
  expect(objects().size).toBe(before)
})

test('error: a wrong secret, and a key there is not', async () => {
  const { administrator } = cloud.identities
  const get = new GetObjectCommand({ Bucket, Key: 'plain.zip' })
  await expect(clientFor({ ...administrator, secretAccessKey: 'x' }).send(get)).rejects.toThrowError(
    failure('SignatureDoesNotMatch', 403),
  )
  await expect(clientFor({ ...administrator, accessKeyId: 'AKIAX' }).send(get)).rejects.toThrowError(
    failure('InvalidAccessKeyId', 403),
  )
})

test('error: a body that is not the one whose hash is signed, and a hash that is not signed', async () => {
  const put = (
    change: (request: { body: unknown; headers: Record<string, string> }) => void,
  ): Promise<unknown> => {
    const one = clientFor(cloud.identities.administrator, { requestChecksumCalculation: 'WHEN_REQUIRED' })
    one.middlewareStack.add(
      next => args => {
        change(args.request as Parameters<typeof change>[0])
        return next(args)
      },
      { step: 'finalizeRequest', priority: 'low' },
    )
    return one.send(new PutObjectCommand({ Bucket, Key: 'changed', Body: 'one' }))
  }
  const refused = failure('SignatureDoesNotMatch', 403)
  await expect(
    put(request => {
      request.body = 'two'
    }),
  ).rejects.toThrowError(refused)
  for (const payload of ['UNSIGNED-PAYLOAD', 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD'])
    await expect(
      put(request => {
        request.headers['x-amz-content-sha256'] = payload
      }),
    ).rejects.toThrowError(refused)
  await expect(
    put(request => {
      delete request.headers['x-amz-content-sha256']
    }),
  ).rejects.toThrowError(refused)
  expect(objects().has('changed')).toBe(false)
  await put(() => undefined)
  expect(objects().has('changed')).toBe(true)
})
