// PEM: base64 between a BEGIN and an END line, RFC 7468.
import { isCertificateError, isPrivateError, isRsaError, PublicKeyError } from './publicKeyError.ts'

const LABEL = 'PUBLIC KEY'
const BEGIN = `-----BEGIN ${LABEL}-----`
const END = `-----END ${LABEL}-----`

/**
 * Decodes the one PUBLIC KEY block of a PEM text, which may be surrounded by white space and by nothing else.
 *
 * @throws {PUBLIC_KEY_EMPTY | PUBLIC_KEY_NOT_PEM | PUBLIC_KEY_TRUNCATED | PUBLIC_KEY_PEM_MALFORMED} the text is broken.
 * @throws {PUBLIC_KEY_IS_PRIVATE | PUBLIC_KEY_IS_CERTIFICATE | PUBLIC_KEY_RSA | PUBLIC_KEY_PEM_LABEL} it is another thing.
 */
export const decodePem = (text: string): Uint8Array => {
  const pem = text.trim()
  if (pem === '') throw new PublicKeyError('PUBLIC_KEY_EMPTY', 'The public key is empty.')
  const labels = [...pem.matchAll(/-----BEGIN ([^\r\n-]+)-----/g)].map(match => match[1] ?? '')
  refuseOtherLabels(labels)
  if (!pem.startsWith(BEGIN) || labels.length > 1)
    throw new PublicKeyError(
      'PUBLIC_KEY_PEM_MALFORMED',
      `The PEM text must hold one block and nothing else: it begins with ${BEGIN}.`,
    )
  if (!pem.includes(END))
    throw new PublicKeyError('PUBLIC_KEY_TRUNCATED', `The PEM text is cut off: its last line must be ${END}.`)
  if (!pem.endsWith(END))
    throw new PublicKeyError(
      'PUBLIC_KEY_PEM_MALFORMED',
      `The PEM text goes on after ${END}. Remove what follows.`,
    )
  return decodeBase64(pem.slice(BEGIN.length, -END.length).replace(/[ \t\r\n]/g, ''))
}

const refuseOtherLabels = (labels: readonly string[]): void => {
  if (labels.length === 0)
    throw new PublicKeyError(
      'PUBLIC_KEY_NOT_PEM',
      `The text is not PEM: it must begin with the line ${BEGIN}.`,
    )
  const secret = labels.find(label => label.endsWith('PRIVATE KEY'))
  if (secret !== undefined) throw isPrivateError(secret)
  const found = labels.find(label => label !== LABEL)
  if (found === undefined) return
  if (found.endsWith('CERTIFICATE')) throw isCertificateError(found)
  if (found === 'RSA PUBLIC KEY') throw isRsaError(found)
  throw new PublicKeyError(
    'PUBLIC_KEY_PEM_LABEL',
    `The PEM text holds a block labelled ${found}, not ${LABEL}. Give the public key that KMS shows.`,
    { found },
  )
}

const decodeBase64 = (text: string): Uint8Array => {
  const bytes = Buffer.from(text, 'base64')
  // Buffer skips what is not base64; only text that comes back unchanged was well-formed.
  if (text === '' || bytes.toString('base64') !== text)
    throw new PublicKeyError(
      'PUBLIC_KEY_PEM_MALFORMED',
      `What stands between ${BEGIN} and ${END} is not base64. Copy the whole text from KMS again.`,
    )
  return Uint8Array.from(bytes)
}
