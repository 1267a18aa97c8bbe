// Transfers of a token: the recipient found and, for a regulated transfer, screened; then a transaction that
// pays.
import {
  type Address,
  encodeFunctionData,
  erc20Abi,
  getAddress,
  type Hex,
  maxUint256,
  parseUnits,
} from 'viem'
import type { Call } from '../chain/simpleAccount.ts'
import { screenRecipient } from './compliance.ts'
import { invalid, unsupported } from './errors.ts'
import type { Handler } from './handler.ts'
import { anything, literal, object, optional, parse, string, text } from './input.ts'
import { canonicalUser, isEvmAddress, isUserLocator } from './locators.ts'
import type { Project, Wallet } from './project.ts'
import { parseToken, type Token } from './tokens.ts'
import { fileTransaction, signerOf, viewTransaction } from './transactions.ts'
import { findWallet, walletOf } from './wallets.ts'

/** `POST /wallets/{walletLocator}/tokens/{tokenLocator}/transfers` */
export const createTransfer: Handler = async (context, { params, body, idempotencyKey }) => {
  const { project, chain, trouble, url } = context
  const wallet = walletOf(project, params)
  const token = parseToken(chain, params['tokenLocator'] ?? '')
  const input = parse(transferBody, body)
  if (input.transactionType === 'onramp') throw unsupported('transactionType "onramp"')
  if (input.recipient === 'CROSSMINT') throw unsupported('deposits to CROSSMINT')
  if (input.memo !== undefined) throw invalid(['memo: only for Stellar'])
  const amount = baseUnits(input.amount, token)
  const signer = signerOf(wallet, input.signer)

  const request = ['transfer', wallet.account.address, token.symbol, input]
  const { record } = await project.transactionReplays(idempotencyKey, request, async () => {
    const recipient = findRecipient(project, input.recipient)
    if (input.transactionType === 'regulated-transfer')
      screenRecipient(project, trouble, recipient.address, recipient.wallet)
    const { call, view } = payment(token, recipient.address, amount)
    return fileTransaction(context, {
      wallet,
      signer,
      calls: [call],
      callViews: [view],
      sendParams: {
        token: params['tokenLocator'] ?? '',
        params: { amount: input.amount, recipient: input.recipient, recipientAddress: recipient.address },
      },
    })
  })
  return { status: 201, body: viewTransaction(record, url) }
}

const transferBody = object({
  recipient: text,
  amount: string(value => /^\d+(?:\.\d*)?$/.test(value), 'must match pattern /^\\d+(?:\\.\\d*)?$/'),
  signer: optional(text),
  transactionType: optional(literal('direct', 'regulated-transfer', 'onramp')),
  memo: optional(anything),
})

const baseUnits = (amount: string, { symbol, decimals }: Token): bigint => {
  if ((amount.split('.')[1] ?? '').length > decimals)
    throw invalid([`amount: ${symbol} has ${decimals} decimal places, "${amount}" has more`])
  const units = parseUnits(amount, decimals)
  if (units === 0n || units > maxUint256)
    throw invalid(['amount: must be greater than 0 and less than 2^256 base units'])
  return units
}

const findRecipient = (
  project: Project,
  recipient: string,
): { address: Address; wallet: Wallet | undefined } => {
  const locator = isUserLocator(recipient) ? `${canonicalUser(recipient)}:evm:smart` : recipient
  const wallet = findWallet(project, locator, 'recipient')
  if (wallet !== undefined) return { address: wallet.account.address, wallet }
  if (isEvmAddress(recipient)) return { address: getAddress(recipient), wallet }
  throw invalid([
    `recipient: ${recipient} is neither an EVM address (in mixed case its EIP-55 checksum counts) ` +
      'nor has it a wallet',
  ])
}

const payment = (token: Token, to: Address, amount: bigint): { call: Call; view: unknown } => {
  if (token.coin === undefined) {
    const call = { to, value: amount, data: '0x' as Hex }
    return { call, view: { ...call, value: String(amount) } }
  }
  const data = encodeFunctionData({ abi: erc20Abi, functionName: 'transfer', args: [to, amount] })
  return {
    call: { to: token.coin.address, value: 0n, data },
    view: {
      address: token.coin.address,
      functionName: 'transfer',
      abi: erc20Abi.filter(item => item.name === 'transfer'),
      args: [to, String(amount)],
      value: '0',
    },
  }
}
