// What a signature costs whoever asks KMS for it, apart from KMS: `npm run bench:signing`. Signers of others and ours, each
// in a process of its own, take turns with one KMS that answers at once; under all of them the AWS SDK's bare Sign call. They
// run on Lambda's Node.js where npm has it, and else on this one.
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { root, run, setup, setupNode24 } from '../scripts/setup.mjs'
import { median, startClient, startKms } from './signing/measure.mjs'

setup()
const node = setupNode24() ?? process.execPath
const version = execFileSync(node, ['--version']).toString().trim()
run('npx', ['tsc', '-b', 'packages/service'])
if (!existsSync(`${root}/bench/peers/node_modules/.package-lock.json`))
  run('npm', ['ci', '--prefix', 'bench/peers', '--no-audit', '--no-fund', '--loglevel=error'])

const STARTS = 7
const ROUNDS = 25
const COUNT = 40
const CONTENDERS = [
  ['AWS SDK, bare `Sign`', 'signing/clients/sdk.mjs'],
  ['aws-kms-signer', 'peers/contenders/awsKmsSigner.mjs'],
  ['@rumblefishdev/eth-signer-kms', 'peers/contenders/rumblefish.mjs'],
  ['@web3-kms-signer', 'peers/contenders/web3KmsSigner.mjs'],
  ['@nexusmutual/ethers-v6-aws-kms-signer', 'peers/contenders/nexusMutual.mjs'],
  ['guide-style function (SDK, viem)', 'signing/clients/guide.mjs'],
  ['Coffer: signer over the SDK', 'signing/clients/signerSdk.mjs'],
  ['Coffer: signer over kms-http', 'signing/clients/signerHttp.mjs'],
  ['Coffer: whole service over kms-http', 'signing/clients/service.mjs'],
]

const kms = await startKms()
const entries = CONTENDERS.map(([name, file]) => ({
  name,
  file: `${root}/bench/${file}`,
  starts: [],
  runs: [],
}))

// Each start is a new process. The first of each, which may find its files not yet cached, does not count.
for (let round = 0; round <= STARTS; round++)
  for (const entry of entries.filter(({ failure }) => failure === undefined)) {
    const client = await startClient(node, entry.file, kms.endpoint)
    if (client.failure !== undefined) entry.failure = client.failure
    else if (round > 0) entry.starts.push(client.milliseconds)
    await client.stop()
  }

const running = entries.filter(({ failure }) => failure === undefined)
for (const entry of running) {
  entry.client = await startClient(node, entry.file, kms.endpoint)
  await entry.client.ask({ count: 15 * COUNT, concurrency: 1 })
}
for (let round = 0; round < ROUNDS; round++)
  for (const { client, runs } of running) {
    const before = await kms.counts()
    const alone = await client.ask({ count: COUNT, concurrency: 1 })
    const after = await kms.counts()
    const crowd = await client.ask({ count: 2 * COUNT, concurrency: 64 })
    const calls = (after.Sign + after.GetPublicKey - before.Sign - before.GetPublicKey) / COUNT
    runs.push({ cpu: alone.cpu, alone: alone.perSecond, crowd: crowd.perSecond, calls })
  }
for (const { client } of running) await client.stop()
kms.stop()

const floor = entries[0].runs.map(({ cpu }) => cpu)
print(
  '\n| | CPU per signature | against the SDK | KMS calls | per second | per second, 64 at a time | start to first signature |',
)
print('|---|---:|---:|---:|---:|---:|---:|')
for (const { name, failure, starts, runs } of entries)
  if (failure !== undefined) print(`| ${name} | does not run: ${failure} | | | | | |`)
  else {
    const of = field => median(runs.map(entry => entry[field]))
    // Of one round with another's of the same round, so that it does not matter when the machine is busy.
    const ratio = median(runs.map(({ cpu }, round) => cpu / floor[round]))
    print(
      `| ${name} | ${of('cpu').toFixed(0)} µs | ${ratio.toFixed(2)} | ${of('calls')} | ${of('alone').toFixed(0)} | ${of('crowd').toFixed(0)} | ${median(starts).toFixed(0)} ms |`,
    )
  }
print(
  `\nNode ${version}; medians of ${ROUNDS} rounds, ${COUNT} signatures each alone and ${2 * COUNT} of 64 at a time, and of ${STARTS} starts.`,
)

function print(line) {
  process.stdout.write(`${line}\n`)
}
