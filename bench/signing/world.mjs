// The one key of the benchmarks, and where the clients find it.
export const region = 'eu-north-1'
export const keyArn = `arn:aws:kms:${region}:111122223333:key/11111111-2222-4333-8444-555555555555`
/** Of this file only: never use it for anything. */
export const secretKey = Uint8Array.from({ length: 32 }, (_, index) => index + 1)
/** The address of that key. */
export const address = '0x6370eF2f4Db3611D657b90667De398a2Cc2a370C'

/** The environment of a client, the same for all: what the AWS SDK reads by itself. */
export function environment(endpoint) {
  return {
    PATH: process.env.PATH,
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
    AWS_ENDPOINT_URL: endpoint,
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    KMS_KEY_ID: keyArn,
  }
}
