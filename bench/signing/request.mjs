// A request to the signing service that the starter policy allows: a user operation that pays a payee in USDC.
import { address } from './world.mjs'

const SELECTORS = { execute: 'b61d27f6', transfer: 'a9059cbb' }
const USDC = '036CbD53842c5426634e7929541eC2318f3dCF7e'
const PAYEE = '4444444444444444444444444444444444444444'

/** When the service thinks it is. */
export const now = Date.parse('2026-01-05T12:00:00Z')
export const principal = { arn: 'arn:aws:iam::111122223333:user/operator', sourceIp: '192.0.2.1' }

/** A body, with a nonce and an amount below 1000 USDC that no other has. */
export function requestBody() {
  const [high, low] = crypto.getRandomValues(new Uint32Array(2))
  const amount = low % 1_000_000_000
  const transfer = `${SELECTORS.transfer}${word(PAYEE)}${word(amount.toString(16))}`
  const length = transfer.length / 2
  const data = `${word(length.toString(16))}${transfer.padEnd(Math.ceil(length / 32) * 64, '0')}`
  return JSON.stringify({
    signerAddress: address,
    payload: {
      kind: 'userOperation',
      chainId: 84532,
      entryPoint: '0x0000000071727De22E5E9d8BAf0edAc6f37da032',
      userOperation: {
        sender: `0x${'1'.repeat(40)}`,
        nonce: `0x${high.toString(16)}`,
        callData: `0x${SELECTORS.execute}${word(USDC)}${word('0')}${word('60')}${data}`,
        callGasLimit: '0x13880',
        verificationGasLimit: '0x186a0',
        preVerificationGas: '0xc350',
        maxFeePerGas: '0x3b9aca00',
        maxPriorityFeePerGas: '0x3b9aca00',
      },
    },
  })
}

function word(hex) {
  return hex.toLowerCase().padStart(64, '0')
}
