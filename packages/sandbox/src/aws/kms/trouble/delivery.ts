// Answers that are right, and do not arrive as they should. The call happens all the same: KMS has signed.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Trouble } from './exchange.ts'

/** The connection is reset in the place of an answer. */
export const reset: Trouble = ({ cloud, respond }) => ({ ...respond(cloud), delivery: 'reset' })

/** The connection ends after half of the body. */
export const cut: Trouble = ({ cloud, respond }) => ({ ...respond(cloud), delivery: 'cut' })

/** Nothing comes after half of the body. */
export const stalled: Trouble = ({ cloud, respond }) => ({ ...respond(cloud), delivery: 'stalled' })

/** Nothing comes at all. */
export const silence: Trouble = ({ cloud, respond }) => ({ ...respond(cloud), delivery: 'silence' })

export const slow: Trouble = async ({ cloud, respond }, { milliseconds }) => {
  await sleep(milliseconds)
  return respond(cloud)
}

/** Half of the body, with a content-length that fits. */
export const truncated: Trouble = ({ cloud, respond }) => {
  const answer = respond(cloud)
  return { ...answer, body: answer.body.slice(0, answer.body.length >> 1) }
}

export const emptyBody: Trouble = ({ cloud, respond }) => ({ ...respond(cloud), body: '' })

export const wrongContentType: Trouble = ({ cloud, respond }) => {
  const answer = respond(cloud)
  return { ...answer, headers: { ...answer.headers, 'content-type': 'text/html' } }
}
