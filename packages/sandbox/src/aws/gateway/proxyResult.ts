// What a function behind a Lambda proxy integration may answer, checked the way API Gateway does.
// API Gateway Developer Guide, "Output format of a Lambda function for proxy integration".

/** A proxy result as an HTTP response: header names in lower case, so that each is there once. */
export type ResultResponse = {
  readonly status: number
  readonly headers: Readonly<Record<string, readonly string[]>>
  readonly body: string
}

const members = ['statusCode', 'headers', 'multiValueHeaders', 'body', 'isBase64Encoded']

// Headers of the connection are the gateway's own.
const connectionHeaders = ['connection', 'content-length', 'keep-alive', 'transfer-encoding', 'upgrade']

/**
 * Reads what a function returned.
 *
 * @param result What it returned, as it comes back from JSON.
 * @returns The response, or undefined where the result is malformed: something other than an object, an unknown member,
 * a member of the wrong type, a status that is none. A Base64 body is passed on as it is: only an API with binary media
 * types decodes it, and this one has none.
 */
export const readResult = (result: unknown): ResultResponse | undefined => {
  if (!isObject(result) || Object.keys(result).some(name => !members.includes(name))) return undefined
  const { statusCode, headers, multiValueHeaders, body, isBase64Encoded } = result
  const status = Number(statusCode)
  if (!['number', 'string'].includes(typeof statusCode) || !Number.isInteger(status)) return undefined
  if (status < 200 || status > 599) return undefined
  if (!isAbsent(body) && typeof body !== 'string') return undefined
  if (!isAbsent(isBase64Encoded) && typeof isBase64Encoded !== 'boolean') return undefined
  const single = readHeaders(headers, value => (isScalar(value) ? [String(value)] : undefined))
  const multiple = readHeaders(multiValueHeaders, value =>
    Array.isArray(value) && value.every(isScalar) ? value.map(String) : undefined,
  )
  if (!single || !multiple) return undefined
  const all = new Map<string, readonly string[]>()
  for (const [name, values] of [...single, ...multiple]) {
    all.set(name, [...new Set([...(all.get(name) ?? []), ...values])])
  }
  for (const name of connectionHeaders) all.delete(name)
  if (!all.has('content-type')) all.set('content-type', ['application/json'])
  return { status, headers: Object.fromEntries(all), body: body ?? '' }
}

const readHeaders = (
  headers: unknown,
  read: (value: unknown) => readonly string[] | undefined,
): readonly (readonly [string, readonly string[]])[] | undefined => {
  if (isAbsent(headers)) return []
  if (!isObject(headers)) return undefined
  const entries: (readonly [string, readonly string[]])[] = []
  for (const [name, value] of Object.entries(headers)) {
    const values = read(value)
    if (!values || !isHeader(name, values)) return undefined
    entries.push([name.toLowerCase(), values])
  }
  return entries
}

/** RFC 9110 section 5: a name is a token, a value has no control characters. */
const isHeader = (name: string, values: readonly string[]): boolean =>
  /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(name) &&
  values.every(value => /^[\t\x20-\x7e\x80-\xff]*$/.test(value))

const isAbsent = (value: unknown): value is null | undefined => value === undefined || value === null

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const isScalar = (value: unknown): value is string | number | boolean =>
  ['string', 'number', 'boolean'].includes(typeof value)
