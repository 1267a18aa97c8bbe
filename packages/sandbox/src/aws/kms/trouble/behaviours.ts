// What a KMS does to a signer in the conformance run, and what a good signer makes of it.
import type { TroubleOrder } from './queue.ts'

/** One thing that happens to a signer. */
export type Behaviour = {
  readonly name: string
  /** What happens, in a few words. */
  readonly what: string
  /**
   * `survive`: a valid signature comes out in the end. `refuse`: there is none to be had, so an error must. `either`: a valid
   * signature can be had by whoever reads leniently or asks again, and an error is as good.
   */
  readonly expected: 'survive' | 'refuse' | 'either'
  readonly orders: readonly TroubleOrder[]
  /** How the key is named to the signer: its ARN unless given. */
  readonly keyName?: 'alias' | undefined
  /** How many sign at the same time, each a digest of its own: one unless given. */
  readonly signers?: 2 | undefined
}

type Rest = Pick<Behaviour, 'keyName' | 'signers'>

const survive = (
  name: string,
  what: string,
  orders: readonly TroubleOrder[],
  rest: Rest = {},
): Behaviour => ({
  ...{ name, what, expected: 'survive', orders },
  ...rest,
})
const refuse = (name: string, what: string, orders: readonly TroubleOrder[], rest: Rest = {}): Behaviour => ({
  ...{ name, what, expected: 'refuse', orders },
  ...rest,
})
const either = (name: string, what: string, orders: readonly TroubleOrder[], rest: Rest = {}): Behaviour => ({
  ...{ name, what, expected: 'either', orders },
  ...rest,
})

const always = (
  trouble: TroubleOrder['trouble'],
  more: Partial<TroubleOrder> = {},
): readonly TroubleOrder[] => [{ trouble, count: 'always', ...more }]

const times = (count: number, trouble: TroubleOrder['trouble']): readonly TroubleOrder[] => [
  { trouble, count },
]

const shortR = (bytes: number): Behaviour =>
  survive(`short-r-${bytes}`, `r is ${32 - bytes} bytes long`, always('short-r', { bytes }))

const shortS = (bytes: number): Behaviour =>
  survive(
    `short-s-${bytes}`,
    `s is ${32 - bytes} ${bytes === 31 ? 'byte' : 'bytes'} long`,
    always('short-s', { bytes }),
  )

/** In the order in which they are run and shown. */
export const behaviours: readonly Behaviour[] = [
  survive('low-s', 's is in the lower half of the order', always('low-s')),
  survive('high-s', 's is in the upper half of the order', always('high-s')),
  ...[1, 2, 11].map(shortR),
  ...[1, 2, 3, 8, 16, 31].map(shortS),

  refuse('zero-r', 'r is zero', always('zero-r')),
  refuse('zero-s', 's is zero', always('zero-s')),
  refuse('order-r', 'r is the order', always('order-r')),
  refuse('order-s', 's is the order', always('order-s')),
  either('overflowing-s', 's is larger than the order, and right modulo the order', always('overflowing-s')),
  either('long-form-length', 'BER: the length in its long form', always('long-form-length')),
  either('padded-integer', 'BER: a zero byte too many before r', always('padded-integer')),
  either('negative-integer', 'BER: s lacks the byte that makes it positive', always('negative-integer')),
  either('trailing-bytes', 'two bytes follow the signature', always('trailing-bytes')),
  either('trailing-integer', 'a third integer within the signature', always('trailing-integer')),
  either('raw-signature', '64 bytes, r and s, instead of DER', always('raw-signature')),
  refuse('no-signature', 'the answer has no member Signature', always('no-signature')),

  refuse('another-keys-signature', 'another key has signed', always('another-keys-signature')),
  refuse('another-digest', 'another digest was signed', always('another-digest')),
  refuse('another-key', 'another key has signed, and the answer names it', always('another-key')),
  either(
    'another-key-id',
    'the right key has signed, and the answer names another',
    always('another-key-id'),
  ),
  refuse(
    'another-public-key',
    'GetPublicKey answers with the public key of another',
    always('another-public-key', { operation: 'GetPublicKey' }),
  ),
  either(
    'alias-repointed',
    'the alias points to another key from the signature on',
    times(1, 'alias-repointed'),
    {
      keyName: 'alias',
    },
  ),
  refuse('disabled', 'the key is disabled before it signs', times(1, 'disabled')),
  refuse(
    'pending-deletion',
    'the key is scheduled for deletion before it signs',
    times(1, 'pending-deletion'),
  ),

  survive('throttled-twice', 'throttled two times, then fine', times(2, 'throttled')),
  refuse('throttled-always', 'throttled for ever', always('throttled')),
  survive('internal-error-once', 'status 500 once, then fine', times(1, 'internal-error')),
  refuse('internal-error-always', 'status 500 for ever', always('internal-error')),
  survive(
    'error-page-once',
    "a load balancer's page with status 503 once, then fine",
    times(1, 'error-page'),
  ),
  refuse('error-page-always', "a load balancer's page with status 503 for ever", always('error-page')),
  survive('clock-skew', 'the clocks are ten minutes apart', always('clock-skew', { operation: '*' })),
  refuse(
    'expired-credentials',
    'the credentials have expired',
    always('expired-credentials', { operation: '*' }),
  ),

  survive('reset-once', 'the connection is reset before the answer once, then fine', times(1, 'reset')),
  refuse('reset-always', 'the connection is reset before every answer', always('reset')),
  either('cut-once', 'the connection ends after half of the answer once, then fine', times(1, 'cut')),
  refuse('cut-always', 'the connection ends after half of every answer', always('cut')),
  survive('slow', 'the answer takes a second and a half', always('slow', { milliseconds: 1_500 })),
  refuse('silence', 'no answer ever comes', always('silence')),
  refuse('stalled', 'half of the answer comes, and then nothing', always('stalled')),
  refuse('truncated', 'half of the JSON, with a length that fits', always('truncated')),
  refuse('empty-body', 'the answer is empty', always('empty-body')),
  either('wrong-content-type', 'the answer says that it is text/html', always('wrong-content-type')),

  survive('reordered', 'two sign at once, and the first is answered last', times(2, 'reordered'), {
    signers: 2,
  }),
  refuse('swapped', "two sign at once, and each gets the other's answer", always('swapped'), { signers: 2 }),
]
