// What is wrong with a policy. An evaluator that meets something it does not know must not guess: it refuses.

/** One fault: a stable code, where it is (a JSON path such as `$.Statement[0].Action`), and what must be done. */
export type PolicyFault = { readonly code: PolicyFaultCode; readonly path: string; readonly message: string }

export type PolicyFaultCode =
  | 'ELEMENT_UNKNOWN'
  | 'ELEMENT_MISSING'
  | 'ELEMENT_NOT_ALLOWED'
  | 'VALUE_INVALID'
  | 'VERSION_UNSUPPORTED'
  | 'SID_DUPLICATE'
  | 'PRINCIPAL_UNSUPPORTED'
  | 'OPERATOR_UNKNOWN'
  | 'OPERATOR_MISMATCH'
  | 'KEY_UNKNOWN'
  | 'VARIABLE_UNKNOWN'

/** A policy, or a request context, that cannot be evaluated. Nothing is allowed by it. */
export class PolicyError extends Error {
  override readonly name = 'PolicyError'
  readonly code = 'POLICY_INVALID'
  readonly policy: string
  readonly faults: readonly PolicyFault[]

  constructor(policy: string, faults: readonly PolicyFault[]) {
    super([`${policy} cannot be evaluated:`, ...faults.map(describe)].join('\n'))
    this.policy = policy
    this.faults = faults
  }
}

const describe = ({ code, path, message }: PolicyFault): string => `  - ${path}: ${message} (${code})`
