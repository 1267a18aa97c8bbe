// The templates before the judgement of others: cdk-nag's AwsSolutions, and cfn-lint where it is installed.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type App, Validations } from 'aws-cdk-lib'
import { CfnBucket } from 'aws-cdk-lib/aws-s3'
import { AwsSolutionsChecks } from 'cdk-nag'
import { afterAll, describe, expect, test } from 'vitest'
import { existingKey } from '../test/names.ts'
import { type AppOptions, createApp, createTemplate } from './app.ts'
import { codeParameters, networkParameters } from './parameters.ts'

const directory = mkdtempSync(join(tmpdir(), 'coffer-checks-'))
afterAll(() => rmSync(directory, { recursive: true }))

const known = () => ({
  vpcId: 'vpc-0123456789abcdef0',
  subnetIds: ['subnet-0123456789abcdef0', 'subnet-0123456789abcdef1'],
  callerCidrs: ['10.0.0.0/16'],
})

const variants: readonly (readonly [string, AppOptions])[] = [
  ['public', {}],
  ['private', { network: networkParameters }],
  [
    'existing',
    {
      signer: {
        existingKeyArn: existingKey,
        existingTrailLogGroupName: 'org-trail',
        existingApiLogRoleArn: 'arn:aws:iam::111122223333:role/ApiLogs',
        operatorRoleArns: ['arn:aws:iam::111122223333:role/Treasury'],
        allowedCidrs: ['192.0.2.0/24'],
        signerAddress: `0x${'ab'.repeat(20)}`,
        reservedConcurrency: 5,
        alarmEmail: 'ops@acme.example',
        multiRegion: true,
      },
    },
  ],
  [
    'private-known',
    {
      network: known,
    },
  ],
]

type Report = {
  readonly pluginReports: readonly {
    readonly violations: readonly { readonly ruleName: string }[]
  }[]
}

/** Rule ids that are acknowledged, with their reasons. */
const acknowledged = (app: App): Readonly<Record<string, string>> =>
  Object.assign(
    {},
    ...app.node
      .findAll()
      .flatMap(construct => construct.node.metadata)
      .filter(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY)
      .map(({ data }) => data as Readonly<Record<string, string>>),
  )

describe('cdk-nag has no finding but these, each acknowledged with a reason', () => {
  const everywhere = ['APIG2', 'APIG3', 'APIG6', 'COG4', 'IAM5']
  test.each([
    ['public', [...everywhere, 'IAM4', 'IAM5']],
    ['private', [...everywhere, 'EC23', 'IAM4', 'IAM5', 'IAM5', 'IAM5']],
    ['existing', everywhere],
    ['private-known', [...everywhere, 'IAM4', 'IAM5', 'IAM5', 'IAM5']],
  ])('%s: %j', (name, rules) => {
    const outdir = join(directory, `${name}-nag`)
    const app = createApp({ ...new Map(variants).get(name), outdir, code: codeParameters })
    Validations.of(app).addPlugins(new AwsSolutionsChecks(app, { verbose: true }))
    app.synth()
    const given = Object.entries(acknowledged(app))
    const trail = name === 'existing' ? [] : ['S1']
    expect(given.map(([id]) => id.replace(/^.*AwsSolutions-|\[.*$/g, '')).sort()).toEqual(
      [...rules, ...trail].sort(),
    )
    for (const [, reason] of given) expect(reason).toMatch(/^[A-Z].{30,}\.$/)
  })

  test('and would find what is not acknowledged', () => {
    const outdir = join(directory, 'naive')
    const app = createApp({ outdir, code: codeParameters })
    new CfnBucket(app.node.findChild('TreasurySigner'), 'Naive')
    Validations.of(app).addPlugins(new AwsSolutionsChecks(app))
    expect(() => app.synth()).toThrow(/S3 Bucket has server access logs disabled/)
    const report = JSON.parse(readFileSync(join(outdir, 'validation-report.json'), 'utf8')) as Report
    const found = report.pluginReports.flatMap(({ violations }) => violations.map(({ ruleName }) => ruleName))
    expect(found).toEqual(['AwsSolutions-S1', 'AwsSolutions-S10'])
  })
})

const hasCfnLint = spawnSync('cfn-lint', ['--version']).status === 0

test.skipIf(!hasCfnLint)('cfn-lint has nothing to say', () => {
  const files = variants.map(([name, options]) => {
    const file = join(directory, `${name}.json`)
    writeFileSync(file, JSON.stringify(createTemplate(options)))
    return file
  })
  const { status, stdout, stderr } = spawnSync('cfn-lint', files, { encoding: 'utf8' })
  expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '', stderr: '' })
})
