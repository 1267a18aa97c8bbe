// The signer at a glance, in CloudWatch.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Dashboards.html
import {
  type Alarm,
  AlarmStatusWidget,
  Dashboard,
  GraphWidget,
  type IMetric,
} from 'aws-cdk-lib/aws-cloudwatch'
import type { Construct } from 'constructs'
import type { Metrics } from './alarms.ts'

/**
 * The dashboard.
 *
 * @param scope Where it belongs.
 * @param props.name Its name.
 * @param props.alarms Whose states it shows.
 * @param props.metrics What it plots.
 * @returns The dashboard.
 */
export const createDashboard = (
  scope: Construct,
  props: { readonly name: string; readonly alarms: readonly Alarm[]; readonly metrics: Metrics },
): Dashboard => {
  const { metrics } = props
  return new Dashboard(scope, 'Dashboard', {
    dashboardName: props.name,
    widgets: [
      [new AlarmStatusWidget({ title: 'Alarms', alarms: [...props.alarms], width: 24, height: 3 })],
      [
        graph('Signatures and refusals', [metrics.signatures, metrics.denied, metrics.keyAccessDenied]),
        graph('Requests', [metrics.requests, metrics.clientErrors, metrics.serverErrors]),
      ],
      [
        graph('Latency, p99 (ms)', [metrics.latency, metrics.functionDuration]),
        graph('Function', [metrics.functionErrors, metrics.functionThrottles, metrics.kmsThrottled]),
      ],
    ],
  })
}

const graph = (title: string, left: readonly IMetric[]): GraphWidget =>
  new GraphWidget({ title, left: [...left], width: 12, height: 6 })
