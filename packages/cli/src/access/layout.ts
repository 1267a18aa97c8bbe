// How names and long lines of a review are written.

/** Columns of a terminal that a review keeps to. */
export const width = 100

/** A principal without what goes without saying: the account under review. */
export function shorten(principal: string, account: string): string {
  if (principal === '*') return 'anyone (*)'
  const [, id, resource] = /^arn:[^:]+:iam::(\d{12}):(.+)$/.exec(principal) ?? []
  if (resource === undefined) return principal
  if (id !== account) return resource === 'root' ? `account ${id}` : principal
  return resource === 'root' ? 'root user' : resource
}

/** Breaks between words; a word that is too long stays whole. */
export function wrap(text: string, columns: number): readonly string[] {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + 1 + word.length <= columns)
      lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  return lines
}
