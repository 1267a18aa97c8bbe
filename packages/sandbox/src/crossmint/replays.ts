// Idempotency: the same `x-idempotency-key` with the same request gives the record made the first time.
import { CrossmintError } from './errors.ts'

export type Replays<T> = (
  key: string | undefined,
  request: unknown,
  create: () => Promise<T>,
) => Promise<{ readonly record: T; readonly replayed: boolean }>

/**
 * Requests with one key run once, those that arrive together too. A creation that fails is forgotten, so that
 * the key
 * can be tried again.
 * @throws {CROSSMINT_ERROR} 409 when the key was used for another request
 */
export const createReplays = <T>(): Replays<T> => {
  const seen = new Map<string, { readonly request: string; readonly record: Promise<T> }>()
  return async (key, request, create) => {
    if (key === undefined) return { record: await create(), replayed: false }
    const fingerprint = JSON.stringify(request)
    const earlier = seen.get(key)
    if (earlier === undefined) {
      const record = create()
      seen.set(key, { request: fingerprint, record })
      record.catch(() => seen.delete(key))
      return { record: await record, replayed: false }
    }
    if (earlier.request !== fingerprint)
      throw new CrossmintError(409, `The idempotency key "${key}" was already used for a different request`)
    return { record: await earlier.record, replayed: true }
  }
}
