import { describe, expect, test } from 'vitest'
import { complianceAdvice, readComplianceReason } from './compliance.ts'
import { toCrossmintError } from './refusal.ts'

const meaning = { 409: 'CROSSMINT_ALREADY_SUBMITTED', 422: 'CROSSMINT_QUORUM_REACHED' } as const
const usual = { 409: 'CROSSMINT_CONFLICT', 422: 'CROSSMINT_SIMULATION_FAILED' } as const

test.each([
  [
    400,
    { error: true, message: 'approvals: Too small: expected array to have >=1 items' },
    'CROSSMINT_INVALID_REQUEST',
  ],
  [401, { error: true, message: 'Invalid API key' }, 'CROSSMINT_UNAUTHORIZED'],
  [403, { error: true, message: 'Missing scope' }, 'CROSSMINT_FORBIDDEN'],
  [404, { error: true, message: 'Wallet not found' }, 'CROSSMINT_NOT_FOUND'],
  [409, { error: true, message: 'Wallet locked' }, 'CROSSMINT_CONFLICT'],
  [408, undefined, 'CROSSMINT_UNAVAILABLE'],
  [
    422,
    {
      error: {
        reason: 'execution_reverted',
        message: 'reverted',
        revert: { type: 'contract_call', reason: 'paused' },
      },
      message: 'x',
    },
    'CROSSMINT_SIMULATION_FAILED',
  ],
  [400, { error: { reason: 'build_failed', message: 'no' } }, 'CROSSMINT_SIMULATION_FAILED'],
  [
    422,
    {
      error: {
        reason: 'execution_reverted',
        message: 'x',
        revert: { type: 'contract_call', reason: 'ERC20: transfer amount exceeds balance' },
      },
      message: 'x',
    },
    'CROSSMINT_INSUFFICIENT_FUNDS',
  ],
  [400, { error: true, message: 'Insufficient USDC balance' }, 'CROSSMINT_INSUFFICIENT_FUNDS'],
  [
    400,
    { error: true, message: 'User KYC is in progress, retry in a few seconds' },
    'CROSSMINT_KYC_IN_PROGRESS',
  ],
  [
    403,
    { error: true, message: 'Treasury Wallets are not enabled for this project' },
    'CROSSMINT_NOT_ENABLED',
  ],
  [
    400,
    { error: true, message: 'Project is not configured to support regulated transfers KYC' },
    'CROSSMINT_NOT_ENABLED',
  ],
  [401, { error: true, message: 'KYC is in progress; insufficient rights' }, 'CROSSMINT_UNAUTHORIZED'],
  [403, { error: true, message: 'Insufficient permissions' }, 'CROSSMINT_FORBIDDEN'],
  [403, { error: { reason: 'execution_reverted', message: 'x' } }, 'CROSSMINT_FORBIDDEN'],
  [404, { error: true, message: 'insufficient: is not a Crossmint wallet' }, 'CROSSMINT_NOT_FOUND'],
  [429, { error: true, message: 'Too many requests' }, 'CROSSMINT_RATE_LIMITED'],
  [500, { error: true, message: 'Internal' }, 'CROSSMINT_UNAVAILABLE'],
  [502, undefined, 'CROSSMINT_UNAVAILABLE'],
  [503, 'text', 'CROSSMINT_UNAVAILABLE'],
  [418, null, 'CROSSMINT_INVALID_REQUEST'],
  [400, [], 'CROSSMINT_INVALID_REQUEST'],
  [400, { error: null, message: 7 }, 'CROSSMINT_INVALID_REQUEST'],
])('%i %j: %s', (status, body, code) => {
  expect(toCrossmintError({ operation: 'do it', status, body, repeatable: true, meaning: usual }).code).toBe(
    code,
  )
})

test('behavior: on approvals, 409 and 422 say that it is there already', () => {
  const errorOf = (status: number): unknown =>
    toCrossmintError({ operation: 'approve', status, body: {}, repeatable: true, meaning }).code
  expect([errorOf(409), errorOf(422)]).toEqual(['CROSSMINT_ALREADY_SUBMITTED', 'CROSSMINT_QUORUM_REACHED'])
})

describe('compliance', () => {
  test.each([
    ['recipient_personal_data_missing', 'Required personal data is missing to complete regulated transfer'],
    ['recipient_wallet_sanctioned', "Recipient wallet address is sanctioned and can't receive assets"],
    ['recipient_person_sanctioned', 'Recipient user is sanctioned and can’t receive assets'],
    [
      'recipient_type_unsupported',
      "Regulated transfers can't be sent to this wallet. Currently they're only supported by Crossmint-managed wallets.",
    ],
    ['personal_data_missing', 'Required personal data is missing', 'recipient_personal_data_missing'],
    [
      'address_sanction_check_failed',
      'Recipient address did not pass sanction tests',
      'recipient_wallet_sanctioned',
    ],
    [
      'user_sanction_check_failed',
      'Recipient user did not pass sanction tests',
      'recipient_person_sanctioned',
    ],
    [
      'not_support_recipient_type',
      'Recipient address is not a Crossmint wallet',
      'recipient_type_unsupported',
    ],
    ['sanctioned_wallet_address', 'x'],
  ])('%s, by name and by text', (name, message, current = name) => {
    const body = { error: { reason: name, message }, message }
    const error = toCrossmintError({
      operation: 'create the transfer',
      status: 422,
      body,
      repeatable: true,
      meaning: usual,
    })
    expect(error).toMatchObject({ code: 'CROSSMINT_COMPLIANCE_REFUSED', reason: current, detail: message })
    expect(error.message).toContain(complianceAdvice[current as keyof typeof complianceAdvice])
    if (message !== 'x') expect(readComplianceReason(undefined, message)).toBe(current)
  })

  test('behavior: a name of Object.prototype is no reason', () => {
    expect(readComplianceReason('constructor', '')).toBeUndefined()
  })
})

test("behavior: Crossmint's words, then what to do", () => {
  const body = {
    error: { reason: 'user_sanction_check_failed', message: 'Recipient user did not pass sanction tests' },
  }
  const error = toCrossmintError({
    operation: 'create the transfer',
    status: 422,
    body,
    repeatable: true,
    meaning: usual,
  })
  expect(error.message).toMatchInlineSnapshot(
    `"Crossmint could not create the transfer: Recipient user did not pass sanction tests. The recipient did not pass screening. Crossmint answers the same for an unsupported country of residence: check that first."`,
  )
})

test('behavior: whether to run it again is said by what was asked', () => {
  const advice = (repeatable: boolean): string =>
    toCrossmintError({ operation: 'do it', status: 503, body: {}, repeatable, meaning: usual }).message
  expect(advice(true)).toContain('Running it again is safe')
  expect(advice(false)).toContain('may have done it all the same: look before running it again')
})

test('behavior: an e-mail address in Crossmint’s words is left out', () => {
  const body = { error: true, message: 'Wallet not found for email:ada@lovelace.example:evm' }
  const { message, detail } = toCrossmintError({
    operation: 'x',
    status: 404,
    body,
    repeatable: true,
    meaning: usual,
  })
  expect(detail).toBe('Wallet not found for email:[e-mail address]:evm')
  expect(message).not.toContain('lovelace')
})
