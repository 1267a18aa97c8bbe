// A place from which a function's code can be fetched without a signature, for as long as a presigned URL of S3 would hold.
// https://docs.aws.amazon.com/lambda/latest/api/API_FunctionCodeLocation.html
import { splitTarget } from '../../rawRequest.ts'
import type { ServerRequest, ServerResponseData } from '../../server.ts'
import type { Cloud } from '../cloud.ts'

const validity = 10 * 60_000
const prefix = '/code/'

/**
 * Makes a URL for the code that a function has now.
 *
 * @param cloud The cloud.
 * @param functionArn The function.
 * @returns The URL, valid for ten minutes. Whoever knows it may fetch the zip file.
 */
export const codeLocation = (cloud: Cloud, functionArn: string): string => {
  const now = cloud.now()
  for (const [token, { until }] of cloud.downloads) if (until <= now) cloud.downloads.delete(token)
  const token = Buffer.from(cloud.random(32)).toString('base64url')
  const zip = cloud.code.get(functionArn)?.zip ?? new Uint8Array()
  cloud.downloads.set(token, { zip, until: now + validity })
  return `${cloud.urls.aws}${prefix}${token}`
}

/** Whether a request is for such a URL. */
export const isForCode = ({ method, url }: ServerRequest): boolean =>
  method === 'GET' && url.startsWith(prefix)

/**
 * Answers a request for such a URL.
 *
 * @param request The request as received.
 * @param cloud The cloud.
 * @returns The zip file, or status 403.
 */
export const respondCode = (request: ServerRequest, cloud: Cloud): ServerResponseData => {
  const download = cloud.downloads.get(splitTarget(request.url).path.slice(prefix.length))
  if (!download || download.until <= cloud.now())
    return {
      status: 403,
      headers: { 'content-type': 'application/xml' },
      body: '<Error><Code>AccessDenied</Code></Error>\n',
    }
  return { status: 200, headers: { 'content-type': 'application/zip' }, body: download.zip }
}
