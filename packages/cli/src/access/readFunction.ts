// Reads the function: its role, and its policies, of which each version and alias has one of its own.
// https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html
import {
  GetFunctionConfigurationCommand,
  GetPolicyCommand,
  LambdaClient,
  paginateListAliases,
  paginateListVersionsByFunction,
  ResourceNotFoundException,
} from '@aws-sdk/client-lambda'
import type { Context } from '../context.ts'
import { CliError } from '../failure.ts'
import { withPermission } from '../permission.ts'
import { readJsonPolicy } from './documents.ts'
import type { ReadPolicy } from './statement.ts'

/** A function and the statements of all its policies. */
export type ReadFunction = ReadPolicy & { readonly arn: string; readonly roleArn: string }

/**
 * Reads the function.
 *
 * @param name Its name or ARN.
 * @throws {CliError} PERMISSION_MISSING, or AWS_ANSWER_INCOMPLETE.
 */
export async function readFunction(context: Context, name: string): Promise<ReadFunction> {
  const client = new LambdaClient(context.aws)
  const on = `on the function ${name}`
  const { FunctionArn: arn, Role: roleArn } = await withPermission(
    `lambda:GetFunctionConfiguration ${on}`,
    () => client.send(new GetFunctionConfigurationCommand({ FunctionName: name })),
  )
  if (arn === undefined || roleArn === undefined)
    throw new CliError('AWS_ANSWER_INCOMPLETE', `Lambda told no ARN or no role of the function ${name}`)
  const qualifiers = await readQualifiers(client, name)
  const policies: ReadPolicy[] = []
  for (const qualifier of [undefined, ...qualifiers])
    policies.push(
      await withPermission(`lambda:GetPolicy ${on}`, () => readFunctionPolicy(client, name, qualifier)),
    )
  return {
    arn,
    roleArn,
    statements: policies.flatMap(({ statements }) => statements),
    notUnderstood: policies.flatMap(({ notUnderstood }) => notUnderstood),
  }
}

/** Numbers of versions and names of aliases. `$LATEST` has no policy but the function's. */
async function readQualifiers(client: LambdaClient, name: string): Promise<readonly string[]> {
  const found: string[] = []
  await withPermission(`lambda:ListVersionsByFunction on the function ${name}`, async () => {
    for await (const page of paginateListVersionsByFunction({ client }, { FunctionName: name }))
      found.push(...(page.Versions ?? []).flatMap(({ Version }) => Version ?? []))
  })
  await withPermission(`lambda:ListAliases on the function ${name}`, async () => {
    for await (const page of paginateListAliases({ client }, { FunctionName: name }))
      found.push(...(page.Aliases ?? []).flatMap(({ Name }) => Name ?? []))
  })
  return found.filter(qualifier => qualifier !== '$LATEST')
}

async function readFunctionPolicy(
  client: LambdaClient,
  name: string,
  qualifier: string | undefined,
): Promise<ReadPolicy> {
  const title = qualifier === undefined ? 'function policy' : `policy of function ${name}:${qualifier}`
  const input = { FunctionName: name, ...(qualifier === undefined ? {} : { Qualifier: qualifier }) }
  const answer = await client.send(new GetPolicyCommand(input)).catch((error: unknown) => {
    if (error instanceof ResourceNotFoundException) return undefined
    throw error
  })
  if (answer === undefined) return { statements: [], notUnderstood: [] }
  return readJsonPolicy(answer.Policy ?? '', title, 'resource')
}
