// Arbitrary transactions: contract calls a wallet makes, one or several, as data or with an ABI to encode
// them.
import { type Abi, BaseError, encodeFunctionData, maxUint256, zeroAddress } from 'viem'
import type { Call } from '../chain/simpleAccount.ts'
import { unsupported } from './errors.ts'
import type { Handler } from './handler.ts'
import { anything, array, type Check, hex, object, optional, parse, string, text } from './input.ts'
import { chainName } from './locators.ts'
import { evmAddress } from './signers.ts'
import { fileTransaction, signerOf, viewTransaction } from './transactions.ts'
import { walletOf } from './wallets.ts'

/** `POST /wallets/{walletLocator}/transactions` */
export const createTransaction: Handler = async (context, { params, body, idempotencyKey }) => {
  const wallet = walletOf(context.project, params)
  const input = parse(object({ params: callsBody }), body).params
  if (input.chain !== chainName) throw unsupported(`chain "${input.chain}"; it has ${chainName}`)
  const signer = signerOf(wallet, input.signer)
  const request = ['transaction', wallet.account.address, body]
  const { record } = await context.project.transactionReplays(idempotencyKey, request, () =>
    fileTransaction(context, {
      wallet,
      signer,
      calls: input.calls.map(({ call }) => call),
      callViews: input.calls.map(({ view }) => view),
    }),
  )
  return { status: 201, body: viewTransaction(record, context.url) }
}

/** One call, as it goes on chain and as it is shown in answers. */
type ShownCall = { readonly call: Call; readonly view: unknown }

const anyCall: Check<ShownCall> = (value, path, faults) => {
  const kind = object({ functionName: anything, transaction: anything })(value, path, faults)
  if (kind.transaction !== undefined) {
    faults.push(`${path}.transaction: Not supported by the sandbox: give "to", "value" and "data" instead`)
    return nothing
  }
  return kind.functionName === undefined ? asData(value, path, faults) : asFunction(value, path, faults)
}

const asData: Check<ShownCall> = (value, path, faults) => {
  const before = faults.length
  const { to, value: amount, data = '0x' } = dataCall(value, path, faults)
  if (faults.length > before) return nothing
  return { call: { to, value: BigInt(amount), data }, view: { to, value: amount, data } }
}

const asFunction: Check<ShownCall> = (value, path, faults) => {
  const before = faults.length
  const { address, functionName, abi, args, value: amount = '0' } = functionCall(value, path, faults)
  if (faults.length > before) return nothing
  try {
    const data = encodeFunctionData({ abi: abi as Abi, functionName, args })
    return { call: { to: address, value: BigInt(amount), data }, view: value }
  } catch (error) {
    faults.push(
      `${path}: Invalid call: ${error instanceof BaseError ? error.shortMessage : 'cannot be encoded'}`,
    )
    return nothing
  }
}

const nothing: ShownCall = { call: { to: zeroAddress, value: 0n, data: '0x' }, view: undefined }

const wei = string(
  value => /^\d{1,78}$/.test(value) && BigInt(value) <= maxUint256,
  'must be a whole number of wei in decimal, less than 2^256',
)
const dataCall = object({ to: evmAddress, value: wei, data: optional(hex) })
const functionCall = object({
  address: evmAddress,
  functionName: text,
  abi: array(anything),
  args: array(anything),
  value: optional(wei),
})
const callsBody = object({ calls: array(anyCall, 1), chain: text, signer: optional(text) })
