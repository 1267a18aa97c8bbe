// The environment of a function: its own variables and those that Lambda sets. What points into Lambda's own machines is
// left out (LD_LIBRARY_PATH, NODE_PATH, the X-Ray daemon).
// https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html

/** The session of a role. */
export type Credentials = {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string | undefined
}

const reserved = [
  '_HANDLER',
  '_X_AMZN_TRACE_ID',
  'AWS_ACCESS_KEY',
  'AWS_ACCESS_KEY_ID',
  'AWS_DEFAULT_REGION',
  'AWS_EXECUTION_ENV',
  'AWS_LAMBDA_FUNCTION_MEMORY_SIZE',
  'AWS_LAMBDA_FUNCTION_NAME',
  'AWS_LAMBDA_FUNCTION_VERSION',
  'AWS_LAMBDA_INITIALIZATION_TYPE',
  'AWS_LAMBDA_LOG_GROUP_NAME',
  'AWS_LAMBDA_LOG_STREAM_NAME',
  'AWS_LAMBDA_RUNTIME_API',
  'AWS_REGION',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'LAMBDA_RUNTIME_DIR',
  'LAMBDA_TASK_ROOT',
]

/**
 * Puts the environment of a function together.
 *
 * @param options.functionArn `arn:aws:lambda:REGION:ACCOUNT:function:NAME`.
 * @param options.handler File and export: `adminSigner.handler`.
 * @param options.memoryMb How much memory it is told that it has.
 * @param options.credentials Those of the function's role.
 * @param options.endpointUrl Where AWS is; the real one where absent.
 * @param options.variables The function's own.
 * @returns The whole environment of the function's processes, but for LAMBDA_TASK_ROOT and AWS_LAMBDA_RUNTIME_API.
 * @throws {RESERVED_ENVIRONMENT_VARIABLE} a variable is Lambda's to set; it refuses to deploy such a function.
 */
export const environmentVariables = (options: {
  readonly functionArn: string
  readonly handler: string
  readonly memoryMb: number
  readonly credentials: Credentials
  readonly endpointUrl?: string | undefined
  readonly variables: Readonly<Record<string, string>>
}): Readonly<Record<string, string>> => {
  const { functionArn, endpointUrl, variables } = options
  const taken = reserved.filter(name => name in variables)
  if (taken.length > 0) throw new ReservedEnvironmentVariableError(taken)
  const [, , , region = '', , , name = ''] = functionArn.split(':')
  const { accessKeyId, secretAccessKey, sessionToken } = options.credentials
  return {
    LANG: 'en_US.UTF-8',
    PATH: '/var/lang/bin:/usr/local/bin:/usr/bin/:/bin:/opt/bin',
    TZ: ':UTC',
    ...(endpointUrl === undefined ? {} : { AWS_ENDPOINT_URL: endpointUrl }),
    ...variables,
    _HANDLER: options.handler,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_DEFAULT_REGION: region,
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(options.memoryMb),
    AWS_LAMBDA_FUNCTION_NAME: name,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${name}`,
    AWS_LAMBDA_LOG_STREAM_NAME: 'sandbox/[$LATEST]',
    AWS_REGION: region,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    ...(sessionToken === undefined ? {} : { AWS_SESSION_TOKEN: sessionToken }),
    LAMBDA_RUNTIME_DIR: '/var/runtime',
  }
}

/** A function has variables of its own with names that Lambda keeps for itself. */
export class ReservedEnvironmentVariableError extends Error {
  override readonly name = 'ReservedEnvironmentVariableError'
  readonly code = 'RESERVED_ENVIRONMENT_VARIABLE'
  readonly variables: readonly string[]

  constructor(variables: readonly string[]) {
    super(`Lambda sets ${variables.join(', ')} itself and deploys no function that does. Use other names.`)
    this.variables = variables
  }
}
