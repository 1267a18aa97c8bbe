// Two calls in flight at the same time whose answers come in the other order, or to the wrong caller.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Trouble } from './exchange.ts'

/** Milliseconds by which the answer of the later call overtakes. */
const lead = 200

/** The call that came first is answered last. */
export const reordered: Trouble = async ({ cloud, respond, rendezvous }) => {
  const own = respond(cloud)
  const meeting = await rendezvous(own)
  if (meeting?.isFirst) await sleep(lead)
  return own
}

/** Each of the two gets the answer of the other one. */
export const swapped: Trouble = async ({ cloud, respond, rendezvous }) => {
  const own = respond(cloud)
  return (await rendezvous(own))?.other ?? own
}
