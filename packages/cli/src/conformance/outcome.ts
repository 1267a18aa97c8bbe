// What came of one run of a signer: a signature that holds, one that does not, or none.
import { ECDH } from 'node:crypto'
import { type Address, type Hex, isAddressEqual, recoverAddress } from 'viem'
import { publicKeyToAddress } from 'viem/utils'
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
 * @returns `signed` where it ended with exit code 0 and what its standard output has for a signature is one over the digest.
 */
export async function judgeOutcome(
  { exitCode, isTimedOut, stdout }: Pick<Ended, 'exitCode' | 'isTimedOut' | 'stdout'>,
  asked: { readonly digest: Hex; readonly address: Address },
): Promise<Outcome> {
  if (isTimedOut) return 'hung'
  if (exitCode !== 0) return 'refused'
  const signature = findSignature(stdout, asked.address)
  if (signature === undefined) return 'nothing'
  return (await isSignature(signature, asked)) ? 'signed' : 'bad'
}

/**
 * The last line of hex that is longer than a hash and no public key, of whatever length: r and s whose zeroes were lost, or DER,
 * are signatures that do not hold.
 */
function findSignature(stdout: string, address: Address): string | undefined {
  return stdout
    .split(/[\r\n]+/)
    .map(line => /^(?:0x)?([0-9a-f]{65,})$/i.exec(line.trim())?.[1]?.toLowerCase())
    .findLast(hex => hex !== undefined && !isPublicKey(hex, address))
}

/** Of any key, where it has x and y: no r and s are a point of the curve by chance. */
function isPublicKey(hex: string, address: Address): boolean {
  // As KMS gives it (SubjectPublicKeyInfo), as a point, or as x and y.
  const xy = /^(?:(?:3056301006072a8648ce3d020106052b8104000a034200)?04)?([0-9a-f]{128})$/.exec(hex)?.[1]
  if (xy !== undefined) return toPoint(`04${xy}`) !== undefined
  // r and an s of one byte are as long, and half of all x are on the curve: only the key that signs is sure to be one.
  const point = /^0[23][0-9a-f]{64}$/.test(hex) ? toPoint(hex) : undefined
  return point !== undefined && isAddressEqual(publicKeyToAddress(point), address)
}

function toPoint(hex: string): Hex | undefined {
  try {
    return `0x${ECDH.convertKey(hex, 'secp256k1', 'hex', 'hex', 'uncompressed').toString()}`
  } catch {
    return undefined
  }
}

async function isSignature(
  hex: string,
  { digest, address }: { readonly digest: Hex; readonly address: Address },
): Promise<boolean> {
  if (!/^[0-9a-f]{128}(00|01|1b|1c)$/.test(hex)) return false
  if (BigInt(`0x${hex.slice(64, 128)}`) > halfOrder) return false
  try {
    return isAddressEqual(await recoverAddress({ hash: digest, signature: `0x${hex}` }), address)
  } catch {
    return false
  }
}
