// That what is not permitted is not signed does not hang on the reasons alone.
import { expect, test, vi } from 'vitest'
import { ALICE } from '../test/fixtures.ts'
import { inquiryOf, starter } from '../test/policy.ts'
import { authorize } from './authorize.ts'

vi.mock('./policy/reason.ts', () => ({ reasonsAgainst: () => [] }))

test('error: an effect that is not permitted and for which there is no reason', () => {
  const bareHash = inquiryOf({ signerAddress: ALICE, message: `0x${'01'.repeat(32)}` })
  expect(() => authorize(bareHash, starter)).toThrow(expect.objectContaining({ code: 'NOT_AUTHORIZED' }))
  expect(authorize(inquiryOf(), starter).outcome).toBe('allow')
})
