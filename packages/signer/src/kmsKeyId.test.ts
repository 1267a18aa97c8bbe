import { describe, expect, test } from 'vitest'
import { isAnswerTo, isKeyArn, parseKmsKeyId } from './kmsKeyId.ts'

const KEY = '1234abcd-12ab-34cd-56ef-1234567890ab'
const KEY_ARN = `arn:aws:kms:eu-central-1:111122223333:key/${KEY}`
const ALIAS_ARN = 'arn:aws:kms:eu-central-1:111122223333:alias/treasury'
const OTHER_ARN = 'arn:aws:kms:eu-central-1:111122223333:key/9'

describe('a name', () => {
  test.each([KEY, 'mrk-1234abcd12ab34cd56ef1234567890ab', 'alias/treasury', 'alias/Team_1/treasury-2'])(
    'behavior: %s has no region',
    text => {
      expect(parseKmsKeyId(text)).toEqual({ text, region: undefined })
      expect(isKeyArn(text)).toBe(false)
    },
  )

  test.each([
    [KEY_ARN, 'eu-central-1'],
    ['arn:aws-cn:kms:cn-north-1:111122223333:key/1', 'cn-north-1'],
    ['arn:aws-us-gov:kms:us-gov-west-1:111122223333:key/mrk-1', 'us-gov-west-1'],
  ])('behavior: %s is a key ARN and has a region', (text, region) => {
    expect(parseKmsKeyId(text)).toEqual({ text, region })
    expect(isKeyArn(text)).toBe(true)
  })

  test.each([ALIAS_ARN, 'arn:aws:kms:eu-central-1:111122223333:alias/Team_1/treasury-2'])(
    'behavior: %s has a region, and is no key ARN',
    text => {
      expect(parseKmsKeyId(text)).toEqual({ text, region: 'eu-central-1' })
      expect(isKeyArn(text)).toBe(false)
    },
  )

  test.each([
    '',
    'alias/',
    'my alias/treasury',
    'alias/treasury!',
    'key/1',
    `a ${KEY}`,
    `${KEY} `,
    ` ${KEY_ARN}`,
    `${KEY_ARN}/1`,
    `${ALIAS_ARN}\n`,
    'arn:aws1:kms:eu-central-1:111122223333:key/1',
    'arn:aws:s3:eu-central-1:111122223333:key/1',
    'arn:aws:kms::111122223333:key/1',
    'arn:aws:kms:EU:111122223333:key/1',
    'arn:aws:kms:eu-central-1:11112222333:key/1',
    'arn:aws:kms:eu-central-1:1111222233334:key/1',
    'arn:aws:kms:eu-central-1:11112222333a:key/1',
    'arn:aws:kms:eu-central-1:111122223333:key/',
    'arn:aws:kms:eu-central-1:111122223333:key/alias/1',
    'arn:aws:kms:eu-central-1:111122223333:alias/',
    'arn:aws:kms:eu-central-1:111122223333:grant/1',
  ])('error: %j is none', text => {
    expect(parseKmsKeyId(text)).toBeUndefined()
    expect(isKeyArn(text)).toBe(false)
  })
})

describe('an answer', () => {
  const isAnswer = (name: string, keyArn: string): boolean =>
    isAnswerTo(parseKmsKeyId(name) ?? { text: name, region: undefined }, keyArn)

  test.each([KEY_ARN, KEY, ALIAS_ARN, 'alias/treasury'])('behavior: %s may be the key', name => {
    expect(isAnswer(name, KEY_ARN)).toBe(true)
  })

  test.each([
    [KEY_ARN, OTHER_ARN],
    [KEY, OTHER_ARN],
    [KEY.slice(1), KEY_ARN],
    [ALIAS_ARN, KEY_ARN.replace('111122223333', '999999999999')],
    [ALIAS_ARN, KEY_ARN.replace('eu-central-1', 'eu-central-2')],
    [ALIAS_ARN, ALIAS_ARN],
    ['alias/treasury', ALIAS_ARN],
    ['alias/treasury', KEY],
    [KEY, KEY],
  ])('error: what was asked for as %s is not %s', (name, keyArn) => {
    expect(isAnswer(name, keyArn)).toBe(false)
  })
})
