// The released templates, deployed with everything that can be left out, so that each of their statements is there.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Deployment } from '../src/deploy/changes.ts'
import { chooseParameters } from '../src/deploy/parameters.ts'
import { type Place, parseTemplate, type Template } from '../src/deploy/template.ts'

export const place: Place = { account: '111122223333', region: 'eu-north-1', partition: 'aws' }

export const released: Template = readTemplate('treasury-signer')
export const releasedPrivate: Template = readTemplate('treasury-signer-private')

const code = ['CodeBucket=code', 'CodeKey=adminSigner.zip']
const optional = [
  'OperatorRoleArns=arn:aws:iam::111122223333:role/payments',
  'AllowedCidrs=192.0.2.0/24',
  'SignerAddress=0x1111111111111111111111111111111111111111',
  'AlarmEmail=alarms@acme.example',
]
const network = ['VpcId=vpc-1', 'SubnetIds=subnet-1,subnet-2', 'CallerCidr=10.0.0.0/16']

/** The template with defaults, but for what is given. */
export function withDefaults(...given: readonly string[]): Deployment {
  return { template: released, parameters: chooseParameters(released, [...code, ...given], {}) }
}

/** Both templates with every option. */
export const complete: readonly Deployment[] = [
  { template: released, parameters: chooseParameters(released, [...code, ...optional], {}) },
  {
    template: releasedPrivate,
    parameters: chooseParameters(releasedPrivate, [...code, ...optional, ...network], {}),
  },
]

function readTemplate(name: string): Template {
  const file = createRequire(import.meta.url).resolve(`@coffer/infra/template/${name}.template.json`)
  return parseTemplate(readFileSync(file, 'utf8'))
}
