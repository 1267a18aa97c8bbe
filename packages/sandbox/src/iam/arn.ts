// Amazon Resource Names: six parts between colons, the last of which may hold colons itself.
// IAM User Guide, "Identify AWS resources with Amazon Resource Names (ARNs)".

/** The parts of an ARN: `arn`, partition, service, region, account id, resource. */
export type ArnParts = readonly [string, string, string, string, string, string]

/**
 * Splits an ARN, or a pattern of one, at its first five colons.
 *
 * @param text The ARN.
 * @returns The six parts, or undefined where the text is not an ARN.
 */
export const splitArn = (text: string): ArnParts | undefined => {
  const [arn, partition, service, region, accountId, ...resource] = text.split(':')
  if (arn !== 'arn' || partition === undefined || service === undefined) return undefined
  if (region === undefined || accountId === undefined || resource.length === 0) return undefined
  return [arn, partition, service, region, accountId, resource.join(':')]
}

/**
 * Tells whose a resource is.
 *
 * @param arn The ARN of a resource.
 * @returns 12 digits; undefined where the ARN does not tell (S3), and for `*`, which stands for a call that names none.
 */
export const accountOf = (arn: string): string | undefined => splitArn(arn)?.[4] || undefined
