import { describe, expect, test } from 'vitest'
import { endpointOf, regionOf } from './kmsEndpoint.ts'

const ALIAS = { text: 'alias/treasury', region: undefined }
const KEY = { text: 'arn:aws:kms:eu-central-1:111122223333:key/1', region: 'eu-central-1' }

describe('the region', () => {
  test('default: that of the ARN', () => {
    expect(regionOf(undefined, KEY)).toBe('eu-central-1')
    expect(regionOf('eu-central-1', KEY)).toBe('eu-central-1')
  })

  test('behavior: the one that is given, where there is no ARN', () => {
    expect(regionOf('us-gov-west-1', ALIAS)).toBe('us-gov-west-1')
  })

  test.each([undefined, '', 'evil.example/', 'evil.example/eu', 'EU', 'eu-central-1\n'])(
    'error: %j is none',
    region => {
      expect(() => regionOf(region, ALIAS)).toThrow(
        expect.objectContaining({ code: 'KMS_REGION_MISSING', keyId: 'alias/treasury' }),
      )
    },
  )

  test('error: another one than that of the ARN', () => {
    expect(() => regionOf('us-east-1', KEY)).toThrow(
      expect.objectContaining({
        code: 'KMS_REGION_MISMATCH',
        keyId: KEY.text,
        message: expect.stringContaining("(the client's region is us-east-1)"),
      }),
    )
  })
})

describe('the endpoint', () => {
  test.each([
    ['eu-central-1', 'https://kms.eu-central-1.amazonaws.com/'],
    ['us-gov-west-1', 'https://kms.us-gov-west-1.amazonaws.com/'],
    ['cn-north-1', 'https://kms.cn-north-1.amazonaws.com.cn/'],
  ])('default: of %s it is %s', (region, url) => {
    expect(endpointOf(undefined, region).href).toBe(url)
  })

  test.each([
    'http://127.0.0.1:4566',
    'https://vpce-1.kms.eu-central-1.vpce.amazonaws.com/',
    'http://[::1]:80',
  ])('behavior: %s is taken as it is', url => {
    expect(endpointOf(url, 'eu-central-1').href).toBe(new URL(url).href)
  })

  test.each([
    'kms',
    '',
    'ftp://127.0.0.1',
    'http://127.0.0.1/path',
    'http://127.0.0.1/?a=b',
    'http://user@127.0.0.1',
  ])('error: %j', url => {
    expect(() => endpointOf(url, 'eu-central-1')).toThrow(TypeError)
  })

  test.each(['xhttp://127.0.0.1/', 'httpsx://127.0.0.1/', 'http://127.0.0.1/path'])(
    'error: %j, which is a URL',
    url => {
      expect(() => endpointOf(url, 'eu-central-1')).toThrow('must be an http: or https: URL of a host')
    },
  )
})
