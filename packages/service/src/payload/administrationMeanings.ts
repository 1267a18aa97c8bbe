// Typed data that hands an account over, and that of Safes too old to be understood further: whoever has the signature can
// have the contract that verifies it do anything.
import type { Interpretation, Interpretations } from './meaning.ts'

/** Of no contract it is unknown, and by no authority but the signer's own. */
const administration: Interpretation = ({ domain, primaryType }) => {
  const { verifyingContract: to } = domain
  return to && { account: to, effects: [{ kind: 'administration', to, action: primaryType }] }
}

/** By the type written out. */
export const administrationMeanings: Interpretations = [
  // Kernel v3, to use a validator that it does not know: https://github.com/zerodevapp/kernel/blob/release/v3.1/src/types/Constants.sol
  [
    'Enable(bytes21 validationId,uint32 nonce,address hook,bytes validatorData,bytes hookData,bytes selectorData)',
    administration,
  ],
  // Kernel v2, likewise: https://github.com/zerodevapp/kernel/blob/v2.4/src/common/Constants.sol
  ['ValidatorApproved(bytes4 sig,uint256 validatorData,address executor,bytes enableData)', administration],
  // Safe before version 1.0.0, and before 0.1.0
  [
    'SafeTx(address to,uint256 value,bytes data,uint8 operation,uint256 safeTxGas,uint256 dataGas,uint256 gasPrice,address gasToken,address refundReceiver,uint256 nonce)',
    administration,
  ],
  [
    'SafeTx(address to,uint256 value,bytes data,uint8 operation,uint256 safeTxGas,uint256 dataGas,uint256 gasPrice,address gasToken,uint256 nonce)',
    administration,
  ],
]
