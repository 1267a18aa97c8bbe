// What we send, and what the fake answers, against Crossmint's own OpenAPI document, where it lies beside the project.
import { existsSync, readFileSync } from 'node:fs'
import { Ajv } from 'ajv'
import formats from 'ajv-formats'
import { beforeAll, describe, expect, test } from 'vitest'
import { clientOver, fakeClock, intent, key, preparePayment } from '../../test/payment.ts'
import { transfer } from '../workflow/transfer.ts'
import type { CrossmintClient } from './client.ts'

const file = new URL('../../../../../shared/vectors/crossmint-openapi.json', import.meta.url)
const present = existsSync(file)
const ajv = new Ajv({ strict: false, unicodeRegExp: false, allErrors: true })

type OpenApi = { readonly paths: Record<string, Record<string, unknown>> }
let document: OpenApi = { paths: {} }

beforeAll(() => {
  if (!present) return
  document = JSON.parse(readFileSync(file, 'utf8')) as OpenApi
  formats.default(ajv)
  ajv.addSchema(document, 'openapi')
})

const user = { firstName: 'Ada', lastName: 'Lovelace', dateOfBirth: '1990-01-15', countryOfResidence: 'GB' }
const signer = `external-wallet:${key.address}`
const wallet = intent.walletAddress
const adminSigner = { type: 'external-wallet', address: key.address } as const

const calls: readonly (readonly [
  string,
  (client: CrossmintClient) => Promise<unknown>,
  string,
  string,
  string | undefined,
])[] = [
  [
    'createWallet',
    c => c.createWallet({ owner: 'COMPANY', alias: 'treasury', adminSigner }),
    'post',
    '/2025-06-09/wallets',
    'CreateWalletV2025DTOClass',
  ],
  [
    'createWallet for a user',
    c => c.createWallet({ owner: 'email:a@b.example', adminSigner: { type: 'email', email: 'a@b.example' } }),
    'post',
    '/2025-06-09/wallets',
    'CreateWalletV2025DTOClass',
  ],
  ['getWallet', c => c.getWallet(wallet), 'get', '/2025-06-09/wallets/{walletLocator}', undefined],
  [
    'getBalances',
    c => c.getBalances(wallet, { tokens: ['usdc', 'eth'], chains: ['base-sepolia'] }),
    'get',
    '/2025-06-09/wallets/{walletLocator}/balances',
    undefined,
  ],
  [
    'fundWallet',
    c => c.fundWallet(wallet, { amount: '10', token: 'usdxm', chain: 'base-sepolia' }),
    'post',
    '/v1-alpha2/wallets/{walletLocator}/balances',
    'FundWalletAmountDTO',
  ],
  [
    'createTransfer',
    c =>
      c.createTransfer({
        wallet,
        token: 'base-sepolia:usdc',
        recipient: intent.recipient,
        amount: '1.5',
        signer,
        idempotencyKey: 'x'.repeat(16),
      }),
    'post',
    '/2025-06-09/wallets/{walletLocator}/tokens/{tokenLocator}/transfers',
    'SendOrDepositTokenV2025DTOClass',
  ],
  [
    'getTransaction',
    c => c.getTransaction(wallet, 'id'),
    'get',
    '/2025-06-09/wallets/{walletLocator}/transactions/{transactionId}',
    undefined,
  ],
  [
    'listTransactions',
    c => c.listTransactions(wallet, { page: 2, perPage: 50 }),
    'get',
    '/2025-06-09/wallets/{walletLocator}/transactions',
    undefined,
  ],
  [
    'approveTransaction',
    c => c.approveTransaction(wallet, 'id', { signer, signature: `0x${'00'.repeat(65)}` }),
    'post',
    '/2025-06-09/wallets/{walletLocator}/transactions/{transactionId}/approvals',
    'SubmitApprovalV2025DTO',
  ],
  [
    'getSigner',
    c => c.getSigner(wallet, signer),
    'get',
    '/2025-06-09/wallets/{walletLocator}/signers/{signer}',
    undefined,
  ],
  [
    'addSigner',
    c => c.addSigner(wallet, { signer, chain: 'base-sepolia', expiresAt: '2027-01-01T00:00:00Z' }),
    'post',
    '/2025-06-09/wallets/{walletLocator}/signers',
    'CreateSignerV2025InputDtoClass',
  ],
  [
    'removeSigner',
    c => c.removeSigner(wallet, signer, 'base-sepolia'),
    'delete',
    '/2025-06-09/wallets/{walletLocator}/signers/{signer}',
    undefined,
  ],
  [
    'listActivity',
    c =>
      c.listActivity(wallet, {
        chain: 'base-sepolia',
        tokens: ['usdc'],
        status: 'successful',
        fromDate: '2026-11-22T09:00:00.000Z',
        cursor: '20',
      }),
    'get',
    '/unstable/wallets/{walletLocator}/transfers',
    undefined,
  ],
]

test.skipIf(!present).each(calls)(
  '%s sends what the document describes',
  async (_, call, method, path, schema) => {
    const sent = await capture(call)
    const operation = document.paths[path]?.[method] as {
      parameters: { name: string; in: string; required?: boolean }[]
    }
    expect(sent.method.toLowerCase()).toBe(method)
    expect(decodeURIComponent(sent.path)).toMatch(new RegExp(`^/api${path.replace(/\{[^}]+\}/g, '[^/]+')}$`))
    const names = operation.parameters.filter(one => one.in === 'query').map(one => one.name)
    const needed = operation.parameters.filter(one => one.in === 'query' && one.required).map(one => one.name)
    expect(names).toEqual(expect.arrayContaining([...sent.query.keys()]))
    expect([...sent.query.keys()]).toEqual(expect.arrayContaining(needed))
    if (schema === undefined) expect(sent.body).toBeUndefined()
    else expect(faults(schema, sent.body)).toEqual([])
  },
)

describe.skipIf(!present)('the fake answers as the document describes', () => {
  test('transactions in every status, and the activity', async () => {
    const settled = preparePayment()
    await transfer(settled.options)
    await settled.options.client.listTransactions(wallet)
    await settled.options.client.listActivity(wallet, {
      chain: 'base-sepolia',
      tokens: ['usdc'],
      status: 'successful',
    })
    const failed = preparePayment({ failure: { reason: 'execution_reverted', message: 'reverted' } })
    await transfer(failed.options).catch(() => undefined)
    const bodies = [...settled.fake.bodies, ...failed.fake.bodies]
    const transactions = bodies.filter(one => 'status' in one)
    expect(new Set(transactions.map(one => one['status']))).toEqual(
      new Set(['awaiting-approval', 'pending', 'success', 'failed']),
    )
    for (const one of transactions) expect(faults('WalletsTransactionV2025ResponseDTOClass', one)).toEqual([])
    for (const one of bodies.filter(body => 'transactions' in body))
      expect(faults('WalletsMultipleTransactionV2025ResponseDTO', one)).toEqual([])
    for (const one of bodies.filter(body => 'data' in body))
      expect(faults('WalletsActivityResponseUnstableDTO', one)).toEqual([])
    expect(bodies.filter(body => 'transactions' in body || 'data' in body).length).toBeGreaterThan(1)
  })
})

describe('answers the document describes are understood', () => {
  const walletAnswer = {
    chainType: 'evm',
    type: 'smart',
    address: wallet.toLowerCase(),
    config: { adminSigner: { ...adminSigner, locator: signer }, delegatedSigners: [] },
    owner: 'COMPANY',
    alias: 'treasury',
    createdAt: 1763800000000,
  }
  const balancesAnswer = [
    {
      symbol: 'usdc',
      name: 'USDC',
      decimals: 6,
      amount: '5',
      rawAmount: '5000000',
      chains: {
        'base-sepolia': {
          locator: 'base-sepolia:usdc',
          amount: '5',
          rawAmount: '5000000',
          contractAddress: wallet,
        },
      },
    },
    { symbol: 'eth', decimals: 18, amount: '0', rawAmount: '0', chains: {} },
  ]
  const signerAnswer = {
    ...adminSigner,
    locator: signer,
    chains: { 'base-sepolia': { status: 'awaiting-approval', id: 'sig-1' } },
  }

  test.skipIf(!present)('the samples are valid', () => {
    expect(faults('WalletV2025ResponseDTOClass', walletAnswer)).toEqual([])
    expect(faults('WalletBalanceV20250609ResponseDTO', balancesAnswer)).toEqual([])
    expect(faults('DelegatedSignerV2025DtoClass', signerAnswer)).toEqual([])
  })

  test('behavior: a wallet', async () => {
    expect(await clientThatHears(walletAnswer).getWallet(wallet)).toEqual({
      ...walletAnswer,
      address: wallet,
      createdAt: '2025-11-22T08:26:40.000Z',
    })
  })

  test('behavior: balances in base units', async () => {
    const [usdc, eth] = await clientThatHears(balancesAnswer).getBalances(wallet, { tokens: ['usdc'] })
    expect(usdc).toMatchObject({
      amount: '5',
      rawAmount: 5_000_000n,
      chains: { 'base-sepolia': { rawAmount: 5_000_000n } },
    })
    expect(eth).toMatchObject({ symbol: 'eth', name: undefined, rawAmount: 0n })
  })

  test('behavior: a signer', async () => {
    expect(await clientThatHears(signerAnswer).getSigner(wallet, signer)).toEqual({
      ...signerAnswer,
      expiresAt: undefined,
    })
  })

  test('behavior: a user, whatever the answer says', async () => {
    await clientThatHears({ id: 'usr_1' }).putUser('email:a@b.example', { userDetails: user })
  })

  test('error: balances that are not whole base units', async () => {
    const broken = [{ ...balancesAnswer[0], rawAmount: '5.0' }]
    await expect(clientThatHears(broken).getBalances(wallet, { tokens: ['usdc'] })).rejects.toMatchObject({
      code: 'CROSSMINT_MALFORMED_ANSWER',
      detail: '[0].rawAmount should be decimal digits',
    })
  })
})

function faults(schema: string, body: unknown): unknown[] {
  const validate = ajv.getSchema(`openapi#/components/schemas/${schema}`)
  if (validate === undefined) throw new Error(`no schema ${schema}`)
  return validate(body) ? [] : (validate.errors ?? ['invalid'])
}

function clientThatHears(answer: unknown): CrossmintClient {
  return clientOver(fakeClock(), async () => Response.json(answer))
}

type Sent = {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly body: unknown
}

/** What a call sends; the answer is a refusal. */
async function capture(call: (client: CrossmintClient) => Promise<unknown>): Promise<Sent> {
  const sent: Sent[] = []
  const client = clientOver(fakeClock(), async (url, init) => {
    const { pathname, searchParams } = new URL(String(url))
    const body: unknown = typeof init?.body === 'string' ? JSON.parse(init.body) : undefined
    sent.push({ method: init?.method ?? 'GET', path: pathname, query: searchParams, body })
    return Response.json({ error: true, message: 'no' }, { status: 400 })
  })
  await call(client).catch(() => undefined)
  const [first] = sent
  if (first === undefined) throw new Error('nothing was sent')
  return first
}
