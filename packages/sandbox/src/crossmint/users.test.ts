import { afterAll, beforeAll, expect, test } from 'vitest'
import { personalData, startWorld, type World } from '../../test/crossmint.ts'
import { testConformity } from '../../test/openapi.ts'

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world.stop())

testConformity()

test('created, then updated: 201, then 200; what is left out stays', async () => {
  const put = (body: object) =>
    world.call('PUT', `/users/${encodeURIComponent('email:Ada@Example.com')}`, body)
  const created = await put({ userDetails: personalData })
  const updated = await put({ kycData: { nationality: 'GB' } })
  expect([created.status, updated.status]).toEqual([201, 200])
  expect(updated.body).toMatchObject({
    userId: created.body.userId,
    email: 'ada@example.com',
    hasUserDetails: true,
    hasKycData: true,
    hasDueDiligence: false,
  })
})

test('a legal document creates the user, and is remembered', async () => {
  const acceptedAt = '2026-01-01T00:00:00.000Z'
  const document = { type: 'crossmint-privacy-policy', acceptedAt }
  const { body } = await world.call('PUT', '/users/phoneNumber:+14155550100/legal-documents', document)
  expect(body).toEqual({ acceptedAt })
  const user = await world.call('PUT', '/users/phoneNumber:+14155550100', {})
  expect([user.status, user.body.phoneNumber]).toEqual([200, '+14155550100'])
  expect(user.body.legalDocuments).toEqual([{ ...document, isValidVersion: true }])
})

test('error: every fault of the personal data at once', async () => {
  const { status, body } = await world.call('PUT', '/users/userId:7', {
    userDetails: { firstName: '', dateOfBirth: '1990-02-30', countryOfResidence: 'USA' },
  })
  expect(status).toBe(400)
  expect(body.message.split('; ')).toEqual([
    'userDetails.firstName: Invalid string: must not be empty',
    'userDetails.lastName: Invalid input: expected string, received undefined',
    'userDetails.dateOfBirth: Invalid string: must be a date, YYYY-MM-DD',
    'userDetails.countryOfResidence: Invalid string: must be an ISO 3166-1 alpha-2 country code',
  ])
})

test('error: a locator that names no user', async () => {
  for (const locator of ['ada@example.com', 'email:ada', 'phoneNumber:0123', 'COMPANY'])
    expect((await world.call('PUT', `/users/${locator}`, {})).status).toBe(400)
})
