// What is wrong with a template. A permission that cannot be understood must not be guessed.

/** One fault: a stable code, where it is (a path such as `Resources.Key.Properties.KeyPolicy`), what must be done. */
export type TemplateFault = {
  readonly code: TemplateFaultCode
  readonly path: string
  readonly message: string
}

export type TemplateFaultCode =
  | 'TEMPLATE_MALFORMED'
  | 'PARAMETER_UNKNOWN'
  | 'PARAMETER_MISSING'
  | 'CONDITION_UNKNOWN'
  | 'INTRINSIC_UNKNOWN'
  | 'INTRINSIC_INVALID'
  | 'REFERENCE_UNKNOWN'
  | 'REFERENCE_CIRCULAR'
  | 'RESOURCE_TYPE_UNKNOWN'
  | 'PROPERTY_UNKNOWN'
  | 'PROPERTY_INVALID'
  | 'PROPERTY_UNSUPPORTED'
  | 'POLICY_UNKNOWN'
  | 'POLICY_INVALID'

/** A template whose permissions cannot be told. Nothing is deployed of it. */
export class TemplateError extends Error {
  override readonly name = 'TemplateError'
  readonly code = 'TEMPLATE_INVALID'
  readonly faults: readonly TemplateFault[]

  constructor(faults: readonly TemplateFault[]) {
    super(['The template cannot be evaluated:', ...faults.map(describe)].join('\n'))
    this.faults = faults
  }
}

const describe = ({ code, path, message }: TemplateFault): string => `  - ${path}: ${message} (${code})`
