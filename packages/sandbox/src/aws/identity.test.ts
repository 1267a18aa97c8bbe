import { expect, test } from 'vitest'
import { createIdentities, findIdentity } from './identity.ts'

test('identities have the shapes of AWS', () => {
  const { administrator, operator, lambda } = createIdentities({ accountId: '210987654321' })
  for (const user of [administrator, operator]) {
    expect(user).toEqual({
      name: expect.stringMatching(/^(administrator|operator)$/),
      arn: `arn:aws:iam::210987654321:user/${user.name}`,
      userId: expect.stringMatching(/^AIDA[A-Z2-7]{17}$/),
      accountId: '210987654321',
      accessKeyId: expect.stringMatching(/^AKIA[A-Z2-7]{16}$/),
      secretAccessKey: expect.stringMatching(/^[A-Za-z0-9+/]{40}$/),
    })
  }
  expect(lambda).toEqual({
    name: 'lambda',
    arn: 'arn:aws:sts::210987654321:assumed-role/adminSignerInvoker/adminSigner',
    userId: expect.stringMatching(/^AROA[A-Z2-7]{17}:adminSigner$/),
    accountId: '210987654321',
    accessKeyId: expect.stringMatching(/^ASIA[A-Z2-7]{16}$/),
    secretAccessKey: expect.stringMatching(/^[A-Za-z0-9+/]{40}$/),
    sessionToken: expect.stringMatching(/^[A-Za-z0-9+/]{400}$/),
  })
})

test('behavior: no two starts share a credential; one source of randomness gives the same ones', () => {
  const secrets = [createIdentities(), createIdentities()].flatMap(identities =>
    Object.values(identities).flatMap(identity => [identity.accessKeyId, identity.secretAccessKey]),
  )
  expect(new Set(secrets).size).toBe(12)
  const random = (length: number): Uint8Array => new Uint8Array(length).fill(9)
  expect(createIdentities({ random })).toEqual(createIdentities({ random }))
})

test('findIdentity(accessKeyId) ≡ the identity with that key', () => {
  const identities = createIdentities()
  for (const identity of Object.values(identities)) {
    expect(findIdentity(identities, identity.accessKeyId)).toBe(identity)
  }
  expect(findIdentity(identities, 'AKIAEXAMPLE')).toBeUndefined()
})
