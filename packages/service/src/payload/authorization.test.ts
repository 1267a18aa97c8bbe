import { hashAuthorization as ethersHash } from 'ethers'
import fc from 'fast-check'
import { hashAuthorization as viemHash } from 'viem/utils'
import { describe, expect, test } from 'vitest'
import { ACCOUNT, ALICE, anyAddress } from '../../test/fixtures.ts'
import { anyQuantity, faultsOf } from '../../test/payloads.ts'
import { read } from '../fields.ts'
import { authorizationPayload, examineAuthorization } from './authorization.ts'

const payload = (changes: Readonly<Record<string, unknown>> = {}) => ({
  kind: 'authorization',
  authorization: { chainId: '0x14a34', address: ALICE, nonce: '0x7', ...changes },
})
const examine = (value: unknown) => examineAuthorization(read(authorizationPayload, value), ACCOUNT)

test('default: the account takes the code of a contract', () => {
  expect(examine(payload())).toEqual({
    chainId: 84532,
    account: ACCOUNT,
    hash: ethersHash({ chainId: 84532, address: ALICE, nonce: 7 }),
    effects: [{ kind: 'delegation', to: ALICE, chainId: 84532 }],
    origin: '/payload/authorization',
  })
})

test('hash(authorization) = ethers’ = viem’s', () => {
  fc.assert(
    fc.property(anyQuantity(53), anyAddress, anyQuantity(64), (chainId, address, nonce) => {
      const { hash } = examine(payload({ chainId, address, nonce }))
      expect(hash).toBe(ethersHash({ chainId: BigInt(chainId), address, nonce: BigInt(nonce) }))
      if (BigInt(nonce) < 2n ** 53n)
        expect(hash).toBe(viemHash({ chainId: Number(chainId), address, nonce: Number(nonce) }))
    }),
    { numRuns: 500 },
  )
})

test.each(['0x0', '0x00'])(
  'behavior: nonce and chain id zero, written %s, are the empty string of RLP',
  zero => {
    const examined = examine(payload({ chainId: zero, nonce: zero }))
    expect(examined.hash).toBe(ethersHash({ chainId: 0, address: ALICE, nonce: 0 }))
    expect(examined).toMatchObject({ chainId: 0, effects: [{ kind: 'delegation', to: ALICE, chainId: 0 }] })
  },
)

describe('error', () => {
  const cases: Readonly<Record<string, readonly [unknown, readonly string[]]>> = {
    'everything missing': [
      { kind: 'authorization', authorization: {} },
      ['/authorization/chainId REQUIRED', '/authorization/address REQUIRED', '/authorization/nonce REQUIRED'],
    ],
    'a chain id as number': [payload({ chainId: 1 }), ['/authorization/chainId INVALID_QUANTITY']],
    'a chain id beyond exact integers': [
      payload({ chainId: `0x${(2n ** 53n).toString(16)}` }),
      ['/authorization/chainId OUT_OF_RANGE'],
    ],
    'a nonce of 65 bits': [payload({ nonce: '0x10000000000000000' }), ['/authorization/nonce OUT_OF_RANGE']],
    'a signature': [payload({ r: '0x1' }), ['/authorization/r UNKNOWN_FIELD']],
  }
  test.each(Object.entries(cases))('error: %s', (_name, [value, issues]) => {
    expect(faultsOf(authorizationPayload, value)).toEqual(issues)
  })
})
