// The policies of AWS itself whose content is known here, by the part of their ARN after `policy/`.
// AWS Managed Policy Reference Guide.

export type AwsManagedPolicy = 'AdministratorAccess' | 'service-role/AmazonAPIGatewayPushToCloudWatchLogs'

export const awsManagedPolicies: Readonly<Record<AwsManagedPolicy, unknown>> = {
  AdministratorAccess: {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
  },
  'service-role/AmazonAPIGatewayPushToCloudWatchLogs': {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Action: [
          'logs:CreateLogGroup',
          'logs:CreateLogStream',
          'logs:DescribeLogGroups',
          'logs:DescribeLogStreams',
          'logs:FilterLogEvents',
          'logs:GetLogEvents',
          'logs:PutLogEvents',
        ],
        Resource: '*',
      },
    ],
  },
}
