// Every trouble by its name.
import * as delivery from './delivery.ts'
import type { Trouble } from './exchange.ts'
import * as keys from './keys.ts'
import * as ordering from './ordering.ts'
import * as refusals from './refusals.ts'
import * as signatures from './signatures.ts'

export type TroubleName =
  | 'high-s'
  | 'low-s'
  | 'short-r'
  | 'short-s'
  | 'zero-r'
  | 'zero-s'
  | 'order-r'
  | 'order-s'
  | 'overflowing-s'
  | 'another-keys-signature'
  | 'another-digest'
  | 'long-form-length'
  | 'padded-integer'
  | 'negative-integer'
  | 'trailing-bytes'
  | 'trailing-integer'
  | 'raw-signature'
  | 'no-signature'
  | 'another-public-key'
  | 'disabled'
  | 'pending-deletion'
  | 'alias-repointed'
  | 'another-key-id'
  | 'another-key'
  | 'throttled'
  | 'internal-error'
  | 'clock-skew'
  | 'expired-credentials'
  | 'error-page'
  | 'reset'
  | 'cut'
  | 'stalled'
  | 'silence'
  | 'slow'
  | 'truncated'
  | 'empty-body'
  | 'wrong-content-type'
  | 'reordered'
  | 'swapped'

export const troubles: Readonly<Record<TroubleName, Trouble>> = {
  'high-s': signatures.highS,
  'low-s': signatures.lowS,
  'short-r': signatures.shortR,
  'short-s': signatures.shortS,
  'zero-r': signatures.zeroR,
  'zero-s': signatures.zeroS,
  'order-r': signatures.orderR,
  'order-s': signatures.orderS,
  'overflowing-s': signatures.overflowingS,
  'another-keys-signature': signatures.anotherKeysSignature,
  'another-digest': signatures.anotherDigest,
  'long-form-length': signatures.longFormLength,
  'padded-integer': signatures.paddedInteger,
  'negative-integer': signatures.negativeInteger,
  'trailing-bytes': signatures.trailingBytes,
  'trailing-integer': signatures.trailingInteger,
  'raw-signature': signatures.rawSignature,
  'no-signature': signatures.noSignature,
  'another-public-key': signatures.anotherPublicKey,
  disabled: keys.disabled,
  'pending-deletion': keys.pendingDeletion,
  'alias-repointed': keys.aliasRepointed,
  'another-key-id': keys.anotherKeyId,
  'another-key': signatures.anotherKey,
  throttled: refusals.throttled,
  'internal-error': refusals.internalError,
  'clock-skew': refusals.clockSkew,
  'expired-credentials': refusals.expiredCredentials,
  'error-page': refusals.errorPage,
  reset: delivery.reset,
  cut: delivery.cut,
  stalled: delivery.stalled,
  silence: delivery.silence,
  slow: delivery.slow,
  truncated: delivery.truncated,
  'empty-body': delivery.emptyBody,
  'wrong-content-type': delivery.wrongContentType,
  reordered: ordering.reordered,
  swapped: ordering.swapped,
}
