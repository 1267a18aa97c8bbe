// Deploys the signer as it is released: the template without CDK, and the built Lambda bundle with a policy in a bucket.
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { readCode } from '@coffer/infra/code'
import type { PolicySource } from '@coffer/service/policy'
import { zipSync } from 'fflate'
import { sha256Hex } from './canonicalRequest.ts'
import type { Cloud, Stack } from './cloud.ts'
import { execute, remove } from './cloudformation/execute.ts'
import { resolveParameters } from './cloudformation/parameters.ts'
import { createRecord, findRecord } from './cloudformation/record.ts'
import { parseTemplate } from './cloudformation/submission.ts'

/** The name that the app of @coffer/infra gives its stack. */
export const releasedStackName = 'treasury-signer'

const require = createRequire(import.meta.url)

/**
 * Deploys the released template, with the code that was built, as the administrator would. Where it is deployed already, it
 * is updated.
 *
 * @param cloud The cloud. Its services listen already.
 * @param options.parameters Values of the template's parameters, but for those that say where the code is.
 * @param options.policy By which the function decides; by default it denies everything. One with faults is deployed, and the
 *   function then refuses every request.
 * @returns The stack, `treasury-signer`.
 * @throws {BUNDLE_MISSING} the Lambda bundle was not built.
 * @throws {CLOUDFORMATION_ERROR} a parameter the template does not have, or a value it may not have.
 * @throws {STACK_FAILED} something of the stack cannot be had, for example a name that is taken.
 */
export const deployReleased = async (
  cloud: Cloud,
  options: {
    readonly parameters?: Readonly<Record<string, string>> | undefined
    readonly policy?: PolicySource | undefined
  } = {},
): Promise<Stack> => {
  const zip = zipRelease(options.policy)
  const code = { CodeBucket: `coffer-code-${cloud.account.accountId}`, CodeKey: `${sha256Hex(zip)}.zip` }
  cloud.buckets.set(code.CodeBucket, new Map([[code.CodeKey, zip]]))
  const file = require.resolve('@coffer/infra/template/treasury-signer.template.json')
  const templateBody = await readFile(file, 'utf8')
  const given = Object.entries({ ...options.parameters, ...code }).map(
    ([key, value]) =>
      new Map([
        ['ParameterKey', key],
        ['ParameterValue', value],
      ]),
  )
  const parameters = resolveParameters(parseTemplate(templateBody)['Parameters'], given, undefined)
  const submission = { templateBody, parameters, capabilities: ['CAPABILITY_NAMED_IAM'], tags: {} }
  const authority = { identity: cloud.identities.administrator, sourceIp: '127.0.0.1' }
  const existing = findRecord(cloud, releasedStackName)
  // A stack whose creation failed can only be removed.
  if (existing && !existing.submission) await remove(cloud, existing, authority)
  const record = findRecord(cloud, releasedStackName) ?? createRecord(cloud, releasedStackName)
  await execute(cloud, record, submission, authority)
  const stack = cloud.stacks.get(releasedStackName)
  if (!stack) throw new Error(`the stack ${releasedStackName} was removed while it was deployed`)
  return stack
}

/**
 * Zips the signing function's code as it would be uploaded: equal code gives equal bytes.
 *
 * @param policy By which the function decides; by default it denies everything.
 * @returns The zip file.
 * @throws {BUNDLE_MISSING} the Lambda bundle was not built.
 */
export const zipRelease = (policy?: PolicySource | undefined): Uint8Array =>
  // The earliest date that a zip file can hold; it holds local time. It is not sent far, so it need not be small.
  zipSync({ ...readCode({ policy }) }, { mtime: new Date(1980, 0, 1), level: 1 })
