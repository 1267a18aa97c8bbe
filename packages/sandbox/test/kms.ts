// A KMS of its own for each test, its client, and a short way to make keys.
import {
  CreateKeyCommand,
  type CreateKeyCommandInput,
  type KeyMetadata,
  KMSClient,
} from '@aws-sdk/client-kms'
import { createCloud } from '../src/aws/cloud.ts'
import { startAws } from '../src/aws/endpoint.ts'

export type TestKms = {
  readonly kms: KMSClient
  /** Creates a key; secp256k1, sign and verify, unless told otherwise. */
  readonly create: (
    more?: Partial<CreateKeyCommandInput>,
  ) => Promise<KeyMetadata & { readonly KeyId: string; readonly Arn: string }>
  readonly stop: () => Promise<void>
}

/** Starts it in us-east-1. @param now The server's clock, epoch milliseconds. */
export const startTestKms = async (now?: () => number): Promise<TestKms> => {
  const region = 'us-east-1'
  const cloud = createCloud({ region, now })
  const { accessKeyId, secretAccessKey } = cloud.identities.administrator
  const server = await startAws({ cloud })
  const credentials = { accessKeyId, secretAccessKey }
  const kms = new KMSClient({ endpoint: server.url, region, credentials, maxAttempts: 1 })
  return {
    kms,
    create: async (more = {}) => {
      const { KeyMetadata } = await kms.send(
        new CreateKeyCommand({ KeySpec: 'ECC_SECG_P256K1', KeyUsage: 'SIGN_VERIFY', ...more }),
      )
      return { ...KeyMetadata, KeyId: KeyMetadata?.KeyId ?? '', Arn: KeyMetadata?.Arn ?? '' }
    },
    stop: async () => {
      kms.destroy()
      await server.stop()
    },
  }
}
