// What API Gateway says when it, and not the function behind it, answers.
// API Gateway Developer Guide, "Gateway response types"; bodies and x-amzn-ErrorType as the service sends them.
import { describeFailure, type SignatureFailure } from '../signatureFailure.ts'

/** An answer of the gateway itself. */
export type GatewayError = {
  readonly status: number
  /** The value of x-amzn-ErrorType; the one error that comes as plain text has none. */
  readonly type?: string | undefined
  readonly message: string
}

/** Unsigned, or a path or method the API does not have. */
export const missingAuthenticationToken: GatewayError = {
  status: 403,
  type: 'MissingAuthenticationTokenException',
  message: 'Missing Authentication Token',
}

/** The function threw, or what it returned is not a proxy result. */
export const malformedResult: GatewayError = {
  status: 502,
  type: 'InternalServerErrorException',
  message: 'Internal server error',
}

/** API Gateway may not invoke the function, or there is none. */
export const internalError: GatewayError = { ...malformedResult, status: 500 }

/** The function took longer than the integration timeout. */
export const integrationTimeout: GatewayError = {
  status: 504,
  type: 'InternalServerErrorException',
  message: 'Endpoint request timed out',
}

/** The most bytes a request's body has. */
export const maxPayloadBytes: number = 10 * 1024 * 1024

/** Refused before the API is looked at, hence in plain text. */
export const payloadTooLarge: GatewayError = {
  status: 413,
  message: `HTTP content length exceeded ${maxPayloadBytes} bytes.`,
}

/**
 * Makes the answer to a request whose signature is refused.
 *
 * @param failure Why it is refused.
 * @returns Status 403; for a signature that does not match, what should have been signed.
 */
export const signatureRefused = (failure: SignatureFailure): GatewayError => {
  const { name, message } = describeFailure(failure)
  const details =
    failure.kind === 'mismatch'
      ? `\n\nThe Canonical String for this request should have been\n'${utf8(failure.canonicalRequest)}'\n\nThe String-to-Sign should have been\n'${failure.stringToSign}'\n`
      : ''
  return { status: 403, type: name, message: message + details }
}

/** From one character per byte to text. */
const utf8 = (wire: string): string => Buffer.from(wire, 'latin1').toString()
