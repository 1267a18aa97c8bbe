// What the checks look at: the account, the stack in it where there is one, and what it was deployed from.
import type { Context } from '../context.ts'
import type { Stack } from '../stack.ts'
import { need } from './check.ts'
import type { Deployed } from './deployed.ts'

export type Scene = {
  readonly context: Context
  /** Undefined where there is none, or it could not be read. */
  readonly stack: Stack | undefined
  /** Undefined where there is no stack, or its template could not be read or is not understood. */
  readonly deployed: Deployed | undefined
  /** Why there is no `stack`, or else no `deployed`. */
  readonly reason: string
}

/** The stack. @throws {NothingToCheckError} */
export function needStack(scene: Scene): Stack {
  return need(scene.stack, scene.reason)
}

/** What was deployed. @throws {NothingToCheckError} */
export function needDeployed(scene: Scene): Deployed {
  return need(scene.deployed, scene.reason)
}
