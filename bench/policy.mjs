// What a decision costs, and how that depends on the size of the address book: `npm run bench:policy`.
// Three policies that differ in nothing else decide the same transfers, taking turns; beside them Cedar itself, given the
// whole address book with each question, as one would without a directory.
import { performance } from 'node:perf_hooks'
import { root, run, setup } from '../scripts/setup.mjs'

setup()
run('npx', ['tsc', '-b', 'packages/service'])
const { judge, loadPolicy, readPolicySource } = await import('@coffer/service/policy')
const { parseRequest, prepare } = await import('@coffer/service')
const { isAuthorized } = await import('@cedar-policy/cedar-wasm/nodejs')
const { encodeFunctionData, parseAbi } = await import('viem')

const SIZES = [10, 1_000, 100_000]
const ROUNDS = 300
const starter = readPolicySource(`${root}/packages/service/policy/starter`)
const addressOf = index => `0x4444${(index + 1).toString(16).padStart(36, '0')}`
const names = size => Array.from({ length: size }, (_, index) => `payee:${index}`)

const facts = JSON.parse(starter.facts)
const signerAddress = `0x${'5'.repeat(40)}`
const abi = parseAbi([
  'function execute(address to, uint256 value, bytes data)',
  'function transfer(address to, uint256 amount)',
])

const variants = SIZES.map(size => {
  const addressBook = Object.fromEntries(
    names(size).map((name, index) => [name, { address: addressOf(index), groups: ['payees'] }]),
  )
  const source = { rules: starter.rules, facts: JSON.stringify({ ...facts, addressBook }) }
  const started = performance.now()
  const policy = loadPolicy(source)
  const loading = performance.now() - started
  return { size, policy, loading, times: [] }
})

// No two alike, in amount or fee: what Cedar said before would be remembered.
const inquiries = Array.from({ length: ROUNDS }, (_, index) => inquiryFor(addressOf(index % 10), index + 1))

// Turn about, so that noise of the machine hits all of them alike.
for (let round = 0; round < ROUNDS; round++)
  for (const { policy, times } of variants) {
    const inquiry = inquiries[round]
    const started = performance.now()
    const judgements = judge(inquiry, policy)
    times.push(performance.now() - started)
    if (judgements.some(({ outcome }) => outcome !== 'permitted'))
      throw new Error('a payout must be permitted')
  }

const base = median(variants[0].times)
print('\nOne decision: a transfer and its fee, by the four rules of the starter policy. Medians.\n')
print('| address book | decision | against 10 | loading, once | whole book given to Cedar |')
print('|---:|---:|---:|---:|---:|')
for (const { size, policy, loading, times } of variants)
  print(
    `| ${size.toLocaleString('en')} | ${micros(median(times))} | ${(median(times) / base).toFixed(2)} | ${loading.toFixed(0)} ms | ${micros(naive(size, policy))} |`,
  )
print(`\nNode ${process.version}, ${ROUNDS} decisions each.`)

function print(line) {
  process.stdout.write(`${line}\n`)
}

function inquiryFor(to, number) {
  const amount = BigInt(number) * 1_000_000n
  const data = encodeFunctionData({ abi, functionName: 'transfer', args: [to, amount] })
  const body = {
    signerAddress,
    payload: {
      kind: 'userOperation',
      chainId: 84532,
      entryPoint: '0x0000000071727De22E5E9d8BAf0edAc6f37da032',
      userOperation: {
        sender: facts.wallets.treasury.address,
        nonce: '0x0',
        callData: encodeFunctionData({
          abi,
          functionName: 'execute',
          args: [facts.tokens.usdc.address, 0n, data],
        }),
        callGasLimit: '0x13880',
        verificationGasLimit: '0x186a0',
        preVerificationGas: '0xc350',
        // From a third of a ten-thousandth of native value up to the limit of 0.01.
        maxFeePerGas: `0x${Math.floor((number * 1e14) / 3 / 230_000).toString(16)}`,
        maxPriorityFeePerGas: '0x1',
      },
    },
  }
  return {
    principal: { arn: facts.roles.operators[0], sourceIp: '192.0.2.1' },
    prepared: prepare(parseRequest(JSON.stringify(body))),
    time: new Date('2026-01-05T12:00:00Z'),
  }
}

/** The transfer alone, asked of Cedar with every entry of the address book as an entity. */
function naive(size, policy) {
  const entities = names(size).map(id => ({
    uid: { type: 'Address', id },
    attrs: { known: true },
    parents: [{ type: 'Group', id: 'payees' }],
  }))
  const question = judge(inquiries[0], policy)[0].question
  const others = question.entities.filter(({ uid }) => uid.type !== 'Address')
  const treasury = {
    uid: { type: 'Address', id: facts.wallets.treasury.address },
    attrs: { known: false },
    parents: [],
  }
  const token = {
    uid: { type: 'Address', id: facts.wallets.treasury.factory },
    attrs: { known: false },
    parents: [],
  }
  const call = {
    principal: question.principal,
    action: question.action,
    resource: question.resource,
    context: question.context,
    policies: { staticPolicies: Object.fromEntries(policy.rules.map(({ id, text }) => [id, text])) },
    entities: [...others, treasury, token, ...entities],
  }
  const times = Array.from({ length: size > 10_000 ? 3 : 30 }, () => {
    const started = performance.now()
    const answer = isAuthorized(call)
    if (answer.response?.decision !== 'allow') throw new Error(JSON.stringify(answer).slice(0, 500))
    return performance.now() - started
  })
  return median(times)
}

function median(values) {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)]
}

function micros(milliseconds) {
  const value = milliseconds * 1000
  return value < 10_000 ? `${value.toFixed(0)} µs` : `${milliseconds.toFixed(0)} ms`
}
