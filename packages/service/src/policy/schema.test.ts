import { expect, test } from 'vitest'
import { schemaToJsonWithResolvedTypes } from './cedar.ts'
import { DANGERS, schema, schemaJson } from './schema.ts'

test('the schema as JSON is what Cedar makes of its text', () => {
  expect(schemaToJsonWithResolvedTypes(schema)).toMatchObject({
    type: 'success',
    json: schemaJson,
    warnings: [],
  })
  const answer = schemaToJsonWithResolvedTypes(schema)
  if (answer.type === 'success') expect(schemaJson).toEqual(answer.json)
})

test('behavior: each part of the schema is told, and exactly the dangerous actions as such', () => {
  const told = [...schema.matchAll(/^\/\/ (.+)\n(entity|action) ([\w, ]+?)(?:;| (?:in|=|appliesTo) )/gm)]
  const dangerous = told
    .filter(([, comment = '']) => comment.startsWith('DANGEROUS. '))
    .flatMap(([, , , names = '']) => names.split(', '))
  expect(dangerous).toEqual(Object.keys(DANGERS))
  const actions = told
    .filter(([, , kind]) => kind === 'action')
    .flatMap(([, , , names = '']) => names.split(', '))
  expect(actions.toSorted()).toEqual(Object.keys(schemaJson['']?.actions ?? {}).toSorted())
  const entities = told.filter(([, , kind]) => kind === 'entity').map(([, , , name = '']) => name)
  expect(entities.toSorted()).toEqual(Object.keys(schemaJson['']?.entityTypes ?? {}).toSorted())
  expect(schema).toMatch(/^\/\/ What .+\n/)
  for (const what of Object.values(DANGERS)) expect(what).toMatch(/^[a-z]+ /)
})
