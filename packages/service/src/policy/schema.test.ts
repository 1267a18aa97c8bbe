import { expect, test } from 'vitest'
import { schemaToJsonWithResolvedTypes } from './cedar.ts'
import { schema, schemaJson } from './schema.ts'

test('the schema as JSON is what Cedar makes of its text', () => {
  expect(schemaToJsonWithResolvedTypes(schema)).toMatchObject({
    type: 'success',
    json: schemaJson,
    warnings: [],
  })
  const answer = schemaToJsonWithResolvedTypes(schema)
  if (answer.type === 'success') expect(schemaJson).toEqual(answer.json)
})
