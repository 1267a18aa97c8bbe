// What is told of a request to KMS that was answered, whatever carried it.
import type { Hex } from './hex.ts'
import type { KmsOperation } from './kmsError.ts'

/** A request that KMS answered. Of one that it refused, the `KmsError` tells. */
export type KmsRequest = {
  readonly operation: KmsOperation
  /** The digest that was signed, by which signatures made at the same time are told apart; `undefined` for GetPublicKey. */
  readonly digest: Hex | undefined
  /** KMS's id of the request, as CloudTrail records it. */
  readonly requestId: string | undefined
  /** How often it was sent: above 1 after throttling or a network fault. */
  readonly attempts: number
  readonly durationMs: number
}
