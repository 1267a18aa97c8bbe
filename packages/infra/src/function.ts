// The function adminSigner: the service's bundle, with a log group of its own that outlives the stack.
// https://docs.aws.amazon.com/lambda/latest/dg/lambda-nodejs.html
import { Duration, Token } from 'aws-cdk-lib'
import { type CfnRole, Role } from 'aws-cdk-lib/aws-iam'
import {
  ApplicationLogLevel,
  Architecture,
  type CfnFunction,
  type Code,
  Function as LambdaFunction,
  LoggingFormat,
  Runtime,
  SystemLogLevel,
} from 'aws-cdk-lib/aws-lambda'
import type { ILogGroup } from 'aws-cdk-lib/aws-logs'
import type { Construct, IDependable } from 'constructs'
import type { FunctionNetwork } from './network.ts'
import { type Choice, whereGiven } from './optional.ts'

/** `handler` of adminSigner.mjs, in Lambda's notation. */
const handler = 'adminSigner.handler'

/**
 * The function.
 *
 * @param scope Where the function belongs.
 * @param props.functionName Its name.
 * @param props.code Its code; see `bundledCode`.
 * @param props.role Its execution role.
 * @param props.permissions What the role is allowed; must exist before the function does.
 * @param props.logGroup Where it logs, as JSON.
 * @param props.keyArn The key: an ARN, because an alias can be repointed.
 * @param props.signerAddress The address that the key must have.
 * @param props.reservedConcurrency How many requests at most it works on at a time; 0 stops it.
 * @param props.network Its place in a VPC.
 * @returns The function.
 */
export const createFunction = (
  scope: Construct,
  props: {
    readonly functionName: string
    readonly code: Code
    readonly role: CfnRole
    readonly permissions: IDependable
    readonly logGroup: ILogGroup
    readonly keyArn: string
    readonly signerAddress: Choice<string>
    readonly reservedConcurrency: Choice<number>
    readonly network: FunctionNetwork | undefined
  },
): LambdaFunction => {
  const created = new LambdaFunction(scope, 'Function', {
    functionName: props.functionName,
    description: 'Decodes what it is asked to sign, authorizes it, then asks KMS.',
    runtime: Runtime.NODEJS_24_X,
    architecture: Architecture.ARM_64,
    code: props.code,
    handler,
    role: Role.fromRoleArn(scope, 'FunctionRole', props.role.attrArn, { mutable: false }),
    memorySize: 512,
    // Below the 29 seconds for which API Gateway waits.
    timeout: Duration.seconds(25),
    logGroup: props.logGroup,
    loggingFormat: LoggingFormat.JSON,
    applicationLogLevelV2: ApplicationLogLevel.INFO,
    systemLogLevelV2: SystemLogLevel.WARN,
  })
  const resource = created.node.defaultChild as CfnFunction
  const address = whereGiven(props.signerAddress, given => given)
  resource.environment = {
    variables: {
      KMS_KEY_ID: props.keyArn,
      ...(address === undefined ? {} : { COFFER_SIGNER_ADDRESS: Token.asString(address) }),
    },
  }
  const concurrency = whereGiven(props.reservedConcurrency, given => given)
  if (concurrency !== undefined) resource.reservedConcurrentExecutions = Token.asNumber(concurrency)
  resource.vpcConfig = props.network
  created.node.addDependency(props.permissions)
  return created
}
