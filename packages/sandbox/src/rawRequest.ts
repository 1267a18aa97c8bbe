// An HTTP request as it came over the wire. Text is one character per byte (latin1), as node:http hands it out, so that
// what is judged, hashed or handed on is what was sent.

/** A request as received: nothing decoded, normalised or joined. */
export type RawRequest = {
  readonly method: string
  /** The request target: path and query, one character per byte. */
  readonly url: string
  /** Names and values in turn, duplicates kept, one character per byte (`IncomingMessage.rawHeaders`). */
  readonly rawHeaders: readonly string[]
  readonly body: Uint8Array
}

/** The path and the query (without the question mark) of a request target. */
export const splitTarget = (url: string): { readonly path: string; readonly query: string } => {
  const mark = url.indexOf('?')
  return mark < 0 ? { path: url, query: '' } : { path: url.slice(0, mark), query: url.slice(mark + 1) }
}

/** All values of each header by lower-case name, in the order sent. */
export const headersByName = (rawHeaders: readonly string[]): ReadonlyMap<string, readonly string[]> => {
  const headers = new Map<string, string[]>()
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = (rawHeaders[i] ?? '').toLowerCase()
    headers.set(name, [...(headers.get(name) ?? []), rawHeaders[i + 1] ?? ''])
  }
  return headers
}
