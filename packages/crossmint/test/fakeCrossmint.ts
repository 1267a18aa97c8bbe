// Crossmint for tests, behind an injected `fetch`: real user operation hashes, real signature checks, and a chain that
// executes each nonce of a wallet once. It is as unhelpful as the real one may be: every transaction has a nonce of its
// own, so a payment approved under two transactions is two payments.
import { randomUUID } from 'node:crypto'
import {
  type Address,
  encodeFunctionData,
  erc20Abi,
  getAddress,
  type Hex,
  keccak256,
  parseAbi,
  recoverMessageAddress,
  toHex,
} from 'viem'
import { entryPoint07Address, getUserOperationHash } from 'viem/account-abstraction'

export const wallet: Address = getAddress('0x00000000000000000000000000000000000a11ce')
export const usdc: Address = '0x036CbD53842c5426634e7929541eC2318f3dCF7e'
export const chainId = 84532

type Wire = Record<string, string>
type Json = Record<string, unknown>

export type FakeTransaction = {
  readonly id: string
  userOperation: Wire
  hash: Hex
  status: 'awaiting-approval' | 'pending' | 'success' | 'failed'
  readonly signer: string
  readonly sendParams: Json
  submitted: { signer: string; signature: string }[]
  readsUntilSettled: number
  txId?: Hex
  error?: Json
}

export type Knobs = {
  honourIdempotency: boolean
  /** Answers with "KYC in progress" that many times. */
  kycAnswers: number
  /** Instead of creating a transfer. */
  refusal: { readonly status: number; readonly body: unknown } | undefined
  /** How many reads a pending transaction stays pending. */
  reads: number
  stuck: boolean
  failure: Json | undefined
  /** Reports the failure although the chain executed it. */
  failsButMoves: boolean
  /** Other signers that must approve too. */
  otherSigners: string[]
  showInActivity: boolean
  /** Transfers newer than the one in question, each an item of its own. */
  newerActivities: number
  activityRefusal: number | undefined
  tamper: (operation: Wire) => Wire
}

export type Fake = ReturnType<typeof fakeCrossmint>

/** Starts an empty fake. `fetch` is what the client is given. */
export function fakeCrossmint(changes: Partial<Knobs> = {}) {
  const knobs: Knobs = {
    honourIdempotency: true,
    kycAnswers: 0,
    refusal: undefined,
    reads: 1,
    stuck: false,
    failure: undefined,
    failsButMoves: false,
    otherSigners: [],
    showInActivity: true,
    newerActivities: 0,
    activityRefusal: undefined,
    tamper: operation => operation,
    ...changes,
  }
  const transactions = new Map<string, FakeTransaction>()
  const byKey = new Map<string, FakeTransaction>()
  const executed: { readonly nonce: string; readonly transaction: FakeTransaction }[] = []
  const requests: {
    readonly method: string
    readonly path: string
    readonly headers: Headers
    readonly body: unknown
  }[] = []
  const bodies: Json[] = []

  async function handle(url: string, init: RequestInit = {}): Promise<Response> {
    const { pathname, searchParams } = new URL(url)
    const path = decodeURIComponent(pathname)
    const method = init.method ?? 'GET'
    const headers = new Headers(init.headers)
    const body: unknown = typeof init.body === 'string' ? JSON.parse(init.body) : undefined
    requests.push({ method, path, headers, body })
    const [status, answer] = await route(method, path, headers, body as Json, searchParams)
    bodies.push(answer as Json)
    return new Response(JSON.stringify(answer), { status, headers: { 'content-type': 'application/json' } })
  }

  async function route(
    method: string,
    path: string,
    headers: Headers,
    body: Json,
    query: URLSearchParams,
  ): Promise<[number, unknown]> {
    const base = `/api/2025-06-09/wallets/${wallet}`
    if (method === 'POST' && path === `${base}/tokens/base-sepolia:usdc/transfers`)
      return create(headers, body)
    const id = new RegExp(`^${base}/transactions/([^/]+)(/approvals)?$`).exec(path)
    if (id !== null) {
      const found = transactions.get(id[1] ?? '')
      if (found === undefined) return [404, { error: true, message: 'Transaction not found' }]
      return method === 'POST' ? approve(found, body) : [200, read(found)]
    }
    if (path === `${base}/transactions`)
      return [200, { transactions: [...transactions.values()].map(toJson) }]
    if (path === `/api/unstable/wallets/${wallet}/transfers` && query.get('tokens') === 'usdc')
      return knobs.activityRefusal === undefined
        ? [200, activity(Number(query.get('cursor') ?? 0), query.get('fromDate') ?? '')]
        : [knobs.activityRefusal, { error: true, message: 'no' }]
    return [404, { error: true, message: `no route for ${method} ${path}` }]
  }

  function create(headers: Headers, body: Json): [number, unknown] {
    if (knobs.kycAnswers-- > 0)
      return [422, { error: true, message: 'User KYC is in progress, retry in a few seconds' }]
    if (knobs.refusal !== undefined) return [knobs.refusal.status, knobs.refusal.body]
    const key = headers.get('x-idempotency-key') ?? ''
    const known = byKey.get(key)
    if (known !== undefined && knobs.honourIdempotency) return [201, toJson(known)]
    const id = randomUUID()
    const recipient = body['recipient'] as Address
    const data = encodeFunctionData({
      abi: erc20Abi,
      functionName: 'transfer',
      args: [recipient, BigInt(Math.round(Number(body['amount']) * 1e6))],
    })
    const userOperation = knobs.tamper(userOperationOf(toHex(BigInt(transactions.size + 1) << 64n), data))
    const made: FakeTransaction = {
      id,
      userOperation,
      hash: hashOf(userOperation),
      status: 'awaiting-approval',
      signer: String(body['signer']),
      sendParams: {
        token: 'base-sepolia:usdc',
        params: { amount: body['amount'], recipient, recipientAddress: recipient },
      },
      submitted: [],
      readsUntilSettled: knobs.reads,
    }
    transactions.set(id, made)
    byKey.set(key, made)
    return [201, toJson(made)]
  }

  async function approve(found: FakeTransaction, body: Json): Promise<[number, unknown]> {
    for (const { signer, signature } of body['approvals'] as { signer: string; signature: Hex }[]) {
      if (found.submitted.some(one => one.signer === signer))
        return [409, { error: true, message: 'Signature for signer was already submitted' }]
      if (found.status !== 'awaiting-approval')
        return [422, { error: true, message: 'Approval quorum already reached' }]
      const address = await recoverMessageAddress({ message: { raw: found.hash }, signature })
      if (!signersOf(found).includes(signer) || signer !== `external-wallet:${address}`)
        return [400, { error: true, message: 'Signer is not valid' }]
      found.submitted.push({ signer, signature })
    }
    if (found.submitted.length === signersOf(found).length) found.status = 'pending'
    return [201, toJson(found)]
  }

  function read(found: FakeTransaction): Json {
    if (found.status === 'pending' && found.readsUntilSettled-- <= 0) execute(found)
    return toJson(found)
  }

  function execute(found: FakeTransaction): void {
    const nonce = found.userOperation['nonce'] ?? ''
    if (knobs.failure !== undefined) {
      found.status = 'failed'
      found.error = knobs.failure
    }
    if (knobs.failure !== undefined && !knobs.failsButMoves) return
    if (!executed.some(one => one.transaction === found)) {
      if (executed.some(one => one.nonce === nonce)) throw new Error('the chain would refuse this nonce')
      executed.push({ nonce, transaction: found })
      found.txId = keccak256(toHex(found.id))
    }
    if (!knobs.stuck && knobs.failure === undefined) found.status = 'success'
  }

  const signersOf = (found: FakeTransaction): string[] => [found.signer, ...knobs.otherSigners]

  function toJson(found: FakeTransaction): Json {
    const waiting = found.status === 'awaiting-approval' ? signersOf(found) : []
    const missing = waiting.filter(signer => !found.submitted.some(one => one.signer === signer))
    const settled = found.status === 'success' && found.txId !== undefined
    return {
      id: found.id,
      chainType: 'evm',
      walletType: 'smart',
      status: found.status,
      params: {
        calls: [{ to: usdc, value: '0', data: '0x' }],
        chain: 'base-sepolia',
        signer: signerJson(found.signer),
      },
      onChain: {
        userOperation: found.userOperation,
        userOperationHash: found.hash,
        ...(settled
          ? { txId: found.txId, explorerLink: `https://sepolia.basescan.org/tx/${found.txId}` }
          : {}),
      },
      approvals: {
        pending: missing.map(signer => ({ signer: signerJson(signer), message: found.hash })),
        submitted: found.submitted.map(({ signer, signature }) => ({
          signature,
          submittedAt: 1763800000000,
          signer: signerJson(signer),
          message: found.hash,
        })),
        required: signersOf(found).length,
      },
      sendParams: found.sendParams,
      createdAt: 1763800000000,
      ...(settled ? { completedAt: '2026-11-22T09:00:00.000Z' } : {}),
      ...(found.error === undefined ? {} : { error: found.error }),
    }
  }

  function activity(start: number, fromDate: string): Json {
    const done = (knobs.showInActivity ? executed : []).map(({ transaction: { id, sendParams, txId } }) => {
      const { amount, recipientAddress } = sendParams['params'] as Record<string, string>
      return {
        type: 'wallets.transfer.out',
        sender: { address: wallet, chain: 'base-sepolia', locator: `base-sepolia:${wallet}` },
        recipient: {
          address: recipientAddress,
          chain: 'base-sepolia',
          locator: `base-sepolia:${recipientAddress}`,
        },
        token: {
          type: 'fungible',
          chain: 'base-sepolia',
          locator: `base-sepolia:${usdc}`,
          amount,
          rawAmount: String(Math.round(Number(amount) * 1e6)),
          contractAddress: usdc,
          symbol: 'usdc',
          decimals: 6,
        },
        status: 'succeeded',
        transferId: id,
        completedAt: '2026-11-22T09:00:00.000Z',
        onChain: { txId, explorerLink: `https://sepolia.basescan.org/tx/${txId}` },
      }
    })
    const strange = { type: 'wallets.nft.out', token: { type: 'non-fungible' } }
    const newer = Array.from({ length: knobs.newerActivities }, () => strange)
    const all = [...newer, ...done].filter(() => fromDate < '2025-11-22T08:26:40.000Z')
    const next = start + 20 < all.length ? { nextCursor: String(start + 20) } : {}
    return { data: all.slice(start, start + 20), ...next }
  }

  return { fetch: handle as typeof fetch, knobs, transactions, executed, requests, bodies }
}

const simpleAccount = parseAbi(['function execute(address dest, uint256 value, bytes func)'])

/** A sponsored operation of a deployed SimpleAccount that makes one call to USDC. */
export function userOperationOf(nonce: Hex, data: Hex): Wire {
  return {
    sender: wallet,
    nonce,
    callData: encodeFunctionData({ abi: simpleAccount, args: [usdc, 0n, data] }),
    callGasLimit: '0x186a0',
    verificationGasLimit: '0x186a0',
    preVerificationGas: '0xc350',
    maxFeePerGas: '0x3b9aca00',
    maxPriorityFeePerGas: '0x3b9aca00',
    paymaster: '0x00000000000000000000000000000000000face0',
    paymasterVerificationGasLimit: '0x7530',
    paymasterPostOpGasLimit: '0x1',
    paymasterData: '0x',
    signature: '0x',
  }
}

/** The v0.7 hash of a user operation in wire form. */
export function hashOf(wire: Wire): Hex {
  const number = (name: string): bigint => BigInt(wire[name] ?? '0x0')
  return getUserOperationHash({
    chainId,
    entryPointAddress: entryPoint07Address,
    entryPointVersion: '0.7',
    userOperation: {
      sender: wire['sender'] as Address,
      nonce: number('nonce'),
      factory: wire['factory'] as Address | undefined,
      factoryData: wire['factoryData'] as Hex | undefined,
      callData: wire['callData'] as Hex,
      callGasLimit: number('callGasLimit'),
      verificationGasLimit: number('verificationGasLimit'),
      preVerificationGas: number('preVerificationGas'),
      maxFeePerGas: number('maxFeePerGas'),
      maxPriorityFeePerGas: number('maxPriorityFeePerGas'),
      paymaster: wire['paymaster'] as Address | undefined,
      paymasterVerificationGasLimit: number('paymasterVerificationGasLimit'),
      paymasterPostOpGasLimit: number('paymasterPostOpGasLimit'),
      paymasterData: wire['paymasterData'] as Hex | undefined,
      signature: '0x',
    },
  })
}

/** Crossmint builds the operation of every transaction anew. */
export function rebuild(fake: Fake, changes: Record<string, string>): void {
  for (const transaction of fake.transactions.values()) {
    transaction.userOperation = { ...transaction.userOperation, ...changes }
    transaction.hash = hashOf(transaction.userOperation)
  }
}

function signerJson(locator: string): Json {
  return { type: 'external-wallet', address: locator.slice('external-wallet:'.length), locator }
}
