// Safe's MultiSend: several transactions packed into one, made by whoever runs its code, usually by delegatecall.
// https://github.com/safe-global/safe-smart-account/blob/v1.4.1/contracts/libraries/MultiSend.sol
import { type Address, getAddress, type Hex } from 'viem'
import { type Action, type Container, known } from './known.ts'

/** `multiSend`, with the contract called as the account that acts. */
export const multiSend: Container = known('multiSend(bytes)', ([packed], { to: account }) => {
  const actions = unpack(packed, account)
  return actions && { effects: [], actions }
})

/** Hex digits of the operation (1 byte), the target (20), the value (32) and the length of the data (32). */
const HEAD = /^(0[01])(.{40})(.{64})(.{64})$/

const unpack = (packed: Hex, account: Address): readonly Action[] | undefined => {
  const actions: Action[] = []
  let rest = packed.slice(2)
  while (rest !== '') {
    const [, operation, to, value, length] = HEAD.exec(rest.slice(0, 170)) ?? []
    if (to === undefined) return undefined
    const end = 170 + 2 * Number(`0x${length}`)
    if (end > rest.length) return undefined
    actions.push({
      account,
      operation: operation === '00' ? 'call' : 'delegatecall',
      to: getAddress(`0x${to}`),
      value: BigInt(`0x${value}`),
      data: `0x${rest.slice(170, end)}`,
    })
    rest = rest.slice(end)
  }
  return actions
}
