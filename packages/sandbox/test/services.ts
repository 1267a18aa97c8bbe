// AWS's services on loopback with the released template deployed, for the SDK's clients; the function is a small one.
import { zipSync } from 'fflate'
import { type Cloud, createCloud } from '../src/aws/cloud.ts'
import { deployStack } from '../src/aws/deploy.ts'
import { startAws } from '../src/aws/endpoint.ts'
import type { Identity } from '../src/aws/identity.ts'
import { releasedTemplate } from './cloud.ts'

export const region = 'eu-north-1'
const stackName = 'treasury-signer'

export type ClientConfig = {
  readonly endpoint: string
  readonly region: string
  readonly credentials: {
    readonly accessKeyId: string
    readonly secretAccessKey: string
    readonly sessionToken?: string
  }
  readonly maxAttempts: number
}

export type Services = {
  readonly cloud: Cloud
  readonly url: string
  /** What a client of the SDK is made with, to act as somebody. */
  readonly as: (who: keyof Cloud['identities'] | Identity) => ClientConfig
  readonly stop: () => Promise<void>
}

/** A zip file with the code of a function. */
export const zipCode = (source: string): Uint8Array =>
  zipSync({ 'adminSigner.mjs': new TextEncoder().encode(source) })

/** The code that is deployed. */
export const echo: Uint8Array = zipCode(
  'export const handler = async event => ({ event, flag: process.env.FLAG })',
)

/** @param parameters Of the released template. */
export const startServices = async (
  parameters: Readonly<Record<string, string>> = {},
  options: Parameters<typeof createCloud>[0] = {},
): Promise<Services> => {
  const cloud = createCloud({ region, ...options })
  const server = await startAws({ cloud })
  cloud.buckets.set('code', new Map([['code.zip', echo]]))
  await deployStack(cloud, {
    stackName,
    templateBody: releasedTemplate,
    parameters: { CodeBucket: 'code', CodeKey: 'code.zip', ...parameters },
  })
  const as: Services['as'] = who => {
    const { accessKeyId, secretAccessKey, sessionToken } =
      typeof who === 'string' ? cloud.identities[who] : who
    const credentials = { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) }
    return { endpoint: server.url, region, credentials, maxAttempts: 1 }
  }
  const stop = async (): Promise<void> => {
    await Promise.all([...cloud.code.values()].map(({ running }) => running.stop()))
    await server.stop()
  }
  return { cloud, url: server.url, as, stop }
}
