// Checks of the function: that what runs beside the key is this release, as it was deployed, behind the endpoint alone.
// https://docs.aws.amazon.com/lambda/latest/api/API_GetFunction.html
import {
  type Concurrency,
  type FunctionConfiguration,
  GetFunctionCommand,
  GetFunctionUrlConfigCommand,
  LambdaClient,
} from '@aws-sdk/client-lambda'
import { withPermission } from '../permission.ts'
import { type Check, checksOf, type Finding, failed, need, ok, shared, shellWord } from './check.ts'
import { checkCode, downloadCode } from './functionCode.ts'
import { checkFunctionPolicy, orUndefinedWhenMissing } from './functionPolicy.ts'
import { keyIdOf } from './key.ts'
import { checkPolicy } from './policy.ts'
import { needDeployed, needStack, type Scene } from './scene.ts'

export type LambdaFunction = {
  readonly configuration: FunctionConfiguration
  readonly environment: Readonly<Record<string, string>>
  /** URL of the zip file, valid for some minutes. */
  readonly codeUrl: string | undefined
  readonly concurrency: Concurrency | undefined
}

const check = checksOf('function')

/**
 * Checks the function.
 *
 * @param lambda Reads it, see `readFunction`.
 */
export function checkFunction(
  scene: Scene,
  lambda: () => Promise<LambdaFunction>,
): readonly Promise<Check>[] {
  const name = shared(async () => needStack(scene).outputs['SigningFunction'] ?? '')
  const files = shared(async () => downloadCode(await lambda()))
  return [
    check('function', async () => judgeState((await lambda()).configuration)),
    check('function-code', async () => checkCode(scene, await files())),
    check('policy', async () => checkPolicy(scene, await files())),
    check('function-runtime', async () => judgeRuntime((await lambda()).configuration, scene)),
    check('function-role', async () => judgeRole((await lambda()).configuration, scene)),
    check('function-environment', async () => judgeEnvironment((await lambda()).environment, scene)),
    check('function-key', async () => judgeKey((await lambda()).environment, scene)),
    check('function-policy', async () => checkFunctionPolicy(scene, await name())),
    check('function-url', async () => checkUrl(scene, await name())),
    check('function-concurrency', async () => judgeConcurrency(await lambda(), await name())),
  ]
}

/**
 * Reads the function.
 *
 * @throws {NothingToCheckError} There is no stack.
 * @throws {CliError} PERMISSION_MISSING
 */
export async function readFunction(scene: Scene): Promise<LambdaFunction> {
  const name = need(needStack(scene).outputs['SigningFunction'], 'the stack names no function')
  const { Configuration, Code, Concurrency } = await withPermission(
    `lambda:GetFunction on the function ${name}`,
    () => new LambdaClient(scene.context.aws).send(new GetFunctionCommand({ FunctionName: name })),
  )
  const configuration = Configuration ?? {}
  return {
    configuration,
    environment: configuration.Environment?.Variables ?? {},
    codeUrl: Code?.Location,
    concurrency: Concurrency,
  }
}

function judgeState({ FunctionName, State, StateReason, LastUpdateStatus }: FunctionConfiguration): Finding {
  const isWell = (State ?? 'Active') === 'Active' && (LastUpdateStatus ?? 'Successful') === 'Successful'
  if (isWell) return ok(`${FunctionName}`)
  return failed(
    `${FunctionName} is ${State}, its last update ${LastUpdateStatus}: ${StateReason ?? 'no reason told'}`,
    `aws lambda get-function-configuration --function-name ${FunctionName}`,
  )
}

/** Layers and other packages would run beside the key, too. */
function judgeRuntime(configuration: FunctionConfiguration, scene: Scene): Finding {
  const { FunctionName, Runtime, Handler, Architectures = [], Layers = [] } = configuration
  const { runtime, handler, architecture } = needDeployed(scene).function
  const found = [Runtime, Handler, ...Architectures, ...Layers.map(({ Arn }) => `layer ${Arn}`)].join(', ')
  const expected = [runtime, handler, architecture].join(', ')
  return found === expected
    ? ok(found)
    : failed(
        `${found}; deployed was ${expected}`,
        `aws lambda update-function-configuration --function-name ${FunctionName} --runtime ${runtime} --handler ${handler} --layers '[]'`,
      )
}

function judgeRole({ FunctionName, Role }: FunctionConfiguration, scene: Scene): Finding {
  const { roleArn } = needDeployed(scene).function
  return Role === roleArn
    ? ok(roleArn)
    : failed(
        `it runs as ${Role}, not as ${roleArn}`,
        `aws lambda update-function-configuration --function-name ${FunctionName} --role ${roleArn}`,
      )
}

/** A variable such as NODE_OPTIONS makes other code run, AWS_ENDPOINT_URL another KMS answer. */
function judgeEnvironment(environment: LambdaFunction['environment'], scene: Scene): Finding {
  const known = ['KMS_KEY_ID', 'COFFER_SIGNER_ADDRESS']
  const others = Object.keys(environment).filter(name => !known.includes(name))
  if (others.length === 0) return ok('only what the service reads')
  return failed(`variables that the service does not read: ${others.join(', ')}`, restoreEnvironment(scene))
}

function judgeKey({ KMS_KEY_ID: used = '' }: LambdaFunction['environment'], scene: Scene): Finding {
  const keyId = need(keyIdOf(scene), 'no key is configured')
  if (used === keyId) return ok(used)
  const reason = used.startsWith('arn:') && used.includes(':key/') ? '' : ', which is no key ARN'
  return failed(
    `it signs with ${used || 'no key'}${reason}; the stack's is ${keyId}`,
    restoreEnvironment(scene),
  )
}

/** The command that gives the function the variables again with which it was deployed. */
export function restoreEnvironment(scene: Scene): string {
  const { name, environment } = needDeployed(scene).function
  return `aws lambda update-function-configuration --function-name ${name} --environment ${shellWord({ Variables: environment })}`
}

async function checkUrl(scene: Scene, name: string): Promise<Finding> {
  const client = new LambdaClient(scene.context.aws)
  const url = await orUndefinedWhenMissing(() =>
    withPermission(`lambda:GetFunctionUrlConfig on the function ${name}`, () =>
      client.send(new GetFunctionUrlConfigCommand({ FunctionName: name })),
    ),
  )
  return url === undefined
    ? ok('none')
    : failed(
        `${url.FunctionUrl} leads to the function past the endpoint`,
        `aws lambda delete-function-url-config --function-name ${name}`,
      )
}

function judgeConcurrency({ concurrency }: LambdaFunction, name: string): Finding {
  const reserved = concurrency?.ReservedConcurrentExecutions
  if (reserved === undefined) return ok('not limited')
  return reserved > 0
    ? ok(`${reserved} at a time`)
    : failed(
        'all signing is stopped: the reserved concurrency is 0',
        `aws lambda delete-function-concurrency --function-name ${name}`,
      )
}
