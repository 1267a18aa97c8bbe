// Which roles a principal holds. Principals are the ARNs that API Gateway authenticates: of a user, or of a session of a role.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-arns

const NAME = '[\\w+=,.@*-]+'
const PATTERN = new RegExp(
  `^arn:aws[a-z-]*:(iam::\\d{12}:(root|user/(${NAME}/)*${NAME}|role/(${NAME}/)*${NAME})|sts::\\d{12}:(assumed-role/${NAME}/${NAME}|federated-user/${NAME}))$`,
)

/**
 * Whether a text can stand in a role of treasury.json: an ARN with the account in full, `*` for anything within the rest.
 * `arn:aws:iam::ACCOUNT:role/NAME` stands for every session of that role. A session does not tell the path of its role, so a
 * path confines nothing, and a pattern that looks as if it did (`role/treasury/*`) is refused.
 */
export const isPrincipalPattern = (pattern: string): boolean =>
  PATTERN.test(pattern) && !/:role\/.*\/[^/]*\*[^/]*$|:role\/.*\*.*\//.test(pattern)

/** Whether a text is the ARN of one principal as API Gateway tells it: of a user or of a session, not of a role. */
export const isPrincipalArn = (arn: string): boolean =>
  PATTERN.test(arn) && !arn.includes('*') && !arn.includes(':role/')

/**
 * Makes the test of a pattern.
 *
 * @param pattern That `isPrincipalPattern` accepts.
 * @returns Whether a principal's ARN matches. Letter case counts, as in IAM.
 */
export const principalMatcher = (pattern: string): ((arn: string) => boolean) => {
  const [, partition, account, role] =
    /^arn:(aws[a-z-]*):iam::(\d{12}):role\/(?:.*\/)?([^/]+)$/.exec(pattern) ?? []
  const sessions = role === undefined ? pattern : `arn:${partition}:sts::${account}:assumed-role/${role}/*`
  const [first = '', ...others] = sessions.split('*')
  const last = others.pop()
  return arn => {
    if (last === undefined) return arn === first
    if (!arn.startsWith(first)) return false
    // Each part as far left as it can be leaves the most for those after it; no other place has to be tried.
    let position = first.length
    for (const part of others) {
      const found = arn.indexOf(part, position)
      if (found < 0) return false
      position = found + part.length
    }
    return arn.length - last.length >= position && arn.endsWith(last)
  }
}
