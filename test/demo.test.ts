// The newcomer's first command, as it is printed.
import { expect, test } from 'vitest'
import { coffer } from './support/run.ts'

test('coffer demo shows every step with its values, then three refusals', async () => {
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
    ...[
      'deploy',
      'operator',
      'wallet',
      'wallet',
      'recipient',
      'wallet',
      'wallet',
      'transfer',
      'wallet',
      'wallet',
    ],
    ...['sign', 'sign', 'operator', 'transfer'],
  ])
})
