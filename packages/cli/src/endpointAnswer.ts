// What the signing endpoint answers, read strictly.
export type Hex = `0x${string}`

/** A signature, and by what it was permitted. */
export type EndpointReply = {
  readonly signature: Hex
  readonly signerAddress: Hex
  readonly digest: Hex
  readonly message: Hex
  readonly scheme: string
  readonly keyId: string
  readonly rules: readonly string[]
  readonly policyVersion: string
  readonly requestId: string
}

/** What the endpoint would do, and why; nothing was signed. */
export type EndpointDecision = {
  readonly decision: 'allow' | 'deny'
  readonly effects: readonly JudgedEffect[]
  /** The rules that permit it; none where it is denied. */
  readonly rules: readonly string[]
  /** Why it is denied, one reason a line. */
  readonly issues: readonly string[]
  readonly digest: Hex
  readonly message: Hex
  readonly policyVersion: string
  readonly requestId: string
}

/** An effect in plain words, and what the policy says of it. */
export type JudgedEffect = {
  readonly description: string
  readonly outcome: string
  readonly rules: readonly string[]
}

/** Reads a body; undefined for a body that is not what was asked for. */
export type ReadBody<T> = (body: Fields) => T | undefined

/** A JSON object. */
export type Fields = Readonly<Record<string, unknown>>

/** Reads the answer to a request for a signature. */
export function readReply(body: Fields): EndpointReply | undefined {
  const texts = ['signature', 'signerAddress', 'scheme', 'keyId', ...textsOfBoth]
  return hasTexts(body, texts) && isTexts(body['rules']) ? (body as EndpointReply) : undefined
}

/**
 * Reads the answer to a request for the decision alone. In full, since nothing later would show that it is not what it
 * says: a signature can be checked, this cannot.
 */
export function readDecision(body: Fields): EndpointDecision | undefined {
  const { decision, effects, rules } = body
  if (decision !== 'allow' && decision !== 'deny') return undefined
  if (!hasTexts(body, textsOfBoth) || !isTexts(rules) || !Array.isArray(body['issues'])) return undefined
  if (!Array.isArray(effects) || !effects.every(isJudgedEffect)) return undefined
  const reasons = body['issues'].map((issue: { message?: unknown } | null) => String(issue?.message))
  return { ...(body as EndpointDecision), issues: reasons }
}

const textsOfBoth = ['digest', 'message', 'policyVersion', 'requestId']

function isJudgedEffect(value: unknown): value is JudgedEffect {
  if (typeof value !== 'object' || value === null) return false
  return hasTexts(value as Fields, ['description', 'outcome']) && 'rules' in value && isTexts(value.rules)
}

function hasTexts(fields: Fields, names: readonly string[]): boolean {
  return names.every(name => typeof fields[name] === 'string')
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every(item => typeof item === 'string')
}

/** Faults or reasons of a problem document, one a line. */
export function readIssues(value: unknown): readonly string[] {
  if (!Array.isArray(value)) return []
  return value.map((issue: { path?: unknown; message?: unknown } | null) => {
    const { path, message } = issue ?? {}
    return typeof path === 'string' && path !== '' ? `${path}: ${message}` : String(message)
  })
}
