// Calls that KMS refuses, though nothing is wrong with them.
import { failure, type Trouble } from './exchange.ts'

/** By how much the clock of KMS is ahead: more than the five minutes that a signature may be off. */
const skew = 10 * 60_000

export const throttled: Trouble = () =>
  failure(
    400,
    'ThrottlingException',
    'You have exceeded the rate at which you may call KMS. Reduce the frequency of your calls.',
  )

export const internalError: Trouble = () =>
  failure(500, 'KMSInternalException', 'The request failed because of an internal error.')

/** The clock of KMS is ahead of everybody's. Its Date header says so. */
export const clockSkew: Trouble = ({ cloud, respond }) => {
  const now = (): number => cloud.now() + skew
  const answer = respond({ ...cloud, now })
  return { ...answer, headers: { ...answer.headers, date: new Date(now()).toUTCString() } }
}

/** Everybody's credentials have expired. */
export const expiredCredentials: Trouble = ({ cloud, respond }) => {
  const expired = [...cloud.credentials].map(
    ([id, identity]) => [id, { ...identity, expiresAt: cloud.now() - 1_000 }] as const,
  )
  return respond({ ...cloud, credentials: new Map(expired) })
}

/** What a load balancer answers in the place of the service behind it. */
export const errorPage: Trouble = () => ({
  status: 503,
  headers: { 'content-type': 'text/html' },
  body: '<html>\r\n<head><title>503 Service Temporarily Unavailable</title></head>\r\n<body>\r\n<center><h1>503 Service Temporarily Unavailable</h1></center>\r\n</body>\r\n</html>\r\n',
})
