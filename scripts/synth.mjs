// `npm run synth [DIR]`: the CDK's cloud assembly and the plain CloudFormation templates, into DIR (cdk.out).
import { run, setup } from './setup.mjs'

setup()
run(process.execPath, ['packages/service/scripts/bundle.mjs'])
run('npx', ['tsc', '-b', 'packages/infra'])
const directory = process.argv[2] ?? 'cdk.out'
run(process.execPath, ['packages/infra/dist/synth.js', directory])
console.error(`coffer: the templates and the cloud assembly are in ${directory}`)
