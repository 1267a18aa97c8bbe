// `node synth.js DIRECTORY` writes what can be deployed: DIRECTORY/cdk.out for the CDK CLI, and beside it the templates for
// those without CDK. `node synth.js` alone is the CDK CLI's app (cdk.json).
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createApp, createTemplate } from './app.ts'
import { networkParameters } from './parameters.ts'

const [directory] = process.argv.slice(2)
if (directory === undefined) createApp().synth()
else {
  mkdirSync(directory, { recursive: true })
  createApp({ outdir: join(directory, 'cdk.out') }).synth()
  const write = (name: string, template: Record<string, unknown>): void =>
    writeFileSync(join(directory, name), `${JSON.stringify(template, undefined, 2)}\n`)
  write('treasury-signer.template.json', createTemplate())
  write('treasury-signer-private.template.json', createTemplate({ network: networkParameters }))
}
