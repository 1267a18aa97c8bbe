// Bodies that mean ill, to every kind of endpoint: each is refused as the caller's fault, in little more than its own words, and the next request is
// answered. (What API Gateway is sent goes to the function as it is: the service's own tests.)
import { SignatureV4 } from '@smithy/signature-v4'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Sha256 } from '../test/sha256.ts'
import { type Cloud, createCloud } from './aws/cloud.ts'
import { startAws } from './aws/endpoint.ts'
import type { Chain } from './chain/chain.ts'
import { type Crossmint, startCrossmint } from './crossmint/server.ts'
import type { Listener } from './server.ts'

const region = 'eu-north-1'
let cloud: Cloud
let aws: Listener
let crossmint: Crossmint

beforeAll(async () => {
  cloud = createCloud({ region })
  aws = await startAws({ cloud })
  // Nothing below comes as far as the chain.
  crossmint = await startCrossmint({ chain: {} as Chain })
})

afterAll(async () => {
  await crossmint.stop()
  await aws.stop()
})

const nested = (open: string, close: string, bytes: number): string => {
  const depth = Math.floor(bytes / (open.length + close.length))
  return `${open.repeat(depth)}1${close.repeat(depth)}`
}

/** `member` is one that the endpoint reads. */
const bodies = (member: string): Readonly<Record<string, string | Uint8Array>> => ({
  '10 MB of nested arrays': nested('[', ']', 10_000_000),
  'nested arrays': nested('[', ']', 900_000),
  'nested objects': nested(`{"${member}":`, '}', 900_000),
  'a member that is nested': `{"${member}":${nested('[', ']', 900_000)}}`,
  'arrays without an end': '['.repeat(900_000),
  'a string without an end': `{"${member}":"${'x'.repeat(900_000)}`,
  'a member of one long string': `{"${member}":"${'x'.repeat(900_000)}"}`,
  'a number beyond every number': `{"${member}":1e999}`,
  'digits without end': `{"${member}":${'9'.repeat(900_000)}}`,
  'a prototype with the member': `{"__proto__":{"${member}":"x"}}`,
  'a prototype for the member': `{"${member}":{"__proto__":{"length":32},"constructor":1,"toString":2}}`,
  'the member twice': `{"${member}":[],"${member}":1}`,
  'lone surrogates': `{"${member}":"\\ud800"}`,
  'a null byte': `{"${member}":"\\u0000"}`,
  'no UTF-8': Uint8Array.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d]),
  null: 'null',
  nothing: '',
})

type Endpoint = {
  readonly member: string
  readonly send: (body: string | Uint8Array) => Promise<Response>
}

const signed = (
  service: string,
  path: string,
  headers: Readonly<Record<string, string>>,
): Endpoint['send'] => {
  return async body => {
    const { hostname, port, host } = new URL(aws.url)
    const { accessKeyId, secretAccessKey } = cloud.identities.administrator
    const signer = new SignatureV4({
      service,
      region,
      credentials: { accessKeyId, secretAccessKey },
      sha256: Sha256,
    })
    const target = { method: 'POST', protocol: 'http:', hostname, port: Number(port), path }
    const { headers: all } = await signer.sign({ ...target, headers: { host, ...headers }, body })
    return fetch(`${aws.url}${path}`, { method: 'POST', headers: all, body })
  }
}
const json = (service: string, target: string): Endpoint['send'] =>
  signed(service, '/', { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': target })
const api =
  (path: string): Endpoint['send'] =>
  body =>
    fetch(`${crossmint.url}/api/2025-06-09${path}`, {
      method: 'POST',
      headers: { 'x-api-key': crossmint.apiKey, 'content-type': 'application/json' },
      body,
    })
const form: Readonly<Record<string, string>> = { 'content-type': 'application/x-www-form-urlencoded' }

const endpoints: Readonly<Record<string, Endpoint>> = {
  'KMS Sign': { member: 'KeyId', send: json('kms', 'TrentService.Sign') },
  'KMS GetPublicKey': { member: 'KeyId', send: json('kms', 'TrentService.GetPublicKey') },
  'KMS TagResource': { member: 'Tags', send: json('kms', 'TrentService.TagResource') },
  'KMS PutKeyPolicy': { member: 'Policy', send: json('kms', 'TrentService.PutKeyPolicy') },
  'SSM GetParameter': { member: 'Name', send: json('ssm', 'AmazonSSM.GetParameter') },
  'CloudTrail LookupEvents': {
    member: 'LookupAttributes',
    send: json('cloudtrail', 'CloudTrail_20131101.LookupEvents'),
  },
  'Lambda AddPermission': {
    member: 'StatementId',
    send: signed('lambda', '/2015-03-31/functions/f/policy', { 'content-type': 'application/json' }),
  },
  'IAM, which takes forms': { member: 'Action', send: signed('iam', '/', form) },
  'CloudFormation, which takes forms': { member: 'Action', send: signed('cloudformation', '/', form) },
  'the control of trouble': {
    member: 'next',
    send: body =>
      fetch(`${aws.url}/_coffer/kms/trouble`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body,
      }),
  },
  'Crossmint: create a wallet': { member: 'chainType', send: api('/wallets') },
  'Crossmint: add a signer': { member: 'signer', send: api('/wallets/evm:alias:x/signers') },
  'Crossmint: create a transfer': {
    member: 'amount',
    send: api('/wallets/evm:alias:x/tokens/base-sepolia:usdc/transfers'),
  },
  'Crossmint: approve': {
    member: 'approvals',
    send: api('/wallets/evm:alias:x/transactions/y/approvals'),
  },
}

describe.each(Object.entries(endpoints))('%s', (_, { member, send }) => {
  test.each(Object.entries(bodies(member)))('error: %s', async (_title, body) => {
    const response = await send(body)
    const text = await response.text()
    expect({ status: response.status, text: text.slice(0, 500) }).toMatchObject({
      status: expect.toSatisfy((status: number) => status >= 400 && status < 500),
    })
    // AWS says again what it was sent.
    expect(text.length).toBeLessThan(1_000 + body.length)
    expect(({} as Record<string, unknown>)[member]).toBeUndefined()
  })
})

test('after all of that each is still there', async () => {
  expect((await json('kms', 'TrentService.ListKeys')('{}')).status).toBe(200)
  expect((await fetch(`${aws.url}/_coffer/kms/trouble`)).status).toBe(200)
  const headers = { 'x-api-key': crossmint.apiKey }
  expect((await fetch(`${crossmint.url}/api/2025-06-09/wallets/evm:alias:x`, { headers })).status).toBe(404)
})
