// What came of one run of a signer: a signature that holds, one that does not, or none.
import { type Address, type Hex, isAddressEqual, recoverAddress } from 'viem'
import type { Ended } from './runCommand.ts'

/** `nothing` is a good end without a signature. */
export type Outcome = 'signed' | 'bad' | 'nothing' | 'refused' | 'hung'

/** Half of the order of secp256k1, rounded down: a larger s is no signature for Ethereum (EIP-2). */
const halfOrder = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0n

/**
 * Judges what a signer printed.
 *
 * @param ended How it ended.
 * @param asked.digest 32 bytes, `0x` hex.
 * @param asked.address Whose signature it must be.
 * @returns `signed` where it ended with exit code 0 and each signature on its standard output is a signature over the digest.
 */
export async function judgeOutcome(
  { exitCode, isTimedOut, stdout }: Pick<Ended, 'exitCode' | 'isTimedOut' | 'stdout'>,
  asked: { readonly digest: Hex; readonly address: Address },
): Promise<Outcome> {
  if (isTimedOut) return 'hung'
  if (exitCode !== 0) return 'refused'
  // Of another length, it is a signature all the same, and a bad one.
  const signatures = stdout.match(/^\s*(0x)?[0-9a-f]{100,}\s*$/gim) ?? []
  if (signatures.length === 0) return 'nothing'
  for (const text of signatures) if (!(await isSignature(text.trim(), asked))) return 'bad'
  return 'signed'
}

async function isSignature(
  text: string,
  { digest, address }: { readonly digest: Hex; readonly address: Address },
): Promise<boolean> {
  const hex = text.toLowerCase().replace(/^0x/, '')
  if (!/^[0-9a-f]{128}(00|01|1b|1c)$/.test(hex)) return false
  if (BigInt(`0x${hex.slice(64, 128)}`) > halfOrder) return false
  try {
    return isAddressEqual(await recoverAddress({ hash: digest, signature: `0x${hex}` }), address)
  } catch {
    return false
  }
}
