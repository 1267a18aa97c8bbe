// biome-ignore-all lint/suspicious/noTemplateCurlyInString: CloudFormation writes its references so
import { describe, expect, test } from 'vitest'
import { document, faultsOf, load, role, type Sections } from '../../../test/template.ts'

const topic = { Type: 'AWS::SNS::Topic', Properties: { TopicName: 'dashboards' } }

/** What an intrinsic function comes to, in the place of a role's name. */
const resolved = (
  value: unknown,
  sections: Sections = {},
  parameters: Record<string, string> = {},
): string | undefined =>
  load({ Role: role({ RoleName: value }), Topic: topic }, sections, parameters).roles[0]?.name

describe('intrinsic functions', () => {
  const sections = {
    Parameters: {
      Name: { Type: 'String', Default: 'x' },
      Count: { Type: 'Number', Default: 3 },
      Names: { Type: 'CommaDelimitedList', Default: 'a, b' },
      Empty: { Type: 'CommaDelimitedList', Default: '' },
    },
    Conditions: {
      IsX: { 'Fn::Equals': [{ Ref: 'Name' }, 'x'] },
      IsY: { 'Fn::Equals': [{ Ref: 'Name' }, 'y'] },
      Both: { 'Fn::And': [{ Condition: 'IsX' }, { Condition: 'IsY' }] },
      Either: { 'Fn::Or': [{ Condition: 'IsX' }, { Condition: 'IsY' }] },
      NotX: { 'Fn::Not': [{ Condition: 'IsX' }] },
    },
  }

  test.each<[unknown, string]>([
    [{ Ref: 'Name' }, 'x'],
    [{ Ref: 'Count' }, '3'],
    [{ Ref: 'AWS::AccountId' }, '123456789012'],
    [
      { 'Fn::Join': ['-', [{ Ref: 'AWS::Partition' }, { Ref: 'AWS::Region' }, { Ref: 'AWS::StackName' }]] },
      'aws-eu-north-1-treasury',
    ],
    [{ 'Fn::Join': ['+', { Ref: 'Names' }] }, 'a+b'],
    [{ 'Fn::Join': ['+', ['a', { Ref: 'AWS::NoValue' }, 'b']] }, 'a+b'],
    [{ 'Fn::Join': ['', { Ref: 'Empty' }] }, ''],
    [{ 'Fn::Sub': '${Name}.${AWS::URLSuffix}' }, 'x.amazonaws.com'],
    [{ 'Fn::Sub': ['${Own}-${Name}-${!Name}', { Own: { Ref: 'Count' } }] }, '3-x-${Name}'],
    [{ 'Fn::Sub': '${Topic.TopicName}' }, 'dashboards'],
    [{ 'Fn::GetAtt': ['Topic', 'TopicName'] }, 'dashboards'],
    [{ 'Fn::GetAtt': 'Topic.TopicName' }, 'dashboards'],
    [{ Ref: 'Topic' }, 'arn:aws:sns:eu-north-1:123456789012:dashboards'],
    [{ 'Fn::If': ['IsX', 'yes', 'no'] }, 'yes'],
    [{ 'Fn::If': ['IsY', 'yes', 'no'] }, 'no'],
    [{ 'Fn::If': ['Both', 'yes', 'no'] }, 'no'],
    [{ 'Fn::If': ['Either', 'yes', { 'Fn::If': ['IsX', 'a', 'b'] }] }, 'yes'],
    [{ 'Fn::If': ['NotX', 'yes', { Ref: 'Name' }] }, 'x'],
  ])('%j ≡ %s', (value, expected) => {
    expect(resolved(value, sections)).toBe(expected)
  })

  test('behavior: a given value takes the place of the default', () => {
    expect(resolved({ 'Fn::If': ['IsY', { Ref: 'Name' }, 'no'] }, sections, { Name: 'y' })).toBe('y')
  })

  test('behavior: AWS::NoValue takes a property or a statement out', () => {
    const statement = { Effect: 'Allow', Action: 'kms:Sign', Resource: '*' }
    const policies = [
      {
        PolicyName: 'p',
        PolicyDocument: document({ 'Fn::If': ['IsY', statement, { Ref: 'AWS::NoValue' }] }, statement),
      },
    ]
    const properties = { RoleName: { Ref: 'AWS::NoValue' }, Policies: policies }
    const { roles, attached } = load({ Role: role(properties) }, sections)
    expect(roles[0]?.name).toMatch(/^treasury-Role-[0-9a-f]{12}$/)
    expect([...attached.roles.values()].flat()[0]?.statements).toHaveLength(1)
  })

  test('behavior: a resource whose condition is false is not there', () => {
    expect(load({ Role: { ...role(), Condition: 'IsY' } }, sections).roles).toEqual([])
    expect(load({ Role: { ...role(), Condition: 'IsX' } }, sections).roles).toHaveLength(1)
  })

  const name = 'Resources.Role.Properties.RoleName'
  test.each<[unknown, string]>([
    [{ 'Fn::ImportValue': 'x' }, `INTRINSIC_UNKNOWN ${name}.Fn::ImportValue`],
    [{ 'Fn::Transform': {} }, `INTRINSIC_UNKNOWN ${name}.Fn::Transform`],
    [{ Ref: 'Name', Other: 'x' }, `INTRINSIC_INVALID ${name}`],
    [{ Ref: ['Name'] }, `INTRINSIC_INVALID ${name}.Ref`],
    [{ Ref: 'Nobody' }, `REFERENCE_UNKNOWN ${name}.Ref`],
    [{ Ref: 'AWS::NotificationARNs' }, `REFERENCE_UNKNOWN ${name}.Ref`],
    [{ Ref: 'Role' }, `REFERENCE_CIRCULAR ${name}.Ref`],
    [{ Ref: 'Dashboard' }, `REFERENCE_UNKNOWN ${name}.Ref`],
    [{ 'Fn::GetAtt': ['Topic', 'Color'] }, `REFERENCE_UNKNOWN ${name}.Fn::GetAtt`],
    [{ 'Fn::GetAtt': ['Topic'] }, `INTRINSIC_INVALID ${name}.Fn::GetAtt`],
    [{ 'Fn::Join': ['', 'x'] }, `INTRINSIC_INVALID ${name}.Fn::Join`],
    [{ 'Fn::Join': [['x']] }, `INTRINSIC_INVALID ${name}.Fn::Join`],
    [{ 'Fn::Sub': 5 }, `INTRINSIC_INVALID ${name}.Fn::Sub`],
    [{ 'Fn::Sub': '${Nobody}' }, `REFERENCE_UNKNOWN ${name}.Fn::Sub`],
    [{ 'Fn::If': [true, 'a', 'b'] }, `INTRINSIC_INVALID ${name}.Fn::If`],
    [{ 'Fn::If': ['Unknown', 'a', 'b'] }, `CONDITION_UNKNOWN ${name}.Fn::If`],
    [{ 'Fn::If': ['Odd', 'a', 'b'] }, 'INTRINSIC_UNKNOWN Conditions.Odd'],
    [{ 'Fn::If': ['Loop', 'a', 'b'] }, 'REFERENCE_CIRCULAR Conditions.Loop'],
    [{ Ref: 'Required' }, `PARAMETER_MISSING ${name}.Ref`],
    [{ Ref: 'Stored' }, `PARAMETER_MISSING ${name}.Ref`],
    [['x'], `PROPERTY_INVALID ${name}`],
  ])('error: %j is %s', (value, fault) => {
    const more = {
      Parameters: {
        Required: { Type: 'String' },
        // The default is where the value is stored, not the value.
        Stored: { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/path' },
      },
      Conditions: { Odd: { 'Fn::Contains': [] }, Loop: { 'Fn::Not': [{ Condition: 'Loop' }] } },
    }
    const dashboard = { Type: 'AWS::CloudWatch::Dashboard' }
    expect(faultsOf({ Role: role({ RoleName: value }), Topic: topic, Dashboard: dashboard }, more)).toContain(
      fault,
    )
  })

  test('error: a reference to a resource that is not created', () => {
    const resources = { Role: role({ RoleName: { Ref: 'Topic' } }), Topic: { ...topic, Condition: 'IsY' } }
    expect(faultsOf(resources, sections)).toEqual([`REFERENCE_UNKNOWN ${name}.Ref`])
  })

  test('behavior: a parameter without a value is no fault while nothing that matters refers to it', () => {
    expect(faultsOf({ Topic: topic }, { Parameters: { Required: { Type: 'String' } } })).toEqual([])
  })
})
