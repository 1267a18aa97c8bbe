// The signing service as a Lambda function beside a guide-style one: `npm run bench:lambda`. Both run on Lambda's Node.js
// under a Runtime API, take turns, and ask a KMS that answers at once.
import { execFileSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { setup, setupNode24 } from '../scripts/setup.mjs'
import { guideBundle, serviceBundle } from './lambda/bundles.mjs'
import { startFunction } from './lambda/function.mjs'
import { median, startKms } from './signing/measure.mjs'
import { principal, requestBody } from './signing/request.mjs'
import { address, environment } from './signing/world.mjs'

setup()
const node = setupNode24()
if (node === undefined) throw new Error("Lambda's Node.js is to be had for Linux on x64 only")
const version = execFileSync(node, ['--version']).toString().trim()

const STARTS = 7
const WARM = 200
const kms = await startKms()
const variables = environment(kms.endpoint)
const functions = [
  { name: 'guide-style function (signs any hash)', ...(await guideBundle()), event: hashEvent, runs: [] },
  { name: 'Coffer (starter policy)', ...(await serviceBundle()), event: transferEvent, runs: [] },
]

// Each start is a new process. The first of each, which may find its files not yet cached, does not count.
for (let round = 0; round <= STARTS; round++)
  for (const { directory, event, runs } of functions) {
    const started = await startFunction({ node, directory, variables })
    const first = await started.invoke(event())
    const warm = []
    for (let index = 0; index < WARM; index++) warm.push(await started.invoke(event()))
    await started.stop()
    if (round > 0) runs.push({ ready: started.ready, first, warm: median(warm.slice(WARM / 2)) })
  }
kms.stop()

print('\n| | code | with what it reads | start to ready | first invocation | warm invocation |')
print('|---|---:|---:|---:|---:|---:|')
for (const { name, code, bytes, directory, runs } of functions) {
  const of = field => median(runs.map(run => run[field]))
  print(
    `| ${name} | ${kB(code)} | ${kB(bytes)} | ${of('ready').toFixed(0)} ms | ${of('first').toFixed(0)} ms | ${of('warm').toFixed(1)} ms |`,
  )
  rmSync(directory, { recursive: true })
}
print(
  `\nNode ${version}; medians of ${STARTS} starts; warm: of the second half of ${WARM} invocations after each.`,
)

function hashEvent() {
  const message = Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString('base64')
  return { body: JSON.stringify({ message, signerAddress: address }) }
}

function transferEvent() {
  const identity = { userArn: principal.arn, sourceIp: principal.sourceIp }
  return { body: requestBody(), requestContext: { requestId: 'request-1', identity } }
}

function kB(bytes) {
  return `${Math.round(bytes / 1000)} kB`
}

function print(line) {
  process.stdout.write(`${line}\n`)
}
