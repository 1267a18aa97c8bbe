// Strict JSON (RFC 8259): a size cap before anything is parsed, valid UTF-8, and no object with the same name twice,
// which readers elsewhere on the road (a firewall, a log) could understand differently.
import { type IssueCode, ServiceError } from './problem.ts'

/** The longest body accepted, in bytes. A batch of over a hundred token transfers fits. */
export const MAXIMUM_BODY_BYTES = 65_536

/**
 * Parses a request body.
 *
 * @param body The body as text or as UTF-8 bytes.
 * @returns The JSON value.
 * @throws {BODY_TOO_LARGE} more than 64 KiB.
 * @throws {INVALID_REQUEST} not UTF-8, not JSON, or a name given twice in one object.
 */
export const parseJson = (body: string | Uint8Array): unknown => {
  if (Buffer.byteLength(body) > MAXIMUM_BODY_BYTES) throw new ServiceError('BODY_TOO_LARGE')
  return parseDocument(typeof body === 'string' ? body : decodeUtf8(body))
}

/**
 * Parses a JSON document of any size.
 *
 * @param source JSON.
 * @returns The JSON value.
 * @throws {INVALID_REQUEST} not JSON, or a name given twice in one object.
 */
export const parseDocument = (source: string): unknown => {
  let value: unknown
  try {
    value = JSON.parse(source)
  } catch {
    throw fault('INVALID_JSON', 'the body must be a JSON object')
  }
  // In valid JSON a quote outside a string always opens one, so matching strings from the left finds every member name.
  const written = [...source.matchAll(/"[^"\\]*(?:\\.[^"\\]*)*"(\s*:)?/g)].filter(
    match => match[1] !== undefined,
  )
  if (written.length !== countMembers(value)) throw fault('DUPLICATE_FIELD', 'an object names a field twice')
  return value
}

const decodeUtf8 = (bytes: Uint8Array): string => {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw fault('INVALID_JSON', 'the body must be UTF-8')
  }
}

/** How many members all objects of a document have together. Not recursive: the document may be nested very deep. */
const countMembers = (document: unknown): number => {
  let count = 0
  const open = [document]
  while (open.length > 0) {
    const value = open.pop()
    if (typeof value !== 'object' || value === null) continue
    const children: readonly unknown[] = Object.values(value)
    if (!Array.isArray(value)) count += children.length
    for (const child of children) open.push(child)
  }
  return count
}

const fault = (code: IssueCode, message: string): ServiceError =>
  new ServiceError('INVALID_REQUEST', [{ path: '', code, message }])
