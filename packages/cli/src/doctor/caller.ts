// Checks of whoever runs the command: credentials and Region.
// https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import type { Context } from '../context.ts'
import { type ExitCode, exitCodes } from '../exitCodes.ts'
import { toFailure } from '../failure.ts'
import { type Check, failed, ok } from './check.ts'

export type Caller = {
  readonly arn: string
  /** 12 digits. */
  readonly account: string
  readonly region: string
}

export type CallerResult = {
  readonly checks: readonly Check[]
  /** Undefined where AWS cannot be asked anything. */
  readonly caller: Caller | undefined
  /** Of a run that ends here. */
  readonly exitCode: ExitCode
}

/** Finds out who asks, and where. */
export async function checkCaller(context: Context): Promise<CallerResult> {
  const region = await context
    .kms()
    .config.region()
    .catch(() => undefined)
  if (region === undefined)
    return {
      checks: [
        {
          id: 'region',
          group: 'caller',
          ...failed('the Region is not known', 'export AWS_REGION=eu-north-1'),
        },
      ],
      caller: undefined,
      exitCode: exitCodes.refused,
    }
  const where: Check = { id: 'region', group: 'caller', ...compareRegions(region, context.config) }
  try {
    const { Arn = '', Account = '' } = await new STSClient(context.aws).send(new GetCallerIdentityCommand({}))
    const who: Check = { id: 'credentials', group: 'caller', ...ok(Arn) }
    return { checks: [who, where], caller: { arn: Arn, account: Account, region }, exitCode: exitCodes.ok }
  } catch (error) {
    const { message, exitCode } = toFailure(error)
    const isDown = exitCode === exitCodes.unavailable
    const fix = isDown ? 'is AWS_ENDPOINT_URL set to something that still runs?' : 'aws configure'
    const who: Check = { id: 'credentials', group: 'caller', ...failed(message, fix) }
    const ending = isDown ? exitCodes.unavailable : exitCodes.unauthorized
    return { checks: [who, where], caller: undefined, exitCode: ending }
  }
}

/** The Regions that the configuration implies must be the one where AWS is asked. */
function compareRegions(
  region: string,
  { keyId = '', endpoint = '' }: Context['config'],
): ReturnType<typeof ok> {
  const others = [
    ['the key', /^arn:[^:]+:kms:([^:]+):/.exec(keyId)?.[1]],
    ['the endpoint', /\.execute-api\.([a-z0-9-]+)\./.exec(endpoint)?.[1]],
  ].filter(([, other]) => other !== undefined && other !== region)
  const [[what, other] = []] = others
  return what === undefined
    ? ok(region)
    : failed(`${region}, but ${what} of the configuration is in ${other}`, `export AWS_REGION=${other}`)
}
