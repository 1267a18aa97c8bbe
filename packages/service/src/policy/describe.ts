// Effects in plain words, with the names and the decimals of the facts.
import { type Address, formatUnits, getAddress } from 'viem'
import { describeEffect, type Effect } from '../effects/effect.ts'
import type { Directory } from './directory.ts'

/**
 * Says what an effect is, in the names of treasury.json: `transfer 250 USDC from treasury to vendor:acme (0x...)`.
 *
 * @param effect Any effect.
 * @param chainId Of the payload; 0 or undefined where it has none.
 * @param directory The policy's facts.
 * @returns One line. Amounts are exact.
 */
export const describeWithNames = (
  effect: Effect,
  chainId: number | undefined,
  directory: Directory,
): string => {
  const chain = chainId ?? 0
  const name = (address: Address): string => nameOf(address, chain, directory)
  const sum = (amount: bigint, asset: 'native' | Address): string => {
    const token = directory.tokenAt(chain, asset)
    if (token !== undefined) return `${formatUnits(amount, token.decimals)} ${token.symbol}`
    return asset === 'native'
      ? ether(amount)
      : `${amount} base units of the unknown token ${getAddress(asset)}`
  }
  switch (effect.kind) {
    case 'transfer':
      return `transfer ${sum(effect.amount, effect.asset)} from ${name(effect.from)} to ${name(effect.to)}`
    case 'nftTransfer':
      return `transfer ${effect.amount} of token id ${effect.tokenId} of ${name(effect.collection)} from ${name(effect.from)} to ${name(effect.to)}`
    case 'approval':
      return `allow ${name(effect.spender)} to spend up to ${sum(effect.amount, effect.asset)} of ${name(effect.owner)}`
    case 'approvalForAll':
      return `${effect.approved ? 'allow' : 'no longer allow'} ${name(effect.operator)} to move everything that ${name(effect.owner)} has in ${name(effect.collection)}`
    case 'wrap':
      return `wrap ${ether(effect.amount)} in ${name(effect.asset)}`
    case 'unwrap':
      return `unwrap ${sum(effect.amount, effect.asset)}`
    case 'call':
      return `call ${name(effect.to)}, function ${effect.selector}${effect.value === 0n ? '' : `, with ${ether(effect.value)}`}`
    case 'delegatecall':
      return `delegatecall: run the code of ${name(effect.to)} as the wallet`
    case 'delegation':
      return `delegation: take the code of ${name(effect.to)} on ${effect.chainId === 0 ? 'every chain' : `chain ${effect.chainId}`}`
    case 'deployment':
      return `deploy ${name(effect.account)} through ${name(effect.factory)}`
    case 'administration':
      return `administration of ${name(effect.to)}: ${effect.action}`
    case 'fee':
      return `pay a fee of at most ${ether(effect.maximum)}, charged to ${name(effect.payer)}`
    default:
      return describeEffect(effect)
  }
}

/** What an address is called: `vendor:acme (0x...)`. */
const nameOf = (address: Address, chainId: number, directory: Directory): string => {
  const known = directory.walletAt(chainId, address) ?? directory.addressAt(chainId, address)
  return known === undefined ? getAddress(address) : `${known.name} (${getAddress(address)})`
}

const ether = (wei: bigint): string => `${formatUnits(wei, 18)} of native value`
