// A client of KMS that hides nothing: one signed request, and what came back, or how it did not.
import { request } from 'node:http'
import { SignatureV4 } from '@smithy/signature-v4'
import type { Cloud } from '../src/aws/cloud.ts'
import { Sha256 } from './sha256.ts'

export type RawAnswer = {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: string
  /** Where the answer did not come to its end: the code of node:http. */
  readonly fault?: string | undefined
}

/** Sends one request. Resolves with what has come after `patience` milliseconds, if that is before the end. */
export const requestKms = async (
  { urls, region, identities }: Cloud,
  operation: string,
  input: object,
  patience = 5_000,
): Promise<RawAnswer> => {
  const { hostname, port } = new URL(urls.aws)
  const { accessKeyId, secretAccessKey } = identities.administrator
  const signer = new SignatureV4({
    service: 'kms',
    region,
    credentials: { accessKeyId, secretAccessKey },
    sha256: Sha256,
  })
  const body = JSON.stringify(input)
  const { headers } = await signer.sign({
    method: 'POST',
    protocol: 'http:',
    hostname,
    port: Number(port),
    path: '/',
    headers: {
      host: `${hostname}:${port}`,
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': `TrentService.${operation}`,
    },
    body,
  })
  return new Promise(resolve => {
    const answer = { status: 0, headers: {}, body: '' } as { -readonly [K in keyof RawAnswer]: RawAnswer[K] }
    const timer = setTimeout(() => {
      resolve({ ...answer, fault: 'SILENCE' })
      sent.destroy()
    }, patience)
    const end = (fault?: string): void => {
      clearTimeout(timer)
      resolve({ ...answer, fault })
    }
    const sent = request({ hostname, port, method: 'POST', headers, agent: false }, response => {
      answer.status = response.statusCode ?? 0
      answer.headers = response.headers
      response.on('data', (chunk: Buffer) => {
        answer.body += chunk.toString()
      })
      response.on('end', () => end())
      response.on('error', (error: NodeJS.ErrnoException) => end(error.code))
    })
    sent.on('error', (error: NodeJS.ErrnoException) => end(error.code))
    sent.end(body)
  })
}
