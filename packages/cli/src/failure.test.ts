import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { exitCodes } from './exitCodes.ts'
import { CliError, ruleFor, toFailure } from './failure.ts'

test('every problem of the signing service has an exit code of its own meaning', async () => {
  const page = await readFile(new URL('../../../docs/api.md', import.meta.url), 'utf8')
  const codes = [...page.matchAll(/^\| (\d{3}) \| `([A-Z_]+)` \|/gm)].map(([, status, code = '']) => ({
    status,
    code,
  }))
  expect(codes.length).toBeGreaterThan(20)
  const without = codes.filter(({ code }) => ruleFor(code) === undefined).map(({ code }) => code)
  expect(without).toEqual(['INTERNAL_ERROR'])
})

test.each([
  ['KMS_THROTTLED', exitCodes.unavailable],
  ['KMS_KEY_DISABLED', exitCodes.refused],
  ['KMS_KEY_NOT_FOUND', exitCodes.notFound],
  ['KMS_ACCESS_DENIED', exitCodes.unauthorized],
  ['KMS_ARN_MISMATCH', exitCodes.untrusted],
  ['HASH_MISMATCH', exitCodes.untrusted],
  ['ADDRESS_MISMATCH', exitCodes.untrusted],
  ['SIGNATURE_INVALID', exitCodes.untrusted],
  ['SIGNATURE_REFUSED', exitCodes.untrusted],
  ['TRANSFER_MISMATCH', exitCodes.untrusted],
  ['TRANSFER_FAILED', exitCodes.failed],
  ['TRANSFER_PENDING', exitCodes.unavailable],
  ['NONCE_CHANGED', exitCodes.untrusted],
  ['REFERENCE_CONFLICT', exitCodes.refused],
  ['REFERENCE_UNKNOWN', exitCodes.notFound],
  ['CROSSMINT_UNAUTHORIZED', exitCodes.unauthorized],
  ['CROSSMINT_COMPLIANCE_REFUSED', exitCodes.refused],
  ['CROSSMINT_RATE_LIMITED', exitCodes.unavailable],
  ['INVALID_INPUT', exitCodes.usage],
  ['ECONNREFUSED', exitCodes.unavailable],
  ['ENOTFOUND', exitCodes.unavailable],
  ['ECONNRESET', exitCodes.unavailable],
  ['BUNDLE_MISSING', exitCodes.usage],
])('%s exits with %i', (code, exitCode) => {
  expect(toFailure(Object.assign(new Error('x'), { code }))).toMatchObject({ code, exitCode })
})

test('an error that nobody foresaw keeps its words and exits with 1', () => {
  expect(toFailure(new TypeError('odd'))).toEqual({
    code: 'UNEXPECTED',
    message: 'odd',
    hints: [],
    exitCode: 1,
  })
  expect(toFailure('thrown text')).toMatchObject({ message: 'thrown text', exitCode: 1 })
})

test("a command's own error is told as it is", () => {
  const error = new CliError('X', 'words', { hints: ['do this'], exitCode: exitCodes.refused })
  expect(toFailure(error)).toEqual({ code: 'X', message: 'words', hints: ['do this'], exitCode: 3 })
})
