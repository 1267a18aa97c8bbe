// Wildcards that AWS leaves no choice about, as acknowledged for cdk-nag's rule IAM5, one by one.
// https://github.com/cdklabs/cdk-nag/blob/main/RULES.md
import { Stack, Validations } from 'aws-cdk-lib'
import type { CfnPolicy } from 'aws-cdk-lib/aws-iam'

/**
 * Acknowledges one resource with a wildcard.
 *
 * @param policy Where it stands.
 * @param resource The resource, as in the statement.
 * @param reason Why nothing narrower is possible.
 */
export const acknowledgeWildcard = (policy: CfnPolicy, resource: string, reason: string): void => {
  const finding = flatten(Stack.of(policy).resolve(resource))
  Validations.of(policy).acknowledge({ id: `AwsSolutions-IAM5[Resource::${finding}]`, reason })
}

/** How cdk-nag writes a value with references: `arn:<AWS::Partition>:logs:…`. */
const flatten = (value: unknown): string => {
  if (typeof value === 'string') return value
  if (typeof value === 'object' && value !== null) {
    if ('Ref' in value) return `<${value.Ref}>`
    if ('Fn::Join' in value) {
      const [delimiter, parts] = value['Fn::Join'] as [string, readonly unknown[]]
      return parts.map(flatten).join(delimiter)
    }
  }
  return JSON.stringify(value)
}
