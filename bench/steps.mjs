// What each step towards a cheaper signature has bought: `npm run bench:steps`. Each is measured beside what it replaced,
// turn about in one process, in CPU time.
import { createRequire } from 'node:module'
import { root, run, setup } from '../scripts/setup.mjs'
import { median, startKms } from './signing/measure.mjs'
import { now, principal, requestBody } from './signing/request.mjs'
import { environment } from './signing/world.mjs'

setup()
run('npx', ['tsc', '-b', 'packages/service'])
const kms = await startKms()
Object.assign(process.env, environment(kms.endpoint))

// What no package gives away is taken by its path.
const built = path => import(`${root}/packages/${path}`)
const { createSignatureParser, parseSignature } = await built('signer/dist/signature.js')
const { loadMulAdd } = await built('signer/dist/mulAdd.js')
const { parsePublicKey } = await built('signer/dist/publicKey.js')
const { userOperationHash } = await built('service/dist/payload/userOperationHash.js')
const { askCedar } = await built('service/dist/policy/ask.js')
const { trim } = await built('service/dist/policy/reads.js')
const { schema, schemaJson } = await built('service/dist/policy/schema.js')
const { validate } = await built('service/dist/policy/cedar.js')
const { kmsHttp } = await import('@coffer/signer/kms-http')
const { parseRequest, prepare } = await import('@coffer/service')
const { judge, loadPolicy, readPolicySource } = await import('@coffer/service/policy')
const { credentials } = await import('./signing/credentials.mjs')
const { sign: sdkSign } = await import('./signing/clients/sdk.mjs')
const { getUserOperationHash } = await import('viem/account-abstraction')
const { secp256k1 } = createRequire(`${root}/packages/signer/package.json`)('@noble/curves/secp256k1.js')

const ROUNDS = 21
const CALLS = 100
/** Of what takes milliseconds. */
const FEW = 4

const key = await kmsHttp({ keyId: process.env.KMS_KEY_ID, endpoint: kms.endpoint, credentials })
const publicKey = parsePublicKey(await key.getPublicKey())
const signed = await Promise.all(
  Array.from({ length: CALLS }, async () => {
    const digest = crypto.getRandomValues(new Uint8Array(32))
    return { digest, der: await key.signDigest(digest), publicKey }
  }),
)
const parse = createSignatureParser(await loadMulAdd(), publicKey)

const policy = loadPolicy(readPolicySource(`${root}/packages/service/policy/starter`))
const inquiries = Array.from({ length: CALLS }, () => {
  const request = parseRequest(requestBody())
  return { request, inquiry: { prepared: prepare(request), principal, time: new Date(now) } }
})
const questions = inquiries.map(({ inquiry }) => judge(inquiry, policy)[0].question)
const operations = inquiries.map(({ request: { payload } }) => ({
  payload,
  asViem: {
    chainId: payload.chainId,
    entryPointAddress: payload.entryPoint,
    entryPointVersion: '0.7',
    userOperation: { ...payload.userOperation, signature: '0x' },
  },
}))
const rules = { staticPolicies: readPolicySource(`${root}/packages/service/policy/starter`).rules }

const steps = [
  [
    'one Sign request',
    'AWS SDK',
    i => sdkSign(signed[i].digest),
    'kms-http',
    i => key.signDigest(signed[i].digest),
  ],
  [
    'verification with yParity',
    '@noble/curves',
    i => nobleParse(signed[i]),
    'libsecp256k1',
    i => parse(signed[i]),
  ],
  ['the public key', 'read each time', i => parseSignature(signed[i]), 'read once', i => parse(signed[i])],
  [
    'hash of a user operation',
    'viem',
    i => getUserOperationHash(operations[i].asViem),
    'its own hashes only',
    i => userOperationHash(operations[i].payload),
  ],
  [
    'one question to Cedar',
    'in full',
    i => askCedar(questions[i], policy.policySetId),
    'what rules read of it',
    i => askCedar(trim(questions[i], policy.reads('transfer')), policy.policySetId),
  ],
  [
    'a decision',
    'asked anew',
    i => judge(inquiries[i].inquiry, { ...policy }),
    'asked before',
    i => judge(inquiries[i].inquiry, policy),
  ],
  [
    'validation of the rules',
    'schema as text',
    () => validate({ schema, policies: rules }),
    'schema as JSON',
    () => validate({ schema: schemaJson, policies: rules }),
    FEW,
  ],
]

print('\n| | before | now | before | now | now of before |')
print('|---|---|---|---:|---:|---:|')
for (const [name, before, runBefore, after, runAfter, calls = CALLS] of steps) {
  const times = await compare([runBefore, runAfter], calls)
  const [old, fresh] = times.map(median)
  const ratio = median(times[1].map((time, round) => time / times[0][round]))
  print(
    `| ${name} | ${before} | ${after} | ${old.toFixed(0)} µs | ${fresh.toFixed(0)} µs | ${ratio.toFixed(2)} |`,
  )
}
print(
  `\nNode ${process.version}; CPU time, medians of ${ROUNDS} rounds of ${CALLS}, of the validation of ${FEW}.`,
)
kms.stop()
process.exit()

/** CPU time of a call of each, in µs, for each round. The first rounds, while the code is compiled, do not count. */
async function compare(candidates, calls) {
  const times = candidates.map(() => [])
  for (let round = -5; round < ROUNDS; round++)
    for (const [index, call] of candidates.entries()) {
      const start = process.cpuUsage()
      for (let i = 0; i < calls; i++) await call(i)
      const { user, system } = process.cpuUsage(start)
      if (round >= 0) times[index].push((user + system) / calls)
    }
  return times
}

/** Verification as a library without yParity of its own does it: recover both keys, and compare. */
function nobleParse({ der, digest }) {
  const { r, s } = secp256k1.Signature.fromBytes(der, 'der')
  const low = s > secp256k1.Point.Fn.ORDER / 2n ? secp256k1.Point.Fn.neg(s) : s
  const found = [0, 1].find(
    yParity =>
      Buffer.compare(
        new secp256k1.Signature(r, low, yParity).recoverPublicKey(digest).toBytes(false),
        publicKey,
      ) === 0,
  )
  if (found === undefined) throw new Error('neither key is the one that signed')
  return found
}

function print(line) {
  process.stdout.write(`${line}\n`)
}
