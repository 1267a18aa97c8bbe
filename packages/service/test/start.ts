// A service over the key in memory, which keeps its log lines, and a way to ask it.
import type { Signer } from '@coffer/signer'
import { createService, type ServiceInput, type ServiceOptions } from '../src/service.ts'
import { newSigner, PRINCIPAL } from './fixtures.ts'
import { NOON, starter } from './policy.ts'

export const signer: Signer = await newSigner()

/** A service that keeps its log, and a way to ask it. */
export const start = (options: Partial<ServiceOptions> = {}) => {
  const lines: string[] = []
  const service = createService({
    signer: async () => signer,
    policy: () => starter,
    now: () => NOON,
    log: line => void lines.push(line),
    ...options,
  })
  const ask = async (body: unknown, input: Partial<ServiceInput> = {}) => {
    const {
      status,
      headers,
      body: text,
    } = await service({
      body: typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body),
      principal: PRINCIPAL,
      requestId: 'request-1',
      ...input,
    })
    return { status, headers, body: JSON.parse(text) }
  }
  return { ask, lines, logged: (): Record<string, unknown> => JSON.parse(lines.at(-1) ?? '') }
}

/** A signer of the same address whose key fails, or does whatever else. */
export const signerThat = (signHash: Signer['signHash']): Signer => ({ ...signer, signHash })
