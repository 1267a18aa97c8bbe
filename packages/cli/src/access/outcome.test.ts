import { expect, test } from 'vitest'
import { account, allow, reviewAccount } from '../../test/reviewedAccount.ts'
import { createStyle } from '../terminal.ts'
import { parseExpected } from './expected.ts'
import { parseExpectedWays } from './loosened.ts'
import { concludeReview } from './outcome.ts'

const ann = `arn:aws:iam::${account}:user/ann`
const { access } = reviewAccount({ users: { ann: { policies: { p: allow('kms:Sign') } } } })
const found = {
  account,
  region: 'eu-north-1',
  stack: 'treasury-signer',
  access,
  notReviewed: [],
  notUnderstood: [],
}
const notUnderstood = [{ statement: 'p/0', reason: 'Action is missing' }]
const style = createStyle(false)
const before = concludeReview(found, undefined, style)
const text = JSON.stringify(before.data)
const expected = { who: parseExpected(text, 'f.json'), ways: parseExpectedWays(text) }

test('a review expects itself, as its JSON', () => {
  expect(before.data['who']).toMatchObject({ sign: [`arn:aws:iam::${account}:root`, ann] })
  expect(before.exitCode).toBeUndefined()
  expect(concludeReview(found, expected, style)).toMatchObject({
    exitCode: 0,
    data: { unexpected: [], missing: [] },
  })
})

test('somebody unexpected ends it with 3; somebody missing does not', () => {
  const { who } = expected
  const others = { ...expected, who: { ...who, sign: who.sign.filter(name => name !== ann) } }
  expect(concludeReview(found, others, style)).toMatchObject({
    exitCode: 3,
    data: { unexpected: [{ capability: 'sign', principal: ann }] },
  })
  const more = { ...expected, who: { ...who, sign: [...who.sign, 'bob'] } }
  expect(concludeReview(found, more, style)).toMatchObject({
    exitCode: 0,
    data: { missing: [{ capability: 'sign', principal: 'bob' }] },
  })
})

test('somebody expected, under conditions that are gone or as a role that more may assume, ends it with 3', () => {
  const ways = expected.ways.map(way =>
    way.principal === ann ? { ...way, conditions: ['if aws:SourceIp IpAddress 192.0.2.0/24'] } : way,
  )
  expect(concludeReview(found, { ...expected, ways }, style)).toMatchObject({
    exitCode: 3,
    data: {
      unexpected: [
        {
          capability: 'sign',
          principal: ann,
          reason: 'no longer if aws:SourceIp IpAddress 192.0.2.0/24',
        },
      ],
    },
  })
  const assumable = found.access.map(one => ({ ...one, assumableBy: ['999999999999'] }))
  expect(concludeReview({ ...found, access: assumable }, expected, style)).toMatchObject({
    exitCode: 3,
    data: {
      unexpected: expect.arrayContaining([
        expect.objectContaining({ reason: 'may be assumed by 999999999999 too' }),
      ]),
    },
  })
})

test('what is not understood is as good as unexpected, where somebody is expected', () => {
  expect(concludeReview({ ...found, notUnderstood }, expected, style).exitCode).toBe(3)
  expect(concludeReview({ ...found, notUnderstood }, undefined, style).exitCode).toBeUndefined()
})
