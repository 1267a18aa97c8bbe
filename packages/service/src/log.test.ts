import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ACCOUNT, execute, hexOf, KEY_ARN, PRINCIPAL, payload, TOKEN } from '../test/fixtures.ts'
import { permitAll, starter } from '../test/policy.ts'
import { signer, signerThat, start } from '../test/start.ts'

const transfer = { signerAddress: signer.address, payload: payload() }

test('default: the whole line of a signature', async () => {
  let time = Date.UTC(2026, 10, 22, 12)
  const { ask, lines } = start({
    now: () => {
      time += 5
      return new Date(time)
    },
    signer: async onKmsRequest => {
      onKmsRequest({ requestId: 'kms-1' })
      return signerThat(hash => {
        onKmsRequest({ requestId: 'kms-2' })
        onKmsRequest({ requestId: undefined })
        return signer.signHash(hash)
      })
    },
  })
  const { body } = await ask({ ...transfer, reference: 'Invoice 7' })
  expect(lines).toHaveLength(1)
  expect(JSON.parse(lines[0] ?? '')).toEqual({
    time: '2026-11-22T12:00:00.005Z',
    requestId: 'request-1',
    principal: PRINCIPAL.arn,
    sourceIp: PRINCIPAL.sourceIp,
    status: 200,
    outcome: 'signed',
    reference: 'Invoice 7',
    kind: 'userOperation',
    scheme: 'eip191',
    chainId: 84532,
    signerAddress: signer.address,
    account: ACCOUNT,
    hash: body.message,
    digest: body.digest,
    effects: [
      { kind: 'transfer', asset: TOKEN, from: ACCOUNT, to: expect.any(String), amount: '1500000' },
      { kind: 'fee', payer: '0x2222222222222222222222222222222222222222', maximum: '260001000000000' },
    ],
    rules: ['payouts', 'fees'],
    policyVersion: starter.version,
    keyId: KEY_ARN,
    kmsRequestIds: ['kms-1', 'kms-2'],
    durations: { total: 15, key: 5 },
  })
})

test('behavior: KMS request ids go to the request they belong to, with many at once', async () => {
  const { ask, lines } = start({
    signer: async onKmsRequest =>
      signerThat(async hash => {
        await new Promise(setImmediate)
        onKmsRequest({ requestId: `kms-${hash}` })
        return signer.signHash(hash)
      }),
  })
  await Promise.all([1, 2, 3].map(nonce => ask({ ...transfer, payload: payload({ nonce: `0x${nonce}` }) })))
  expect(lines).toHaveLength(3)
  for (const line of lines.map(line => JSON.parse(line)))
    expect(line.kmsRequestIds).toEqual([`kms-${line.digest}`])
})

test('no line contains the signature or the call data, whatever is asked', async () => {
  await fc.assert(
    fc.asyncProperty(
      hexOf({ minLength: 8, maxLength: 80 }),
      fc.boolean(),
      fc.constantFrom(permitAll, starter),
      async (data, wrapped, policy) => {
        const { ask, lines } = start({ policy: () => policy })
        const callData = wrapped ? execute({ to: TOKEN, value: 1n, data }) : data
        const { body } = await ask({ ...transfer, payload: payload({ callData }) })
        const line = lines.join('\n')
        expect(line).not.toContain('\n')
        expect(line).not.toContain(data.slice(2))
        if (wrapped) expect(line).not.toContain(body.signature?.slice(2) ?? 'no signature: it was refused')
      },
    ),
    { numRuns: 60 },
  )
})

test('error: no answer leaves if its log line cannot be written', async () => {
  const { ask } = start({
    log: () => {
      throw new Error('disk full')
    },
  })
  await expect(ask(transfer)).rejects.toThrow('disk full')
})

test('behavior: foreign text is ASCII in the log, and the text of a personal message is not in it', async () => {
  const { ask, lines } = start({ policy: () => permitAll })
  const text = 'Pay \u202e me'
  await ask({
    signerAddress: signer.address,
    reference: 'Überweisung',
    payload: { kind: 'personalMessage', text },
  })
  const [line = ''] = lines
  expect(line).toMatch(/^[ -~]*$/)
  expect(line).not.toContain('Pay')
  expect(JSON.parse(line)).toMatchObject({ reference: 'Überweisung', effects: [{ kind: 'message' }] })
})
