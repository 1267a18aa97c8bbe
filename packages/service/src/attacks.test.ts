// Attacks, each through the whole service: refused for the right reason, and the key is never asked. docs/threat-model.md
// names them. The starter policy is what a treasury begins with; the generous one permits all that is not dangerous, to
// show that a refusal does not hang on a narrow policy.
import { getAddress, type Hex, hashMessage, maxUint160, maxUint256, recoverMessageAddress } from 'viem'
import { entryPoint06Address, entryPoint08Address } from 'viem/account-abstraction'
import { describe, expect, test, vi } from 'vitest'
import { MULTI_SEND, packedTransactions } from '../test/containers.ts'
import {
  ACCOUNT,
  ALICE,
  encodeCall,
  execute,
  executeBatch,
  executeMode,
  payload,
  TOKEN,
  token,
  transferCall,
} from '../test/fixtures.ts'
import { typedDataPayload } from '../test/payloads.ts'
import { FACTORY, FACTS, OPEN_FACTS, permits, policyOf, STARTER_RULES, starter } from '../test/policy.ts'
import { signer, signerThat, start } from '../test/start.ts'
import type { Call } from './effects/functions/known.ts'
import { PERMIT2 } from './effects/functions/permit2.ts'
import { DANGERS, type Policy } from './policy/index.ts'

const MALLORY = getAddress('0xbad0000000000000000000000000000000000bad')
const MULTICALL3 = '0xcA11bde05977b3631167028862bE2a173976CA11'

const generous = policyOf(
  Object.entries(permits)
    .filter(([action]) => !Object.hasOwn(DANGERS, action))
    .map(([, rule]) => rule)
    .join('\n'),
  OPEN_FACTS,
)

/** The starter, of a treasury that also lets the key's own account act, though it permits nothing worth having of it. */
const wary = policyOf(
  `${STARTER_RULES}\n@id("own-gas") permit (principal in Role::"operators", action == Action::"payFee", resource == Wallet::"signer");`,
  { ...FACTS, signer: OPEN_FACTS.signer },
)

/** Asks a service whose key counts how often it is asked. */
const ask = async (request: object, policy: Policy) => {
  const signHash = vi.fn(signer.signHash)
  const service = start({ policy: () => policy, signer: async () => signerThat(signHash) })
  const { status, body } = await service.ask({ signerAddress: signer.address, ...request })
  return { status, body, signatures: signHash.mock.calls.length }
}

/** Status, code, and the codes of the issues, each once; after making sure that nothing was signed. */
const refusal = async (request: object, policy: Policy = starter): Promise<string> => {
  const { status, body, signatures } = await ask(request, policy)
  expect(signatures).toBe(0)
  expect(body).not.toHaveProperty('signature')
  const codes: readonly string[] = body.issues.map((issue: { readonly code: string }) => issue.code)
  return [status, body.code, ...new Set(codes)].join(' ')
}

const operation = (changes: Readonly<Record<string, unknown>> = {}) => ({ payload: payload(changes) })
const making = (...calls: readonly Call[]) =>
  operation({ callData: calls.length === 1 && calls[0] ? execute(calls[0]) : executeBatch(calls) })
const transferTo = (recipient: Hex, amount = 1_500_000n): Call => ({
  ...transferCall,
  data: token('transfer', [recipient, amount]),
})
const to = (target: Hex, data: Hex): Call => ({ to: target, value: 0n, data })

/** An allowance by EIP-2612, over the key's own account. */
const permit = (spender: Hex, value: bigint, domain?: Readonly<Record<string, unknown>>) =>
  typedDataPayload(
    'Permit',
    { Permit: 'address owner,address spender,uint256 value,uint256 nonce,uint256 deadline' },
    { owner: signer.address, spender, value: String(value), nonce: 0, deadline: '0xffffffff' },
    domain,
  )

/** The hash of the transfer that the operator has been shown. */
const shownHash = async (): Promise<Hex> => (await ask(operation(), starter)).body.message

test('default: the transfer that all attacks start from is signed', async () => {
  const { status, body, signatures } = await ask(operation(), starter)
  expect({ status, signatures }).toEqual({ status: 200, signatures: 1 })
  expect(body.digest).toBe(hashMessage({ raw: body.message }))
  const { signature, message } = body
  expect(await recoverMessageAddress({ message: { raw: message }, signature })).toBe(signer.address)
})

describe('what is shown and what is signed', () => {
  test('error: the recipient is swapped after it was displayed', async () => {
    const swapped = making(transferTo(MALLORY))
    expect(await refusal({ ...swapped, message: await shownHash() })).toBe('422 HASH_MISMATCH HASH_MISMATCH')
    expect(await refusal(swapped)).toBe('403 DENIED NOT_PERMITTED')
  })

  test('error: message is not the hash of the user operation', async () => {
    const message = `0x${'ab'.repeat(32)}`
    for (const policy of [starter, generous])
      expect(await refusal({ ...operation(), message }, policy)).toBe('422 HASH_MISMATCH HASH_MISMATCH')
  })

  test('error: the hash that was displayed is sent alone, without what it is of', async () => {
    for (const policy of [starter, generous])
      expect(await refusal({ message: await shownHash() }, policy)).toBe(
        '403 BLIND_SIGNING_REFUSED BLIND_SIGNING_REFUSED',
      )
  })

  test('error: a hash is dressed as a personal message, or wrapped in typed data', async () => {
    const hash = await shownHash()
    const personal = { kind: 'personalMessage', bytes: hash }
    const wrapped = typedDataPayload(
      'SafeMessage',
      { SafeMessage: 'bytes message' },
      { message: hash },
      { chainId: 84532, verifyingContract: ACCOUNT },
    )
    for (const policy of [starter, generous])
      for (const disguise of [personal, wrapped])
        expect(await refusal({ payload: disguise }, policy)).toBe(
          '403 BLIND_SIGNING_REFUSED BLIND_SIGNING_REFUSED',
        )
  })

  test('error: the user operation is for an EntryPoint of another version', async () => {
    const message = await shownHash()
    const at = (entryPoint: Hex) => ({ payload: { ...payload(), entryPoint } })
    expect(await refusal({ ...at(entryPoint08Address), message })).toBe('422 HASH_MISMATCH HASH_MISMATCH')
    // The fields of a paymaster have other names there, so the operation is not one of version 0.6.
    expect(await refusal({ ...at(entryPoint06Address), message })).toBe('400 INVALID_REQUEST UNKNOWN_FIELD')
    expect(await refusal(at(MALLORY), generous)).toBe('400 INVALID_REQUEST UNSUPPORTED_ENTRY_POINT')
  })

  test('error: the user operation is for another chain', async () => {
    const elsewhere = { payload: { ...payload(), chainId: 8453 } }
    for (const policy of [starter, generous])
      expect(await refusal(elsewhere, policy)).toBe('403 DENIED WALLET_UNKNOWN')
    expect(await refusal({ ...elsewhere, message: await shownHash() })).toBe(
      '422 HASH_MISMATCH HASH_MISMATCH',
    )
  })
})

describe('foreign code and control', () => {
  test('error: a delegatecall is the last of a batch', async () => {
    const hidden = to(
      MULTI_SEND,
      encodeCall('multiSend(bytes transactions)', [
        `${packedTransactions([transferCall])}${packedTransactions([to(MALLORY, '0x')], 1).slice(2)}`,
      ]),
    )
    const batch = making(transferCall, transferCall, hidden)
    expect(await refusal(batch, generous)).toBe('403 DENIED DELEGATECALL_REFUSED')
    expect(await refusal(batch)).toBe('403 DENIED FORBIDDEN')
  })

  test('error: the wallet itself is told to delegatecall', async () => {
    const callData = executeMode('ff', `${MALLORY}${transferCall.data.slice(2)}`)
    for (const policy of [starter, generous])
      expect(await refusal(operation({ callData }), policy)).toBe('403 DENIED DELEGATECALL_REFUSED')
  })

  test('error: an owner is added by a call of the wallet to itself', async () => {
    const addOwner = encodeCall('addOwnerAddress(address owner)', [MALLORY])
    // A call to itself is administration whatever the function, and a function of administration is that wherever it is.
    for (const call of [to(ACCOUNT, addOwner), to(ACCOUNT, '0x12345678'), to(TOKEN, addOwner)])
      for (const policy of [starter, generous])
        expect(await refusal(making(call), policy)).toBe('403 DENIED ADMINISTRATION_REFUSED')
  })

  test('error: an EIP-7702 delegation to an unknown contract', async () => {
    const authorization = { chainId: '0x14a34', address: MALLORY, nonce: '0x0' }
    for (const policy of [wary, generous])
      for (const chainId of [authorization.chainId, '0x0'])
        expect(
          await refusal(
            { payload: { kind: 'authorization', authorization: { ...authorization, chainId } } },
            policy,
          ),
        ).toBe('403 DENIED DELEGATION_REFUSED')
  })

  test('error: a factory that would deploy something else', async () => {
    const other = operation({ factory: MALLORY, factoryData: '0x1234' })
    for (const policy of [starter, generous])
      expect(await refusal(other, policy)).toBe('403 DENIED DEPLOYMENT_REFUSED')
    const elsewhere = operation({ sender: MALLORY, factory: FACTORY, factoryData: '0x1234' })
    for (const policy of [starter, generous])
      expect(await refusal(elsewhere, policy)).toBe('403 DENIED WALLET_UNKNOWN')
    const own = operation({ factory: FACTORY, factoryData: '0x1234' })
    expect(await ask(own, starter)).toMatchObject({ status: 200, signatures: 1 })
  })
})

describe('hidden and disguised transfers', () => {
  test('error: a transfer is hidden in a Multicall inside a MultiSend inside execute', async () => {
    const innermost = to(TOKEN, token('transferFrom', [ACCOUNT, MALLORY, 1n]))
    const multicall = to(
      MULTICALL3,
      encodeCall('aggregate3((address target, bool allowFailure, bytes data)[] calls)', [
        [[innermost.to, true, innermost.data]],
      ]),
    )
    const multiSend = to(
      MULTI_SEND,
      encodeCall('multiSend(bytes transactions)', [packedTransactions([multicall])]),
    )
    const callPermitted = policyOf(
      `${permits['call']}
       @id("to-alice") permit (principal, action == Action::"transfer", resource)
         when { context.recipient == Address::"alice" };
       ${permits['payFee']}`,
      OPEN_FACTS,
    )
    expect(await refusal(making(multiSend), callPermitted)).toBe('403 DENIED NOT_PERMITTED')
    const { body } = await ask({ ...making(multiSend), dryRun: true }, callPermitted)
    expect(body.effects.map((effect: { readonly outcome: string }) => effect.outcome)).toEqual([
      'permitted',
      'permitted',
      'notPermitted',
      'permitted',
    ])
    expect(await refusal(making(multiSend))).toBe('403 DENIED FORBIDDEN')
  })

  test('error: more layers than are looked into', async () => {
    const layers = ['01', '02', '03', '04', '05'].map(byte => getAddress(`0x${byte.repeat(20)}`))
    const deep = layers.reduce(
      (call, layer) => to(layer, encodeCall('multiSend(bytes transactions)', [packedTransactions([call])])),
      transferCall,
    )
    expect(await refusal(making(deep), generous)).toBe('403 DENIED CALL_DATA_NOT_UNDERSTOOD')
  })

  test('error: bytes after valid call data', async () => {
    const trailing = { ...transferCall, data: `${transferCall.data}00` as Hex }
    for (const policy of [starter, generous]) {
      expect(await refusal(making(trailing), policy)).toBe('403 DENIED CALL_DATA_NOT_UNDERSTOOD')
      expect(await refusal(operation({ callData: `${execute(transferCall)}00` }), policy)).toBe(
        '403 DENIED CALL_DATA_NOT_UNDERSTOOD',
      )
    }
  })

  test('error: ABI that a decoder accepts and the canonical encoding does not have', async () => {
    const dirty = { ...transferCall, data: transferCall.data.replace('a9059cbb0', 'a9059cbb1') as Hex }
    const selector = execute(transferCall).slice(0, 10)
    const args = execute(transferCall).slice(10)
    // The offset of the inner call data points behind a word that nobody reads.
    const shifted = `${selector}${args.slice(0, 128)}${(0x80).toString(16).padStart(64, '0')}${'00'.repeat(32)}${args.slice(192)}`
    for (const policy of [starter, generous]) {
      expect(await refusal(making(dirty), policy)).toBe('403 DENIED CALL_DATA_NOT_UNDERSTOOD')
      expect(await refusal(operation({ callData: shifted }), policy)).toBe(
        '403 DENIED CALL_DATA_NOT_UNDERSTOOD',
      )
    }
  })

  test('error: a transfer from an account that is not the wallet', async () => {
    const pulled = to(TOKEN, token('transferFrom', [MALLORY, ALICE, 1n]))
    expect(await refusal(making(pulled))).toBe('403 DENIED NOT_PERMITTED')
  })
})

describe('allowances', () => {
  test('error: an unlimited allowance', async () => {
    const unlimited = token('approve', [MALLORY, maxUint256])
    // Of a token that nobody knows as well.
    for (const contract of [TOKEN, MALLORY])
      for (const policy of [starter, generous])
        expect(await refusal(making(to(contract, unlimited)), policy)).toBe(
          '403 DENIED UNLIMITED_ALLOWANCE_REFUSED',
        )
  })

  test('error: a permit to drain is signed as typed data', async () => {
    for (const policy of [wary, generous])
      expect(await refusal({ payload: permit(MALLORY, maxUint256) }, policy)).toBe(
        '403 DENIED UNLIMITED_ALLOWANCE_REFUSED',
      )
    // Where the facts do not say that the key's own account may act on this chain, nothing is asked about it at all.
    expect(await refusal({ payload: permit(MALLORY, 1n) })).toBe('403 DENIED WALLET_UNKNOWN')
    // A limited one is an allowance like any other, which the starter policy permits to nobody.
    expect(await refusal({ payload: permit(MALLORY, 1n) }, wary)).toBe('403 DENIED NOT_PERMITTED')
  })

  test('error: an allowance for everything through Permit2', async () => {
    const data = encodeCall('approve(address token, address spender, uint160 amount, uint48 expiration)', [
      TOKEN,
      MALLORY,
      maxUint160,
      281474976710655n,
    ])
    for (const policy of [starter, generous])
      expect(await refusal(making(to(PERMIT2, data)), policy)).toBe('403 DENIED UNLIMITED_ALLOWANCE_REFUSED')
  })

  test('error: typed data whose domain is of another chain, or of all', async () => {
    const domain = { name: 'USDC', version: '2', verifyingContract: TOKEN }
    for (const policy of [wary, generous]) {
      const elsewhere = permit(ALICE, 1n, { ...domain, chainId: 1 })
      expect(await refusal({ payload: elsewhere }, policy)).toBe('403 DENIED WALLET_UNKNOWN')
      expect(await refusal({ payload: permit(ALICE, 1n, domain) }, policy)).toBe('403 DENIED TOKEN_UNKNOWN')
    }
  })

  test('error: typed data of a type that is not understood', async () => {
    const order = typedDataPayload(
      'Order',
      { Order: 'address to,uint256 amount' },
      { to: MALLORY, amount: 1 },
    )
    for (const policy of [wary, generous])
      expect(await refusal({ payload: order }, policy)).toBe('403 DENIED TYPED_DATA_REFUSED')
  })
})

describe('near misses', () => {
  test('error: a token that is not in the facts', async () => {
    const lookalike = making({ ...transferCall, to: MALLORY })
    for (const policy of [starter, generous])
      expect(await refusal(lookalike, policy)).toBe('403 DENIED TOKEN_UNKNOWN')
  })

  test('error: an amount one base unit over', async () => {
    expect(await ask(making(transferTo(ALICE, 1_000_000_000n)), starter)).toMatchObject({ status: 200 })
    expect(await refusal(making(transferTo(ALICE, 1_000_000_001n)))).toBe('403 DENIED NOT_PERMITTED')
  })

  test('error: an address that begins and ends like a known one', async () => {
    const poisoned = `${ALICE.slice(0, 6)}${'7'.repeat(32)}${ALICE.slice(-4)}`.toLowerCase() as Hex
    const request = making(transferTo(poisoned))
    expect(await refusal(request)).toBe('403 DENIED NOT_PERMITTED')
    const { body } = await ask(request, starter)
    expect(body.issues[0].message).toContain(`looks like alice (${ALICE}) and is not it`)
  })

  test('error: a batch that is padded with a second transfer', async () => {
    expect(await refusal(making(transferCall, transferCall))).toBe('403 DENIED FORBIDDEN')
  })

  test('error: a fee that would empty the wallet', async () => {
    const greedy = operation({
      maxFeePerGas: '0xffffffffffff',
      paymaster: undefined,
      paymasterData: undefined,
      paymasterVerificationGasLimit: undefined,
      paymasterPostOpGasLimit: undefined,
    })
    expect(await refusal(greedy)).toBe('403 DENIED NOT_PERMITTED')
  })

  test('error: somebody without a role', async () => {
    const signHash = vi.fn(signer.signHash)
    const service = start({ signer: async () => signerThat(signHash) })
    const { status, body } = await service.ask(
      { signerAddress: signer.address, ...operation() },
      { principal: { arn: 'arn:aws:iam::123456789012:user/olga2' } },
    )
    expect({ status, code: body.code }).toEqual({ status: 403, code: 'DENIED' })
    expect(signHash).not.toHaveBeenCalled()
  })

  test('error: an identity that the body claims', async () => {
    expect(await refusal({ ...operation(), principal: 'arn:aws:iam::123456789012:user/olga' })).toBe(
      '400 INVALID_REQUEST UNKNOWN_FIELD',
    )
  })
})
