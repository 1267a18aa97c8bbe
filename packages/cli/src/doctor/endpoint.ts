// Checks of the signing endpoint as anybody meets it: where it is, and that it refuses whoever does not sign.
import { type Check, checksOf, type Finding, failed, need, ok, skipped } from './check.ts'
import type { Scene } from './scene.ts'

const check = checksOf('endpoint')

/** Checks the endpoint from outside. */
export function checkEndpoint(scene: Scene): readonly Promise<Check>[] {
  const url = async (): Promise<string> =>
    need(scene.context.config.endpoint ?? scene.stack?.outputs['InvokeUrl'], 'no endpoint is configured')
  return [
    check('endpoint', async () => compareUrls(await url(), scene)),
    check('endpoint-tls', async () => judgeTls(await url())),
    check('endpoint-unsigned', async () => askUnsigned(await url(), isPrivate(scene))),
  ]
}

function compareUrls(url: string, { stack, context: { config } }: Scene): Finding {
  const deployed = stack?.outputs['InvokeUrl'] ?? url
  const withoutSlash = (text: string): string => text.replace(/\/+$/, '')
  return withoutSlash(url) === withoutSlash(deployed)
    ? ok(url)
    : failed(
        `"endpoint" is ${url}, but the stack's is ${deployed}`,
        `put "endpoint": "${withoutSlash(deployed)}" into ${config.file}`,
      )
}

/** Nothing outside the machine can read what is sent to loopback. */
function judgeTls(url: string): Finding {
  const { protocol, hostname } = new URL(url)
  if (protocol === 'https:') return ok('TLS')
  return ['127.0.0.1', 'localhost', '[::1]'].includes(hostname)
    ? ok('on this machine')
    : failed(`${url} is not encrypted`, 'use the https:// URL of the output InvokeUrl')
}

/** The private variant is confined to a VPC, with endpoints of its own in it. */
function isPrivate({ stack }: Scene): boolean {
  return stack?.resources.some(({ type }) => type === 'AWS::EC2::VPCEndpoint') ?? false
}

/** What is refused before the service sees it, says API Gateway in these words. */
async function askUnsigned(url: string, isPrivate: boolean): Promise<Finding> {
  let status: number
  let body: string
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{}',
      redirect: 'manual',
      signal: AbortSignal.timeout(10_000),
    })
    status = response.status
    body = await response.text()
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
    const reason = cause instanceof Error ? cause.message : String(cause)
    if (isPrivate) return skipped(`private: not to be reached from here, which is right (${reason})`)
    return failed(`it does not answer: ${reason}`, `curl -X POST ${url}, from where it is to be reached`)
  }
  return judgeRefusal(status, body)
}

/**
 * Judges the answer to an unsigned request.
 *
 * @param status HTTP status.
 * @param body As text.
 */
export function judgeRefusal(status: number, body: string): Finding {
  // The second where the policy of the API is asked first.
  const refusals = /"message"\s*:\s*"(Missing Authentication Token|User: anonymous is not authorized)/i
  if (status === 403 && refusals.test(body)) return ok('refuses requests that are not signed')
  const said = body.slice(0, 100).replace(/\s+/g, ' ').trim()
  return failed(
    `an unsigned request is answered with ${status} ${said}, not refused with 403 Missing Authentication Token`,
    'coffer deploy, or if it serves requests: coffer key disable',
  )
}
