// Wrapped native value, WETH9 and its kind: the asset is the contract called.
import { toFunctionSelector } from 'viem'
import { type EffectFunction, known } from './known.ts'

/** `deposit` and `withdraw`. Without value nothing is wrapped, and `deposit` is a call like any other. */
export const wethFunctions: readonly EffectFunction[] = [
  {
    selector: toFunctionSelector('deposit()'),
    read: (parameters, call) => {
      if (parameters !== '0x') return undefined
      return call.value === 0n ? [] : [{ kind: 'wrap', asset: call.to, amount: call.value }]
    },
  },
  known('withdraw(uint256)', ([amount], call) => [{ kind: 'unwrap', asset: call.to, amount }]),
]
