// Where two calls that are in flight at the same time meet, so that their answers can be reordered or exchanged.
import type { ServerResponseData } from '../../../server.ts'

/** The answer of the other call, and which of the two came first. */
export type Meeting = { readonly other: ServerResponseData; readonly isFirst: boolean }

/** Waits for another call. Resolves to undefined where none came in time. */
export type Rendezvous = (own: ServerResponseData) => Promise<Meeting | undefined>

/** Milliseconds that a call waits for another one: less than the five seconds after which clients give a request up. */
const patience = 4_000

/** Makes a place to meet for two calls at a time. */
export const createRendezvous = (): Rendezvous => {
  let waiting: { readonly answer: ServerResponseData; readonly meet: (meeting: Meeting) => void } | undefined
  return own =>
    new Promise(resolve => {
      if (waiting) {
        const first = waiting
        waiting = undefined
        first.meet({ other: own, isFirst: true })
        resolve({ other: first.answer, isFirst: false })
        return
      }
      const timer = setTimeout(() => {
        waiting = undefined
        resolve(undefined)
      }, patience)
      waiting = {
        answer: own,
        meet: meeting => {
          clearTimeout(timer)
          resolve(meeting)
        },
      }
    })
}
