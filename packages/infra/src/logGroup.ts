// Log groups: kept for a time, and kept when the stack goes.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/Working-with-log-groups-and-streams.html
import { RemovalPolicy } from 'aws-cdk-lib'
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs'
import type { Construct } from 'constructs'

/**
 * A log group that outlives the stack. CloudFormation names it, so that the old one is no obstacle to a stack created again.
 *
 * @param scope Where it belongs.
 * @param id Its id in that scope.
 * @param retention How long it keeps events.
 * @returns The log group.
 */
export const createLogGroup = (scope: Construct, id: string, retention: RetentionDays): LogGroup =>
  new LogGroup(scope, id, { retention, removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE })
