// What the tests of the template loader share: a place to deploy to, and short ways to write a template.
import type { Deployment } from '../src/iam/template/deployment.ts'
import { TemplateError } from '../src/iam/template/fault.ts'
import { loadTemplate } from '../src/iam/template.ts'

export const place = { accountId: '123456789012', region: 'eu-north-1', stackName: 'treasury' }

export type Sections = Readonly<Record<string, unknown>>

export const load = (
  resources: Sections,
  sections: Sections = {},
  parameters: Record<string, string> = {},
): Deployment => loadTemplate({ Resources: resources, ...sections }, { ...place, parameters })

export const faultsOf = (
  resources: Sections,
  sections: Sections = {},
  parameters: Record<string, string> = {},
): readonly string[] => {
  try {
    load(resources, sections, parameters)
    return []
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error
    return error.faults.map(({ code, path }) => `${code} ${path}`)
  }
}

export const document = (...statements: readonly object[]): object => ({
  Version: '2012-10-17',
  Statement: statements,
})
export const role = (properties: object = {}): object => ({
  Type: 'AWS::IAM::Role',
  Properties: {
    AssumeRolePolicyDocument: document({
      Effect: 'Allow',
      Principal: { Service: 'lambda.amazonaws.com' },
      Action: 'sts:AssumeRole',
    }),
    ...properties,
  },
})
