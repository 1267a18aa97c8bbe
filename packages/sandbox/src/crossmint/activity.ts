// A wallet's activity: what the chain says has moved, and the transfers that failed. Where this and the
// status of a transaction disagree, the chain is right.
import { type Address, formatUnits, getAddress, isAddressEqual, parseAbiItem, parseUnits } from 'viem'
import { invalid } from './errors.ts'
import type { Context, Handler } from './handler.ts'
import { literal, object, optional, parse, string, text } from './input.ts'
import { chainName } from './locators.ts'
import { isTimestamp } from './pages.ts'
import type { Project, Wallet } from './project.ts'
import { contractField, findToken, parseToken, type Token } from './tokens.ts'
import { explorerLink } from './transactions.ts'
import { walletOf } from './wallets.ts'

/**
 * `GET
 * /unstable/wallets/{walletLocator}/transfers?chain=&tokens=&status=&sort=&limit=&cursor=&fromDate=&toDate=`
 */
export const listActivity: Handler = async (context, { params, query }) => {
  const wallet = walletOf(context.project, params)
  const input = parse(activityQuery, Object.fromEntries(query))
  const wanted = input.tokens.split(',').map(name => name.replace(`${chainName}:`, ''))
  const tokens = wanted.flatMap(name => findToken(context.chain, name) ?? [])
  if (tokens.length < wanted.length) throw invalid(['tokens: the sandbox has usdc, usdxm and eth'])

  const entries =
    input.status === 'successful'
      ? (await Promise.all(tokens.map(token => landed(context, wallet, token)))).flat()
      : failed(context, wallet, tokens)
  const from = input.fromDate === undefined ? Number.NEGATIVE_INFINITY : Date.parse(input.fromDate)
  const to = input.toDate === undefined ? Number.POSITIVE_INFINITY : Date.parse(input.toDate)
  const sorted = entries
    .filter(({ time }) => time >= from && time <= to)
    .sort((a, b) => (input.sort === 'asc' ? a.order - b.order : b.order - a.order))
  const start = Number(input.cursor ?? 0)
  const end = start + Number(input.limit ?? 20)
  return {
    status: 200,
    body: {
      data: sorted.slice(start, end).map(({ view }) => view),
      ...(end < sorted.length ? { nextCursor: String(end) } : {}),
    },
  }
}

const whole = string(value => /^\d{1,9}$/.test(value), 'must be a whole number')
const timestamp = string(isTimestamp, 'must be an ISO 8601 date and time with a trailing Z')
const activityQuery = object({
  chain: literal(chainName),
  tokens: text,
  status: literal('successful', 'failed'),
  sort: optional(literal('desc', 'asc')),
  limit: optional(string(value => /^[1-9]\d{0,8}$/.test(value), 'must be a whole number from 1')),
  cursor: optional(whole),
  fromDate: optional(timestamp),
  toDate: optional(timestamp),
})

/** One transfer. `time` is in milliseconds; several blocks can share one, so `order` sorts. */
type Entry = { readonly time: number; readonly order: number; readonly view: unknown }

// The Transfer events of the token contract. The native token has none, and is not listed by the real API
// either.
const landed = async (
  { project, chain, url }: Context,
  wallet: Wallet,
  token: Token,
): Promise<readonly Entry[]> => {
  const { address } = wallet.account
  if (token.coin === undefined) return []
  const filter = { address: token.coin.address, event: transferEvent, fromBlock: 0n, strict: true } as const
  const [outgoing, incoming] = await Promise.all([
    chain.client.getLogs({ ...filter, args: { from: address } }),
    chain.client.getLogs({ ...filter, args: { to: address } }),
  ])
  return Promise.all(
    [...outgoing, ...incoming].map(async (log, index) => {
      const { args, blockNumber, logIndex, transactionHash } = log
      const { timestamp } = await chain.client.getBlock({ blockNumber })
      const time = Number(timestamp) * 1000
      const transfer = [...project.transactions.values()].find(({ txId }) => txId === transactionHash)
      const view = {
        type: index < outgoing.length ? 'wallets.transfer.out' : 'wallets.transfer.in',
        ...parties(project, token, args.from, args.to, args.value),
        status: 'succeeded',
        ...(transfer === undefined ? {} : { transferId: transfer.id }),
        completedAt: new Date(time).toISOString(),
        onChain: { txId: transactionHash, explorerLink: explorerLink(url, transactionHash) },
      }
      return { time, order: Number(blockNumber) * 10_000 + logIndex, view }
    }),
  )
}

const transferEvent = parseAbiItem('event Transfer(address indexed from, address indexed to, uint256 value)')

const failed = (
  { project, chain, url }: Context,
  wallet: Wallet,
  tokens: readonly Token[],
): readonly Entry[] =>
  [...project.transactions.values()].flatMap(transaction => {
    const { sendParams, error, completedAt, txId } = transaction
    if (transaction.wallet !== wallet || sendParams === undefined) return []
    if (error === undefined || completedAt === undefined) return []
    const token = parseToken(chain, sendParams.token)
    if (!tokens.some(({ symbol }) => symbol === token.symbol)) return []
    const { amount, recipientAddress } = sendParams.params
    const units = parseUnits(amount, token.decimals)
    const view = {
      type: 'wallets.transfer.out',
      ...parties(project, token, wallet.account.address, getAddress(recipientAddress), units),
      status: 'failed',
      transferId: transaction.id,
      completedAt: new Date(completedAt).toISOString(),
      ...(txId === undefined ? {} : { onChain: { txId, explorerLink: explorerLink(url, txId) } }),
      error,
    }
    return { time: completedAt, order: completedAt, view }
  })

const parties = (project: Project, token: Token, from: Address, to: Address, amount: bigint): object => ({
  sender: party(project, from),
  recipient: party(project, to),
  token: {
    type: 'fungible',
    chain: chainName,
    locator: `${chainName}:${token.symbol}`,
    amount: formatUnits(amount, token.decimals),
    rawAmount: String(amount),
    ...contractField(token),
    symbol: token.symbol,
    decimals: token.decimals,
  },
})

const party = (project: Project, address: Address): object => {
  const owner = project.wallets.find(wallet => isAddressEqual(wallet.account.address, address))?.owner
  return {
    address,
    chain: chainName,
    locator: `${chainName}:${address}`,
    ...(owner === undefined ? {} : { owner }),
  }
}
