// Alarms on what only its number makes news, and on what EventBridge does not deliver: denied calls, which may name no
// resource, and changes in IAM, whose events go to us-east-1 alone.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
import { Duration } from 'aws-cdk-lib'
import type { RestApi } from 'aws-cdk-lib/aws-apigateway'
import { Alarm, type IMetric, Metric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch'
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions'
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda'
import { FilterPattern, type ILogGroup, LogGroup, MetricFilter } from 'aws-cdk-lib/aws-logs'
import type { Topic } from 'aws-cdk-lib/aws-sns'
import type { Construct } from 'constructs'

/** What is measured; each is a sum or a percentile over five minutes. */
export type Metrics = {
  readonly signatures: IMetric
  readonly keyAccessDenied: IMetric
  readonly permissionChanges: IMetric
  readonly kmsThrottled: IMetric
  readonly denied: IMetric
  readonly functionErrors: IMetric
  readonly functionThrottles: IMetric
  readonly functionDuration: IMetric
  readonly requests: IMetric
  readonly clientErrors: IMetric
  readonly serverErrors: IMetric
  readonly latency: IMetric
}

/**
 * The metrics, some of them counted from logs.
 *
 * @param scope Where the metric filters belong.
 * @param props.trailLogGroupName Where the trail's events are.
 * @param props.functionLog The function's log.
 * @param props.keyArn The key.
 * @param props.roleName The invoker role.
 * @param props.groupName The operators' group.
 * @param props.functionName The function's name; the namespace of the counted metrics is `Coffer/` and this.
 * @param props.target The function.
 * @param props.api The API.
 * @returns The metrics.
 */
export const createMetrics = (
  scope: Construct,
  props: {
    readonly trailLogGroupName: string
    readonly functionLog: ILogGroup
    readonly keyArn: string
    readonly roleName: string
    readonly groupName: string
    readonly functionName: string
    readonly target: LambdaFunction
    readonly api: RestApi
  },
): Metrics => {
  const { keyArn, target } = props
  const trail = LogGroup.fromLogGroupName(scope, 'TrailLogGroup', props.trailLogGroupName)
  const namespace = `Coffer/${props.functionName}`
  const count = (metricName: string, logGroup: ILogGroup, pattern: string): IMetric => {
    new MetricFilter(scope, metricName, {
      logGroup,
      metricNamespace: namespace,
      metricName,
      metricValue: '1',
      filterPattern: FilterPattern.literal(pattern),
    })
    return new Metric({ namespace, metricName, period, statistic: 'Sum' })
  }
  const stage = props.api.deploymentStage
  return {
    signatures: count(
      'Signatures',
      trail,
      `{ ($.eventSource = "kms.amazonaws.com") && ($.eventName = "Sign") && ($.resources[0].ARN = "${keyArn}") && ($.errorCode NOT EXISTS) }`,
    ),
    // A denied event may name the key only in its message.
    keyAccessDenied: count(
      'KeyAccessDenied',
      trail,
      `{ ($.eventSource = "kms.amazonaws.com") && ($.errorCode = "AccessDenied*") && (($.resources[0].ARN = "${keyArn}") || ($.errorMessage = "*${keyArn}*")) }`,
    ),
    permissionChanges: count(
      'PermissionChanges',
      trail,
      `{ ($.eventSource = "iam.amazonaws.com") && ($.readOnly IS FALSE) && (($.requestParameters.roleName = "${props.roleName}") || ($.requestParameters.groupName = "${props.groupName}")) }`,
    ),
    kmsThrottled: count('KmsThrottled', props.functionLog, '{ $.code = "KMS_THROTTLED" }'),
    denied: count('Denied', props.functionLog, '{ $.outcome = "denied" }'),
    functionErrors: target.metricErrors({ period }),
    functionThrottles: target.metricThrottles({ period }),
    functionDuration: target.metricDuration({ period, statistic: 'p99' }),
    requests: stage.metricCount({ period, statistic: 'Sum' }),
    clientErrors: stage.metricClientError({ period, statistic: 'Sum' }),
    serverErrors: stage.metricServerError({ period, statistic: 'Sum' }),
    latency: stage.metricLatency({ period, statistic: 'p99' }),
  }
}

/**
 * The alarms, named after the function: `adminSigner-SigningRate` and so on.
 *
 * @param scope Where the alarms belong.
 * @param metrics What is measured.
 * @param props.functionName The function's name.
 * @param props.topic Where they are announced.
 * @param props.signingRate Signatures in five minutes that are unusual.
 * @param props.latency Milliseconds that one request in a hundred may take.
 * @returns The alarms.
 */
export const createAlarms = (
  scope: Construct,
  metrics: Metrics,
  props: {
    readonly functionName: string
    readonly topic: Topic
    readonly signingRate: number
    readonly latency: number
  },
): readonly Alarm[] => {
  const alarm = (name: string, metric: IMetric, threshold: number, alarmDescription: string): Alarm => {
    const created = new Alarm(scope, `${name}Alarm`, {
      alarmName: `${props.functionName}-${name}`,
      alarmDescription,
      metric,
      threshold,
      evaluationPeriods: 1,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    })
    created.addAlarmAction(new SnsAction(props.topic))
    return created
  }
  return [
    alarm(
      'SigningRate',
      metrics.signatures,
      props.signingRate,
      'More signatures than usual in five minutes.',
    ),
    alarm(
      'KeyAccessDenied',
      metrics.keyAccessDenied,
      1,
      'Somebody was refused the use or administration of the key.',
    ),
    alarm(
      'PermissionChanges',
      metrics.permissionChanges,
      1,
      'The invoker role or the group of operators was changed.',
    ),
    alarm(
      'KmsThrottled',
      metrics.kmsThrottled,
      1,
      'KMS throttled a signature: the account shares one quota.',
    ),
    alarm('FunctionErrors', metrics.functionErrors, 1, 'The function crashed or timed out.'),
    alarm('FunctionThrottles', metrics.functionThrottles, 1, 'The function was at its concurrency limit.'),
    alarm('ServerErrors', metrics.serverErrors, 1, 'The endpoint answered with a status of 500 or above.'),
    alarm(
      'ClientErrors',
      metrics.clientErrors,
      20,
      'Many requests were refused: a broken client, or somebody probing.',
    ),
    alarm(
      'Latency',
      metrics.latency,
      props.latency,
      'Slow: one request in a hundred takes longer than this.',
    ),
  ]
}

const period = Duration.minutes(5)
