// The operations of S3 that are known here, told apart by method and query.
// Amazon S3 API Reference, "Actions"; Service Authorization Reference, "Actions, resources, and condition keys for Amazon S3".
import { createHash, randomUUID } from 'node:crypto'
import type { ServerResponseData } from '../../server.ts'
import type { Cloud } from '../cloud.ts'
import { element, textElement } from '../query.ts'
import { type S3Call, S3Error } from './s3Error.ts'

export type Operation = {
  /** What IAM is asked for. */
  readonly action: string
  readonly run: (call: S3Call, objects: Map<string, Uint8Array>, cloud: Cloud) => ServerResponseData
}

/**
 * Finds the operation that a request is for.
 *
 * @param call The request.
 * @returns The operation.
 * @throws {S3_ERROR} NotImplemented: it is none of those known here.
 */
export const findOperation = ({ method, key, query }: S3Call): Operation => {
  // The SDK names the operation in `x-id`; it says nothing that method and path do not.
  const names = [...query.keys()].filter(name => name !== 'x-id')
  const known = operations.find(
    one =>
      one.method === method &&
      one.onObject === (key !== '') &&
      one.query.join() === names.filter(name => !one.options.includes(name)).join(),
  )
  if (known) return known
  throw new S3Error(501, 'NotImplemented', `${method} with the query [${names.join()}] is not known here.`)
}

/** The query must have these names, and may have the options. */
type Route = Operation & {
  readonly method: string
  readonly onObject: boolean
  readonly query: readonly string[]
  readonly options: readonly string[]
}

const headBucket = (_call: S3Call, _objects: unknown, cloud: Cloud): ServerResponseData => ({
  status: 200,
  headers: { 'x-amz-bucket-region': cloud.region },
  body: '',
})

const getBucketLocation = (_call: S3Call, _objects: unknown, cloud: Cloud): ServerResponseData =>
  xml('LocationConstraint', cloud.region)

/** What every bucket has unless told otherwise. */
const getBucketEncryption = (): ServerResponseData =>
  xml(
    'ServerSideEncryptionConfiguration',
    element(
      'Rule',
      element('ApplyServerSideEncryptionByDefault', element('SSEAlgorithm', 'AES256')) +
        element('BucketKeyEnabled', 'false'),
    ),
  )

const listObjects = (
  { bucket, query }: S3Call,
  objects: ReadonlyMap<string, Uint8Array>,
  cloud: Cloud,
): ServerResponseData => {
  const prefix = query.get('prefix') ?? ''
  const limit = Number(query.get('max-keys') ?? 1000)
  if (!Number.isInteger(limit) || limit < 0)
    throw new S3Error(400, 'InvalidArgument', 'max-keys must be a whole number.')
  const found = [...objects].filter(([key]) => key.startsWith(prefix)).sort(([a], [b]) => (a < b ? -1 : 1))
  const listed = found.slice(0, limit)
  const contents = listed.map(([key, bytes]) =>
    element(
      'Contents',
      textElement('Key', key) +
        textElement('LastModified', new Date(cloud.now()).toISOString()) +
        textElement('ETag', etag(bytes)) +
        element('Size', String(bytes.length)) +
        element('StorageClass', 'STANDARD'),
    ),
  )
  return xml(
    'ListBucketResult',
    textElement('Name', bucket) +
      textElement('Prefix', prefix) +
      element('KeyCount', String(listed.length)) +
      element('MaxKeys', String(limit)) +
      element('IsTruncated', String(found.length > listed.length)) +
      contents.join(''),
  )
}

const putObject = ({ key, body }: S3Call, objects: Map<string, Uint8Array>): ServerResponseData => {
  objects.set(key, body)
  return { status: 200, headers: { ...requestId(), etag: etag(body) }, body: '' }
}

const getObject = ({ key }: S3Call, objects: ReadonlyMap<string, Uint8Array>): ServerResponseData => {
  const body = objects.get(key)
  if (!body) throw new S3Error(404, 'NoSuchKey', 'The specified key does not exist.')
  const headers = { ...requestId(), etag: etag(body), 'content-type': 'binary/octet-stream' }
  return { status: 200, headers: { ...headers, 'content-length': String(body.length) }, body }
}

const bucket = { onObject: false, query: [], options: [] }
const object = { onObject: true, query: [], options: [] }

const operations: readonly Route[] = [
  { ...bucket, method: 'HEAD', action: 's3:ListBucket', run: headBucket },
  { ...bucket, method: 'GET', query: ['location'], action: 's3:GetBucketLocation', run: getBucketLocation },
  {
    ...bucket,
    method: 'GET',
    query: ['encryption'],
    action: 's3:GetEncryptionConfiguration',
    run: getBucketEncryption,
  },
  {
    ...bucket,
    method: 'GET',
    query: ['list-type'],
    options: ['max-keys', 'prefix'],
    action: 's3:ListBucket',
    run: listObjects,
  },
  { ...object, method: 'PUT', action: 's3:PutObject', run: putObject },
  { ...object, method: 'GET', action: 's3:GetObject', run: getObject },
  { ...object, method: 'HEAD', action: 's3:GetObject', run: getObject },
]

const xml = (name: string, content: string): ServerResponseData => ({
  status: 200,
  headers: { ...requestId(), 'content-type': 'application/xml' },
  body: `<${name} xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${content}</${name}>`,
})

const requestId = (): Readonly<Record<string, string>> => ({ 'x-amz-request-id': randomUUID() })

const etag = (body: Uint8Array): string => `"${createHash('md5').update(body).digest('hex')}"`
