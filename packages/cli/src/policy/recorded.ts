// Requests of the past, out of the log lines of the signing service (docs/api.md).
import type { Prepared } from '@coffer/service'
import type { Inquiry } from '@coffer/service/policy'
import { zeroHash } from 'viem'
import { isAddress, readEffect } from './recordedEffect.ts'

/** A request of the past, and how the log names it. */
export type Recorded = { readonly requestId: string; readonly inquiry: Inquiry }

/**
 * Reads log lines.
 *
 * @param text One JSON object a line, with or without what a log viewer puts before it. Other lines are passed over.
 * @returns The requests that were judged, and how many other lines there were.
 */
export function readRecorded(text: string): {
  readonly recorded: readonly Recorded[]
  readonly passedOver: number
} {
  const lines = text.split('\n').filter(line => line.trim() !== '')
  const recorded = lines.flatMap(line => readLine(line) ?? [])
  return { recorded, passedOver: lines.length - recorded.length }
}

/** Undefined for a line of something else, or of a request that never came to be judged. */
function readLine(line: string): Recorded | undefined {
  const fields = parse(line.slice(line.indexOf('{')))
  const { requestId, principal, sourceIp, reference, account, signerAddress, kind, scheme, chainId } = fields
  const time = new Date(String(fields['time']))
  const effects = Array.isArray(fields['effects']) ? fields['effects'].map(readEffect) : []
  if (typeof principal !== 'string' || typeof kind !== 'string' || typeof scheme !== 'string')
    return undefined
  if (!isAddress(account) || !isAddress(signerAddress)) return undefined
  if (effects.length === 0 || effects.includes(undefined) || Number.isNaN(time.getTime())) return undefined
  const prepared = {
    kind,
    scheme,
    chainId,
    account,
    signerAddress,
    hash: zeroHash,
    digest: zeroHash,
    effects,
    origin: '/payload',
  } as Prepared
  return {
    requestId: String(requestId),
    inquiry: {
      principal: { arn: principal, sourceIp: typeof sourceIp === 'string' ? sourceIp : undefined },
      prepared,
      reference: typeof reference === 'string' ? reference : undefined,
      time,
    },
  }
}

function parse(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}
