// Checks of the Ethereum address: that of the key, of the configuration, and the one the function is pinned to.
import { addressOf } from '../commands/key.ts'
import { withPermission } from '../permission.ts'
import { type Check, checksOf, type Finding, failed, NothingToCheckError, need, ok } from './check.ts'
import { type LambdaFunction, restoreEnvironment } from './function.ts'
import { describeKey, keyIdOf } from './key.ts'
import type { Scene } from './scene.ts'

const check = checksOf('key')

/**
 * Checks the address.
 *
 * @param address Reads that of the key.
 * @param lambda Reads the function.
 */
export function checkAddress(
  scene: Scene,
  address: () => Promise<string>,
  lambda: () => Promise<LambdaFunction>,
): readonly Promise<Check>[] {
  return [
    check('signer-address', async () => {
      const { signerAddress, file } = scene.context.config
      const actual = await address()
      return signerAddress === undefined || isSame(signerAddress, actual)
        ? ok(actual)
        : failed(
            `the key's address is ${actual}, but "signerAddress" is ${signerAddress}`,
            `put "signerAddress": "${actual}" into ${file}, if that is the right key`,
          )
    }),
    check('address-pinned', async () => {
      const pinned = (await lambda()).environment['COFFER_SIGNER_ADDRESS']
      return judgePinned(pinned, await address(), {
        deployed: scene.deployed?.function.environment['COFFER_SIGNER_ADDRESS'],
        restore: () => restoreEnvironment(scene),
      })
    }),
  ]
}

/**
 * Reads the address of the key.
 *
 * @throws {NothingToCheckError} The key is not enabled, so that KMS does not tell.
 * @throws {CliError} PERMISSION_MISSING
 */
export async function readAddress(scene: Scene): Promise<string> {
  const keyId = need(keyIdOf(scene), 'no key is configured')
  const { KeyState, KeySpec } = need(await describeKey(scene, keyId), 'there is no such key')
  if (KeyState !== 'Enabled') throw new NothingToCheckError('the key is not enabled')
  if (KeySpec !== 'ECC_SECG_P256K1') throw new NothingToCheckError('the key is not one for Ethereum')
  return withPermission(`kms:GetPublicKey on ${keyId}`, () => addressOf(scene.context.kms(), keyId))
}

/**
 * Judges the address that the function is pinned to: one that is not signs with whatever key its configuration names.
 *
 * @param pinned As the function has it.
 * @param address Of the key.
 * @param template.deployed As the template has it.
 * @param template.restore The command that makes the function as the template has it.
 */
export function judgePinned(
  pinned: string | undefined,
  address: string,
  template: { readonly deployed: string | undefined; readonly restore: () => string },
): Finding {
  if (isSame(pinned, address)) return ok(address)
  const found = pinned
    ? `the function is pinned to ${pinned}, but the key's address is ${address}: it signs nothing`
    : 'the function is not pinned to the address of the key'
  // A deployment changes nothing where the template is right already.
  const fix = isSame(template.deployed, address)
    ? template.restore()
    : `coffer deploy --parameters SignerAddress=${address}`
  return failed(found, fix)
}

function isSame(a: string | undefined, b: string): boolean {
  return a?.toLowerCase() === b.toLowerCase()
}
