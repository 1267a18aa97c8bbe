// The hash of a transaction and what it would do.
import {
  type Address,
  getContractAddress,
  keccak256,
  numberToHex,
  serializeTransaction,
  type TransactionSerializable,
} from 'viem'
import { callEffects } from '../effects/call.ts'
import type { Effect } from '../effects/effect.ts'
import type { Examined } from './examined.ts'
import type { Transaction, TransactionPayload } from './transaction.ts'

/**
 * Finds out what a transaction is.
 *
 * @param payload An unsigned transaction.
 * @param signerAddress Who sends it.
 * @returns Its hash, keccak256 of what EIP-155 or EIP-2718 has to be signed, and its effects.
 */
export const examineTransaction = (
  { transaction }: TransactionPayload,
  signerAddress: Address,
): Examined => ({
  chainId: transaction.chainId,
  account: signerAddress,
  hash: keccak256(serializeTransaction(serializable(transaction))),
  effects: [
    ...executionEffects(transaction, signerAddress),
    ...delegationEffects(transaction),
    { kind: 'fee', payer: signerAddress, maximum: maximumFee(transaction) },
  ],
  origin: '/payload/transaction',
})

const serializable = (transaction: Transaction): TransactionSerializable => {
  const { chainId, nonce, gas, to, value = 0n, input = '0x' } = transaction
  const common = { chainId, nonce, gas, to, value, data: input }
  switch (transaction.type) {
    case '0x0':
      return { ...common, type: 'legacy', gasPrice: transaction.gasPrice }
    case '0x1':
      return { ...common, type: 'eip2930', gasPrice: transaction.gasPrice, ...accessList(transaction) }
    case '0x2':
      return { ...common, type: 'eip1559', ...fees(transaction), ...accessList(transaction) }
    case '0x3':
      return {
        ...common,
        type: 'eip4844',
        to: transaction.to,
        ...fees(transaction),
        ...accessList(transaction),
        maxFeePerBlobGas: transaction.maxFeePerBlobGas,
        blobVersionedHashes: transaction.blobVersionedHashes,
      }
    case '0x4':
      return {
        ...common,
        type: 'eip7702',
        ...fees(transaction),
        ...accessList(transaction),
        authorizationList: transaction.authorizationList.map(({ r, s, ...authorization }) => ({
          ...authorization,
          r: numberToHex(r, { size: 32 }),
          s: numberToHex(s, { size: 32 }),
        })),
      }
  }
}

type DynamicFee = Extract<Transaction, { readonly maxFeePerGas: bigint }>

const fees = ({ maxFeePerGas, maxPriorityFeePerGas }: DynamicFee) => ({ maxFeePerGas, maxPriorityFeePerGas })

const accessList = ({ accessList = [] }: Exclude<Transaction, { readonly type: '0x0' }>) => ({ accessList })

const executionEffects = (transaction: Transaction, from: Address): readonly Effect[] => {
  const { to, value = 0n, input = '0x', nonce } = transaction
  if (to !== undefined) return callEffects({ to, value, data: input }, { account: from })
  const created = getContractAddress({ from, nonce: BigInt(nonce) })
  const deployment: Effect = { kind: 'deployment', account: created, factory: from }
  const endowment: Effect = { kind: 'transfer', asset: 'native', from, to: created, amount: value }
  return value === 0n ? [deployment] : [deployment, endowment]
}

const delegationEffects = (transaction: Transaction): readonly Effect[] =>
  transaction.type === '0x4'
    ? transaction.authorizationList.map(({ address, chainId }) => ({
        kind: 'delegation',
        to: address,
        chainId,
      }))
    : []

/** EIP-4844: GAS_PER_BLOB. */
const GAS_PER_BLOB = 131_072n

/** In wei. The gas of the blobs has a price of its own. */
const maximumFee = (transaction: Transaction): bigint => {
  const { gas } = transaction
  switch (transaction.type) {
    case '0x0':
    case '0x1':
      return gas * transaction.gasPrice
    case '0x2':
    case '0x4':
      return gas * transaction.maxFeePerGas
    case '0x3': {
      const blobGas = BigInt(transaction.blobVersionedHashes.length) * GAS_PER_BLOB
      return gas * transaction.maxFeePerGas + blobGas * transaction.maxFeePerBlobGas
    }
  }
}
