// `coffer access`: who could sign, ask for signatures, or change what guards them, from the account's own policies.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
import { readFile } from 'node:fs/promises'
import { parseExpected } from '../access/expected.ts'
import { readIdentities } from '../access/identities.ts'
import { type ExpectedWay, parseExpectedWays } from '../access/loosened.ts'
import { concludeReview } from '../access/outcome.ts'
import { readAccountDetails, readSigner } from '../access/readSigner.ts'
import type { NotReviewed } from '../access/report.ts'
import { review, type Who } from '../access/review.ts'
import type { Context, Outcome } from '../context.ts'
import { CliError } from '../failure.ts'
import { readStack } from '../stack.ts'

/**
 * Reviews the access to a treasury signer.
 *
 * @param options.stackName The stack of the signer.
 * @param options.expectFile JSON of an earlier review. Somebody who is not in it, or has fewer conditions than there, or a policy that is not
 *   understood, ends the review with exit code 3.
 * @throws {CliError} EXPECT_INVALID, FILE_UNREADABLE, STACK_NOT_FOUND, STACK_INCOMPLETE, or PERMISSION_MISSING.
 */
export async function reviewAccess(
  context: Context,
  options: { stackName: string; expectFile?: string | undefined },
): Promise<Outcome> {
  const { terminal } = context
  const expected = options.expectFile === undefined ? undefined : await readExpected(options.expectFile)
  const stack = await terminal.progress(`reading the stack ${options.stackName}`, () =>
    readStack(context, options.stackName),
  )
  const details = await terminal.progress('reading users, roles and policies', () =>
    readAccountDetails(context),
  )
  const identities = readIdentities(details)
  const { signer, notUnderstood } = await terminal.progress(
    'reading the policies of key, API and function',
    () => readSigner(context, stack, details),
  )
  const notReviewed: readonly NotReviewed[] =
    signer.trailArn === undefined
      ? [{ capability: 'changeTrail', reason: 'the stack has no trail of its own' }]
      : []
  const found = {
    account: stack.account,
    region: stack.region,
    stack: stack.name,
    access: review(signer, identities.subjects),
    notReviewed,
    notUnderstood: [...identities.notUnderstood, ...notUnderstood],
  }
  return concludeReview(found, expected, terminal.style)
}

async function readExpected(
  file: string,
): Promise<{ readonly who: Who; readonly ways: readonly ExpectedWay[] }> {
  const text = await readFile(file, 'utf8').catch((cause: Error) => {
    throw new CliError('FILE_UNREADABLE', `--expect ${file} cannot be read: ${cause.message}`, { cause })
  })
  return { who: parseExpected(text, file), ways: parseExpectedWays(text) }
}
