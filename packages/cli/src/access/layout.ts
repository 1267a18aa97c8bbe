// How a review writes names.

/** A principal without what goes without saying: the account under review. */
export function shorten(principal: string, account: string): string {
  if (principal === '*') return 'anyone (*)'
  const [, id, resource] = /^arn:[^:]+:iam::(\d{12}):(.+)$/.exec(principal) ?? []
  if (resource === undefined) return principal
  if (id !== account) return resource === 'root' ? `account ${id}` : principal
  return resource === 'root' ? 'root user' : resource
}
