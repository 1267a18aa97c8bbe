import { KmsError } from '@coffer/signer/kms-http'
import fc from 'fast-check'
import { keccak256, stringToHex } from 'viem'
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

test('default: the whole line of a denial, of a dry run, and of what is refused before anything is known', async () => {
  const denying = start()
  const request = {
    ...transfer,
    payload: payload({ callData: execute({ to: ACCOUNT, value: 0n, data: '0x12345678' }) }),
  }
  await denying.ask(request)
  const known = {
    time: '2026-01-05T12:00:00.000Z',
    requestId: 'request-1',
    principal: PRINCIPAL.arn,
    sourceIp: PRINCIPAL.sourceIp,
    kmsRequestIds: [],
    durations: { total: 0 },
  }
  const judged = {
    ...known,
    kind: 'userOperation',
    scheme: 'eip191',
    chainId: 84532,
    signerAddress: signer.address,
    account: ACCOUNT,
    hash: expect.stringMatching(/^0x[0-9a-f]{64}$/),
    digest: expect.stringMatching(/^0x[0-9a-f]{64}$/),
    effects: [{ kind: 'administration', to: ACCOUNT, action: 'function 0x12345678' }, expect.any(Object)],
    reasons: ['ADMINISTRATION_REFUSED'],
    policyVersion: starter.version,
    keyId: KEY_ARN,
  }
  expect(denying.logged()).toEqual({ ...judged, status: 403, outcome: 'denied', code: 'DENIED' })
  await denying.ask({ ...request, dryRun: true })
  expect(denying.logged()).toEqual({ ...judged, status: 200, outcome: 'explained', dryRun: true })

  const { principal: _, sourceIp: __, ...nobody } = known
  await denying.ask(request, { principal: undefined })
  expect(denying.logged()).toEqual({ ...nobody, status: 403, outcome: 'refused', code: 'IDENTITY_MISSING' })
  await denying.ask({})
  expect(denying.logged()).toEqual({
    ...known,
    status: 400,
    outcome: 'refused',
    code: 'INVALID_REQUEST',
    policyVersion: starter.version,
  })
  expect(denying.lines).toHaveLength(4)
})

test('behavior: a key that fails has taken its time too', async () => {
  let time = 1_000
  const { ask, logged } = start({
    now: () => {
      time += 5
      return time
    },
    signer: async () =>
      signerThat(async () => {
        time += 100
        throw new KmsError('KMS_UNAVAILABLE', { keyId: KEY_ARN })
      }),
  })
  await ask(transfer)
  expect(logged()).toMatchObject({
    time: '1970-01-01T00:00:01.005Z',
    outcome: 'failed',
    code: 'KMS_UNAVAILABLE',
    kmsRequestIds: [],
    durations: { total: 115, key: 105 },
  })
})

test('behavior: an id of KMS is text, whatever an error has under that name', async () => {
  const failing = (error: object) =>
    start({
      signer: () => Promise.reject(error),
    })
  for (const [error, ids] of [
    [Object.assign(new Error('x'), { requestId: 7 }), []],
    [Object.assign(new Error('x'), { requestId: undefined }), []],
    [Object.assign(new Error('x'), { requestId: 'kms-3' }), ['kms-3']],
    [{ requestId: 'kms-4' }, []],
  ] as const) {
    const { ask, logged } = failing(error)
    await ask(transfer)
    expect(logged()).toMatchObject({ code: 'INTERNAL_ERROR', kmsRequestIds: ids })
  }
})

test('behavior: of a defect the name and the place are told, as far as there is one', async () => {
  const failing = async (error: unknown) => {
    const { ask, logged } = start({
      policy: () => {
        throw error
      },
    })
    await ask(transfer)
    return logged()
  }
  const defect = (stack: string | undefined) => Object.assign(new RangeError('SECRET\nSECRET'), { stack })
  expect(
    await failing(defect('RangeError: SECRET\nSECRET\n    at judge (a.ts:1:2)\n    at b')),
  ).toMatchObject({
    error: 'RangeError at judge (a.ts:1:2)',
  })
  expect(await failing(defect(undefined))).toMatchObject({ error: 'RangeError' })
  expect(await failing(defect('RangeError: SECRET\nSECRET'))).toMatchObject({ error: 'RangeError' })
  expect(await failing({ message: 'SECRET' })).not.toHaveProperty('error')
  expect(await failing('SECRET')).not.toHaveProperty('error')
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

test('behavior: a message is in the log by its hash alone, also where it is text', async () => {
  const { ask, lines, logged } = start({ policy: () => permitAll })
  for (const text of ['Pay 5 USDC to Bob', ' ']) {
    const { status } = await ask({
      signerAddress: signer.address,
      payload: { kind: 'personalMessage', text },
    })
    expect(status).toBe(200)
    expect(logged()['effects']).toEqual([{ kind: 'message', hash: keccak256(stringToHex(text)) }])
  }
  expect(lines.join()).not.toContain('Bob')
})

test('behavior: foreign text is ASCII in the log, and the text of a personal message is not in it', async () => {
  const { ask, lines } = start({ policy: () => permitAll })
  const text = 'Pay \u202e me\u001b[31m'
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
