// `coffer doctor`: whether the treasury's set-up in AWS and at Crossmint is as it should be. It changes nothing.
import type { Context, Outcome } from '../context.ts'
import { checkAccess } from '../doctor/access.ts'
import { checkAddress, readAddress } from '../doctor/address.ts'
import { checkAlarms } from '../doctor/alarms.ts'
import { checkApi } from '../doctor/api.ts'
import { checkStage } from '../doctor/apiStage.ts'
import { checkCaller } from '../doctor/caller.ts'
import { type Check, shared } from '../doctor/check.ts'
import { checkCrossmint } from '../doctor/crossmint.ts'
import { checkDeployment } from '../doctor/deployment.ts'
import { checkEndpoint } from '../doctor/endpoint.ts'
import { checkFunction, readFunction } from '../doctor/function.ts'
import { checkKey } from '../doctor/key.ts'
import { describeChecks, summarize } from '../doctor/report.ts'
import { checkRules } from '../doctor/rules.ts'
import { checkStack } from '../doctor/stack.ts'
import { checkTrail } from '../doctor/trail.ts'
import { exitCodes } from '../exitCodes.ts'

/**
 * Checks everything that the treasury needs, each on its own.
 *
 * @param options.stackName The stack of the signer.
 * @returns Every check with what was found. A failed one ends the run with exit code 3; credentials that do not work, with 4.
 */
export async function diagnose(context: Context, options: { stackName: string }): Promise<Outcome> {
  const { terminal } = context
  const {
    checks: first,
    caller,
    exitCode,
  } = await terminal.progress('finding out who you are', () => checkCaller(context))
  if (caller === undefined) return report(first, context, exitCode)
  const { checks: second, scene } = await terminal.progress(`reading the stack ${options.stackName}`, () =>
    checkStack(context, options.stackName),
  )
  const others = await terminal.progress(
    'checking key, endpoint, function, permissions, alarms and wallet',
    () => {
      const address = shared(() => readAddress(scene))
      const lambda = shared(() => readFunction(scene))
      return Promise.all([
        ...checkDeployment(context, caller, scene.stack !== undefined),
        ...checkKey(scene),
        ...checkAddress(scene, address, lambda),
        ...checkEndpoint(scene),
        ...checkApi(scene),
        ...checkStage(scene),
        ...checkFunction(scene, lambda),
        ...checkAccess(scene),
        ...checkTrail(scene),
        ...checkAlarms(scene),
        ...checkRules(scene),
        ...checkCrossmint(scene, address),
      ])
    },
  )
  const checks = [...first, ...second, ...others]
  const hasFailed = checks.some(({ status }) => status === 'failed')
  return report(checks, context, hasFailed ? exitCodes.refused : exitCodes.ok)
}

function report(checks: readonly Check[], { terminal }: Context, exitCode: Outcome['exitCode']): Outcome {
  const list = checks.map(({ id, group, status, found, fix }) => ({ id, group, status, found, fix }))
  return {
    data: { checks: list, summary: summarize(checks) },
    text: describeChecks(checks, terminal.style),
    exitCode,
  }
}
