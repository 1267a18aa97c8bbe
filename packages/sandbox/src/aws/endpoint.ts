// One address for all services of AWS, as AWS_ENDPOINT_URL has it: a request says by its signature which service it is for.
import { headersByName, splitTarget } from '../rawRequest.ts'
import { type Listener, listen, type ServerRequest, type ServerResponseData } from '../server.ts'
import { respondApiGateway } from './apiGateway.ts'
import type { Cloud } from './cloud.ts'
import { respondCloudFormation } from './cloudformation.ts'
import { respondCloudTrail } from './cloudTrail.ts'
import { respondCloudWatch } from './cloudWatch.ts'
import { respondEvents } from './events.ts'
import { respondIam } from './iam.ts'
import { isForTrouble, respondTrouble } from './kms/trouble/control.ts'
import { respondKmsInTrouble } from './kms/trouble/respond.ts'
import { isForCode, respondCode } from './lambda/codeLocation.ts'
import { respondLambda } from './lambda.ts'
import { respondS3 } from './s3.ts'
import { respondSns } from './sns.ts'
import { respondSsm } from './ssm.ts'
import { respondSts } from './sts.ts'

/** Answers requests for one service: authenticates, authorizes, acts. */
export type Service = (
  request: ServerRequest,
  cloud: Cloud,
) => ServerResponseData | Promise<ServerResponseData>

/** By the name of the service in a credential scope. */
const services: ReadonlyMap<string, Service> = new Map<string, Service>([
  ['apigateway', respondApiGateway],
  ['cloudformation', respondCloudFormation],
  ['cloudtrail', respondCloudTrail],
  ['events', respondEvents],
  ['iam', respondIam],
  ['kms', respondKmsInTrouble],
  ['lambda', respondLambda],
  ['monitoring', respondCloudWatch],
  ['s3', respondS3],
  ['sns', respondSns],
  ['ssm', respondSsm],
  ['sts', respondSts],
])

/** Templates and zip files are the largest bodies. */
const maxBodyBytes = 16 * 1024 * 1024

/**
 * Starts the services on loopback, over a cloud.
 *
 * @param options.port The port on 127.0.0.1; a free one where absent.
 * @param options.cloud What there is. It is told where the services listen.
 * @returns The running server; `url` is the endpoint for AWS_ENDPOINT_URL.
 * @see https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
 */
export const startAws = async (options: {
  readonly port?: number | undefined
  readonly cloud: Cloud
}): Promise<Listener> => {
  const { port, cloud } = options
  const listener = await listen({
    port,
    maxBodyBytes,
    now: cloud.now,
    respond: async request => (findService(request) ?? unknownService)(request, cloud),
  })
  cloud.urls.aws = listener.url
  return listener
}

const findService = (request: ServerRequest): Service | undefined => {
  const headers = headersByName(request.rawHeaders)
  const scope = /Credential=[^/,]*\/[^/,]*\/[^/,]*\/([^/,]*)\//.exec(headers.get('authorization')?.[0] ?? '')
  const named = services.get(scope?.[1] ?? '')
  if (named) return named
  if (isForCode(request)) return respondCode
  if (isForTrouble(request)) return respondTrouble
  // Without a signature, or with one for something else, the service is the one whose protocol the request speaks.
  if (request.method !== 'POST' || splitTarget(request.url).path !== '/') return undefined
  switch ((headers.get('content-type')?.[0] ?? '').split(';')[0]?.trim().toLowerCase()) {
    case 'application/x-amz-json-1.1':
      return respondKmsInTrouble
    case 'application/x-www-form-urlencoded':
      return respondSts
    default:
      return undefined
  }
}

const unknownService: Service = () => ({
  status: 404,
  headers: { 'content-type': 'application/x-amz-json-1.1' },
  body: '<UnknownOperationException/>\n',
})
