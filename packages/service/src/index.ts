// @coffer/service: the signing service, for a Lambda function, a sandbox, or a command line that shows what it would sign.
export type { Allow, Decision, Deny, JudgedEffect } from './authorize.ts'
export { describeEffect, type Effect } from './effects/effect.ts'
export {
  createHandler,
  type Handler,
  type HandlerOptions,
  type ProxyEvent,
  type ProxyResult,
} from './handler.ts'
export type { Payload } from './payload/payload.ts'
export type { UserOperation, UserOperationPayload } from './payload/userOperation.ts'
export type { Principal } from './policy/inquiry.ts'
export type { Policy } from './policy/policy.ts'
export type { Reason } from './policy/reason.ts'
export { type Prepared, prepare } from './prepare.ts'
export {
  type Issue,
  type IssueCode,
  type ProblemCode,
  REASON_CODES,
  type ReasonCode,
  ServiceError,
  type ServiceResponse,
} from './problem.ts'
export { parseRequest, type Scheme, type SigningRequest, type Subject } from './request.ts'
export {
  createService,
  type Service,
  type ServiceInput,
  type ServiceOptions,
} from './service.ts'
