// Crossmint's limits for self-serve projects: so many reading and so many writing requests a minute, per
// project.
export type RateLimit = { readonly readsPerMinute: number; readonly writesPerMinute: number }

/** @returns a function that counts a request and says whether it is within the limit */
export const createRateLimiter = (
  limit: RateLimit,
  now: () => number,
): ((project: string, method: string) => boolean) => {
  const windows = new Map<string, { start: number; count: number }>()
  return (project, method) => {
    const reads = method === 'GET'
    const key = `${project} ${reads}`
    const window = windows.get(key)
    const current =
      window === undefined || now() - window.start >= 60_000 ? { start: now(), count: 0 } : window
    current.count += 1
    windows.set(key, current)
    return current.count <= (reads ? limit.readsPerMinute : limit.writesPerMinute)
  }
}
