// What a policy is asked: somebody wants something signed, at some time.
import type { Prepared } from '../prepare.ts'

/** Who asks. Taken from the transport's authentication, never from the body. */
export type Principal = { readonly arn: string; readonly sourceIp?: string | undefined }

/** A request as a policy sees it. */
export type Inquiry = {
  readonly principal: Principal
  readonly prepared: Prepared
  /** The caller's own words. */
  readonly reference?: string | undefined
  readonly time: Date
}
