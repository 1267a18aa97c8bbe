// Holds answers against Crossmint's OpenAPI document (vectors/crossmint-openapi.json, version 2025-06-09).
import { existsSync, readFileSync } from 'node:fs'
import { Ajv, type ValidateFunction } from 'ajv'
import formats from 'ajv-formats'
import { expect, test } from 'vitest'

const file = new URL('../../../../shared/vectors/crossmint-openapi.json', import.meta.url)

/** False where the document is not at hand; answers are not checked then. */
export const openapiPresent: boolean = existsSync(file)

let held = 0

/**
 * Registers the test that stands for what `clientOf` does on the way: where the document is absent, it is the one to be
 * reported as skipped.
 */
export const testConformity = (): void =>
  test.skipIf(!openapiPresent)('every answer in this file conforms to the OpenAPI document', () => {
    // One that does not has failed its own test; here it counts that they were looked at.
    expect(held).toBeGreaterThan(0)
  })

type Operation = { responses: Record<string, { content?: { 'application/json'?: { schema: object } } }> }
type Document = { paths: Record<string, Record<string, Operation>>; components: object }

const document: Document = openapiPresent
  ? JSON.parse(readFileSync(file, 'utf8'))
  : { paths: {}, components: {} }
// Not strict: an OpenAPI schema has words that JSON Schema does not know. `nullable` ajv knows.
const ajv = new Ajv({
  strict: false,
  validateSchema: false,
  unicodeRegExp: false,
  code: { optimize: false },
})
formats.default(ajv)
ajv.addSchema({ $id: 'openapi', components: document.components })

/** @returns what is wrong with the answer: nothing, where it conforms */
export const faultsOf = (
  method: string,
  pathname: string,
  status: number,
  body: unknown,
): readonly string[] => {
  if (!openapiPresent) return []
  held += 1
  const validate = validatorFor(method, pathname, status)
  if (validate(body)) return []
  return (validate.errors ?? []).map(error => `${error.instancePath} ${error.message}`)
}

const validatorFor = (method: string, pathname: string, status: number): ValidateFunction => {
  const path = Object.keys(document.paths).find(pattern => toRegExp(pattern).test(pathname))
  const operation = path === undefined ? undefined : document.paths[path]?.[method.toLowerCase()]
  // Creating a wallet documents its 200 in the text of its 201.
  const documented = operation?.responses[status] ?? (status === 200 ? operation?.responses[201] : undefined)
  const schema = documented?.content?.['application/json']?.schema
  if (schema === undefined && operation !== undefined && status < 400)
    throw new Error(`${method} ${path} documents no answer ${status}`)
  return compile(schema ?? (status < 400 ? {} : anyError))
}

// Compiling takes long, and many answers share a schema.
const compiled = new Map<string, ValidateFunction>()
const compile = (schema: object): ValidateFunction => {
  const text = JSON.stringify(schema).replaceAll('"#/components', '"openapi#/components')
  const validate = compiled.get(text) ?? ajv.compile(JSON.parse(text))
  compiled.set(text, validate)
  return validate
}

const toRegExp = (pattern: string): RegExp => new RegExp(`^/api${pattern.replace(/\{[^}]+\}/g, '[^/]+')}$`)

// Where the document gives no error for the status: one of its error bodies, or the one its text shows for
// compliance.
const anyError = {
  anyOf: [
    { $ref: '#/components/schemas/WalletV1Alpha2ErrorDTO' },
    { $ref: '#/components/schemas/WalletV1Alpha2TransactionErrorDTO' },
    {
      type: 'object',
      required: ['error', 'message'],
      properties: {
        error: {
          type: 'object',
          required: ['reason', 'message'],
          properties: { reason: { type: 'string', pattern: '^recipient_' }, message: { type: 'string' } },
        },
        message: { type: 'string' },
      },
    },
  ],
}
