import { expect, test } from 'vitest'
import { complete, place } from '../../test/deployedTemplates.ts'
import { isList, parseTemplate, resolveTemplate, splitList, withoutReferences } from './template.ts'

const template = {
  Parameters: { Name: { Type: 'String' }, Roles: { Type: 'CommaDelimitedList' } },
  Conditions: {
    Named: { 'Fn::Not': [{ 'Fn::Equals': [{ Ref: 'Name' }, ''] }] },
    Odd: { Ref: 'Name' },
  },
  Resources: {
    Topic: { Type: 'AWS::SNS::Topic' },
    Rule: {
      Type: 'AWS::Events::Rule',
      Condition: 'Named',
      Properties: {
        Name: { 'Fn::Join': ['-', [{ Ref: 'Name' }, { Ref: 'AWS::Region' }]] },
        Roles: { Ref: 'Roles' },
        Target: { 'Fn::Join': ['', [{ 'Fn::GetAtt': ['Topic', 'Arn'] }, '/', { Ref: 'Topic' }]] },
        Gone: { Ref: 'AWS::NoValue' },
        Either: { 'Fn::If': ['Named', 'yes', 'no'] },
      },
    },
  },
  Outputs: { Named: { Value: { Ref: 'Name' }, Condition: 'Named' }, Always: { Value: 'x' } },
}

test('resolve: values and conditions are decided, references to resources stay', () => {
  const { resources, outputs } = resolveTemplate(template, { Name: 'n', Roles: 'a, b' }, place)
  expect(resources['Rule']?.Properties).toEqual({
    Name: 'n-eu-north-1',
    Roles: ['a', 'b'],
    Target: { 'Fn::Join': ['', [{ 'Fn::GetAtt': ['Topic', 'Arn'] }, '/', { Ref: 'Topic' }]] },
    Either: 'yes',
  })
  expect(withoutReferences(resources['Rule']?.Properties)).toMatchObject({
    // biome-ignore lint/suspicious/noTemplateCurlyInString: how a reference is written
    Target: '${Topic.Arn}/${Topic}',
  })
  expect(outputs).toEqual({ Named: 'n', Always: 'x' })
})

test('resolve: without its condition, a resource and an output are not there', () => {
  const { resources, outputs } = resolveTemplate(template, { Name: '', Roles: '' }, place)
  expect(Object.keys(resources)).toEqual(['Topic'])
  expect(outputs).toEqual({ Always: 'x' })
})

test('resolve: text with values in it', () => {
  // biome-ignore-start lint/suspicious/noTemplateCurlyInString: how CloudFormation writes them
  const texts = ['code-${AWS::AccountId}-${AWS::Region}', 'x-${!Literal}', '${Topic}/${Topic.Arn}/${Name}']
  const Properties = Object.fromEntries(texts.map((text, index) => [index, { 'Fn::Sub': text }]))
  const Resources = { ...template.Resources, Texts: { Type: 'AWS::SSM::Parameter', Properties } }
  const resolved = resolveTemplate({ ...template, Resources }, { Name: 'n', Roles: '' }, place)
  expect(resolved.resources['Texts']?.Properties).toMatchObject({ 0: 'code-111122223333-eu-north-1' })
  expect(withoutReferences(resolved.resources['Texts']?.Properties)).toEqual({
    0: 'code-111122223333-eu-north-1',
    1: 'x-${Literal}',
    2: '${Topic}/${Topic.Arn}/n',
  })
  // biome-ignore-end lint/suspicious/noTemplateCurlyInString: as above
})

test.each([
  ['text with a mapping', { 'Fn::Sub': ['x', { y: 'z' }] }],
  ['a function that Coffer does not use', { 'Fn::ImportValue': 'x' }],
  ['a list that is none', { 'Fn::Join': ['', 'x'] }],
  ['a reference to nothing', { Ref: 'Nothing' }],
  ['a condition that is no condition', { 'Fn::If': ['Odd', 1, 2] }],
])('resolve: %s is an error', (_, value) => {
  const changed = { ...template, Resources: { Rule: { Type: 'AWS::Events::Rule', Properties: { value } } } }
  expect(() => resolveTemplate(changed, { Name: 'n', Roles: '' }, place)).toThrow(
    expect.objectContaining({ code: 'TEMPLATE_NOT_UNDERSTOOD' }),
  )
})

test('the released templates are understood', () => {
  for (const { template: text, parameters } of complete)
    expect(JSON.stringify(resolveTemplate(text, parameters, place))).not.toMatch(/Fn::If|AWS::AccountId/)
})

test.each(['AWSTemplateFormatVersion: 2010-09-09', '"text"', ''])('parse: %s is refused', text => {
  expect(() => parseTemplate(text)).toThrow(expect.objectContaining({ code: 'TEMPLATE_NOT_UNDERSTOOD' }))
})

test('lists: their types, and values without the blanks between them', () => {
  expect(['CommaDelimitedList', 'List<AWS::EC2::Subnet::Id>', 'String'].map(isList)).toEqual([
    true,
    true,
    false,
  ])
  expect(splitList('a, b,c')).toEqual(['a', 'b', 'c'])
})
