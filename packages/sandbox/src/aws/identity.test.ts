import { expect, test } from 'vitest'
import { createIdentities, createSession } from './identity.ts'
import { systemRandom } from './random.ts'

test('identities have the shapes of AWS', () => {
  for (const [name, user] of Object.entries(createIdentities())) {
    const accountId = name === 'stranger' ? '999999999999' : '123456789012'
    expect(user).toEqual({
      name,
      arn: `arn:aws:iam::${accountId}:user/${name}`,
      userId: expect.stringMatching(/^AIDA[A-Z2-7]{17}$/),
      accountId,
      accessKeyId: expect.stringMatching(/^AKIA[A-Z2-7]{16}$/),
      secretAccessKey: expect.stringMatching(/^[A-Za-z0-9+/]{40}$/),
    })
  }
  const functionArn = 'arn:aws:lambda:us-east-1:210987654321:function:f'
  const session = { role: 'r', session: 's', accountId: '210987654321', functionArn }
  expect(createSession(session, systemRandom)).toEqual({
    name: 's',
    arn: 'arn:aws:sts::210987654321:assumed-role/r/s',
    userId: expect.stringMatching(/^AROA[A-Z2-7]{17}:s$/),
    accountId: '210987654321',
    accessKeyId: expect.stringMatching(/^ASIA[A-Z2-7]{16}$/),
    secretAccessKey: expect.stringMatching(/^[A-Za-z0-9+/]{40}$/),
    sessionToken: expect.stringMatching(/^[A-Za-z0-9+/]{400}$/),
    functionArn,
  })
})

test('behavior: no two starts share a credential; one source of randomness gives the same ones', () => {
  const secrets = [createIdentities(), createIdentities()].flatMap(identities =>
    Object.values(identities).flatMap(identity => [identity.accessKeyId, identity.secretAccessKey]),
  )
  expect(new Set(secrets).size).toBe(20)
  const random = (length: number): Uint8Array => new Uint8Array(length).fill(9)
  expect(createIdentities(random)).toEqual(createIdentities(random))
})
