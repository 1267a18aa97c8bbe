// Contracts that make several calls in one: Multicall3, as itself, and OpenZeppelin's Multicall, as whoever calls it.
// https://github.com/mds1/multicall3 and https://docs.openzeppelin.com/contracts/5.x/api/utils#Multicall
import type { Address, Hex } from 'viem'
import { type Call, type Container, type Contents, known } from './known.ts'

type Target = readonly [to: Address, data: Hex]

const madeBy = (account: Address, calls: readonly Call[]): Contents => ({
  effects: [],
  actions: calls.map(call => ({ ...call, account, operation: 'call' })),
})

const aggregate = (targets: readonly Target[], { to: account }: Call): Contents =>
  madeBy(
    account,
    targets.map(([to, data]) => ({ to, value: 0n, data })),
  )

/** Every function of Multicall3 that makes calls, and `multicall`. */
export const multicallFunctions: readonly Container[] = [
  known('aggregate((address,bytes)[])', ([targets], call) => aggregate(targets, call)),
  known('blockAndAggregate((address,bytes)[])', ([targets], call) => aggregate(targets, call)),
  known('tryAggregate(bool,(address,bytes)[])', ([, targets], call) => aggregate(targets, call)),
  known('tryBlockAndAggregate(bool,(address,bytes)[])', ([, targets], call) => aggregate(targets, call)),
  known('aggregate3((address,bool,bytes)[])', ([targets], call) =>
    aggregate(
      targets.map(([to, , data]) => [to, data]),
      call,
    ),
  ),
  known('aggregate3Value((address,bool,uint256,bytes)[])', ([targets], call) =>
    madeBy(
      call.to,
      targets.map(([to, , value, data]) => ({ to, value, data })),
    ),
  ),
  // The contract runs each as a call to itself that keeps the sender.
  known('multicall(bytes[])', ([datas], call, account) =>
    madeBy(
      account,
      datas.map(data => ({ to: call.to, value: 0n, data })),
    ),
  ),
]
