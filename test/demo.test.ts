// The newcomer's first command, as it is printed.
import { expect, test } from 'vitest'
import { coffer } from './support/run.ts'

test('coffer demo shows every step with its values, then five refusals', async () => {
  const { status, stdout, stderr } = await coffer(['demo'])
  expect({ status, end: stdout.trim().split(':')[0] }).toEqual({ status: 0, end: 'done' })
  for (const value of [
    /key ARN +arn:aws:kms:[\w-]+:\d{12}:key\/[\w-]+/,
    /address +0x[0-9a-fA-F]{40}/,
    /wallet +0x[0-9a-fA-F]{40}/,
    /its hash is 0x[0-9a-f]{64}/,
    /digest 0x[0-9a-f]{64}/,
    /signature 0x[0-9a-f]{130}/,
    /tx hash +0x[0-9a-f]{64}/,
    /block +\d+ \(receipt read from the chain\)/,
    /usdc +100\n.*usdc +75\n.*usdc +25\n/s,
    /policy +no policy: the signer refuses everything/,
    /dangerous, and open:\n +deploy .* first-use opens it to Role "operators"/,
    /11 cases of policy [0-9a-f]{12}: all as they should be/,
    /policy\n +~ [0-9a-f]{12} -> [0-9a-f]{12} \(4 rules\)/,
    /expected decision: allow, by policy [0-9a-f]{12}\n +transfer 25 USDC from treasury .* to vendor:acme .*\n +permitted by payouts/,
    /the signing service allows it \(first-use, payouts, fees\)/,
    /transfer 2500 USDC .*: no rule permits it; payouts wants .*"1000\.0".*, but context\.amount is 2500\.0000 \(DENIED, exit code 3\)/,
    /✗ transfer 2500 USDC.*\n +no rule permits it \(NOT_PERMITTED\)\n +permit payouts does not apply:/,
    /transfer 25 USDC .* to 0x5e5E5e5e5E5e5E5E5e5E5E5e5e5E5E5E5e5E5E5e: no rule permits it; payouts wants context\.recipient in Group::"payees"/,
    /BLIND_SIGNING_REFUSED/,
    /request signature we calculated does not match/,
    /user\/operator is not authorized to perform: execute-api:Invoke .*no identity-based policy/,
    /hint: have an administrator run: coffer operator add operator/,
  ])
    expect(stderr).toMatch(value)
})

test('coffer demo --json prints one document', async () => {
  const { status, stdout, stderr } = await coffer(['demo', '--json'])
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  const { steps } = JSON.parse(stdout)
  expect(steps.map((step: { command: string }) => step.command.split(' ')[0])).toEqual([
    ...['deploy', 'operator', 'wallet', 'wallet', 'recipient', 'policy', 'policy', 'policy', 'deploy'],
    ...['wallet', 'wallet', 'transfer', 'wallet', 'wallet', 'transfer', 'policy', 'transfer'],
    ...['sign', 'sign', 'operator', 'transfer'],
  ])
})
