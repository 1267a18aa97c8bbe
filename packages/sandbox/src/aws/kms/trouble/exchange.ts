// One call of KMS as a trouble sees it: the request, what KMS would answer, and the means to answer something else.
import { randomUUID } from 'node:crypto'
import type { ServerRequest, ServerResponseData } from '../../../server.ts'
import type { Cloud } from '../../cloud.ts'
import type { Key } from '../store.ts'
import type { Rendezvous } from './rendezvous.ts'

/** A call that is about to go wrong. */
export type Exchange = {
  readonly request: ServerRequest
  readonly cloud: Cloud
  /** What KMS answers, in this cloud or in a changed one. Calling it is what makes the call happen. */
  readonly respond: (cloud: Cloud) => ServerResponseData
  /** Where calls that are in flight at the same time meet. */
  readonly rendezvous: Rendezvous
}

/** How much of it, where a trouble has a measure. */
export type Measure = {
  /** How many leading zero bytes. */
  readonly bytes: number
  readonly milliseconds: number
}

/** Answers a call in the place of KMS. */
export type Trouble = (
  exchange: Exchange,
  measure: Measure,
) => ServerResponseData | Promise<ServerResponseData>

/**
 * Reads the input of a call.
 *
 * @param request The request as received.
 * @returns Its members; none where the body is not a JSON object.
 */
export const inputOf = (request: ServerRequest): Readonly<Record<string, unknown>> => {
  try {
    return asObject(JSON.parse(Buffer.from(request.body).toString('utf8')))
  } catch {
    return {}
  }
}

/**
 * Lets the call happen and changes its output.
 *
 * @param exchange The call.
 * @param change Takes the members of the output and the key that it is of, returns others, or
 *   undefined where there is no such output. Not called for a call that failed.
 * @returns The answer with the changed output; ValidationException where there is none.
 */
export const changeOutput = (
  { cloud, respond }: Exchange,
  change: (
    output: Readonly<Record<string, unknown>>,
    key: Key,
  ) => Readonly<Record<string, unknown>> | undefined,
): ServerResponseData => {
  const answer = respond(cloud)
  if (answer.status !== 200) return answer
  const output = asObject(JSON.parse(Buffer.from(answer.body).toString('utf8')))
  const key = cloud.kms.keys.get(String(output['KeyId']).split('/').at(-1) ?? '')
  if (!key) return answer
  const changed = change(output, key)
  return changed
    ? { ...answer, body: JSON.stringify(changed) }
    : failure(400, 'ValidationException', 'The sandbox cannot make this trouble of this request.')
}

/**
 * Makes an error of KMS.
 *
 * @param status The HTTP status.
 * @param type For example `ThrottlingException`.
 * @param message What it says.
 * @returns The answer.
 */
export const failure = (status: number, type: string, message: string): ServerResponseData => ({
  status,
  headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-RequestId': randomUUID() },
  body: JSON.stringify({ __type: type, message }),
})

const asObject = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {}
