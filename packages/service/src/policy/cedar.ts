// Cedar as it is used here, compiled to WebAssembly. The only module that names the package: in the Lambda bundle the
// build replaces how its code is loaded (scripts/buildBundle.mjs). https://docs.cedarpolicy.com
export {
  type DetailedError,
  type EntityJson,
  type Expr,
  type PolicyJson,
  policySetTextToParts,
  policyToJson,
  policyToText,
  preparsePolicySet,
  preparseSchema,
  type SchemaJson,
  schemaToJsonWithResolvedTypes,
  statefulIsAuthorized,
  validate,
} from '@cedar-policy/cedar-wasm/nodejs'
