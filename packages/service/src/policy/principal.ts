// Which roles a principal holds. Principals are the ARNs that API Gateway authenticates: of a user, or of a session of a role.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-arns

/**
 * Whether a text can stand in a role of treasury.json: an ARN with the account in full, `*` for anything within the rest.
 * `arn:aws:iam::ACCOUNT:role/NAME` stands for every session of that role.
 */
export const isPrincipalPattern = (pattern: string): boolean =>
  /^arn:aws[a-z-]*:(iam::\d{12}:(user|role)|sts::\d{12}:(assumed-role|federated-user))\/[\w+=,.@/*-]+$/.test(
    pattern,
  ) || /^arn:aws[a-z-]*:iam::\d{12}:root$/.test(pattern)

/**
 * Makes the test of a pattern.
 *
 * @param pattern That `isPrincipalPattern` accepts.
 * @returns Whether a principal's ARN matches. Letter case counts, as in IAM.
 */
export const principalMatcher = (pattern: string): ((arn: string) => boolean) => {
  // A session's ARN names its role without the role's path.
  const [, partition, account, role] =
    /^arn:(aws[a-z-]*):iam::(\d{12}):role\/(?:.*\/)?([^/]+)$/.exec(pattern) ?? []
  const sessions = role === undefined ? pattern : `arn:${partition}:sts::${account}:assumed-role/${role}/*`
  const source = sessions.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')
  const expression = new RegExp(`^${source}$`, 's')
  return arn => expression.test(arn)
}
