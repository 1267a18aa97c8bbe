// Runs `coffer conformance` with our signer and with others, and prints one table of all, in Markdown.
// Needs `npm run build`, and `npm ci --prefix bench/peers`.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))
const signers = {
  '@coffer/signer/aws-kms': ['node', 'bench/conformance/ours.mjs'],
  '@coffer/signer/kms-http': ['node', 'bench/conformance/ours-http.mjs'],
  'aws-kms-signer': ['node', 'bench/conformance/aws-kms-signer.mjs'],
  '@rumblefishdev/eth-signer-kms': ['node', 'bench/conformance/rumblefish.mjs'],
  '@nexusmutual/ethers-v6-aws-kms-signer': ['node', 'bench/conformance/nexusmutual.mjs'],
  cast: ['sh', 'bench/conformance/cast.sh'],
}

const runs = Object.entries(signers).map(([name, command]) => {
  process.stderr.write(`${name}\n`)
  const args = ['packages/cli/bin/coffer.js', '--json', 'conformance', '--', ...command]
  const { stdout } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' })
  return { name, ...JSON.parse(stdout) }
})

const should = { survive: 'sign', refuse: 'refuse', either: 'sign or refuse' }
const rows = runs[0].behaviours.map(({ name, what, expected }, index) => [
  `\`${name}\``,
  what,
  should[expected],
  ...runs.map(({ behaviours }) => cell(behaviours[index])),
])
const head = ['behaviour', 'what happens', 'a good signer', ...runs.map(({ name }) => `\`${name}\``)]
const sums = ['', '', 'passed', ...runs.map(({ passed, failed }) => `${passed} of ${passed + failed}`)]
const lines = [head, head.map(() => '---'), ...rows, sums]
process.stdout.write(`${lines.map(line => `| ${line.join(' | ')} |`).join('\n')}\n`)

function cell({ verdict, outcomes }) {
  if (verdict === 'passed') return [...new Set(outcomes)].join(', ')
  return `**${verdict === 'bad signature' ? 'BAD SIGNATURE' : verdict}**`
}
