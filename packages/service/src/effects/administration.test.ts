import { readFileSync } from 'node:fs'
import { id } from 'ethers'
import type { Hex } from 'viem'
import { expect, test } from 'vitest'
import { CALLER, TOKEN } from '../../test/fixtures.ts'
import { callEffects } from './call.ts'

// The functions that hand over an account or a contract, with selectors computed by ethers.
const SIGNATURES = [
  'initialize(address)',
  'addDeposit()',
  'withdrawDepositTo(address,uint256)',
  'initialize(bytes21,address,bytes,bytes)',
  'initialize(bytes21,address,bytes,bytes,bytes[])',
  'installValidations(bytes21[],(uint32,address)[],bytes[],bytes[])',
  'uninstallValidation(bytes21,bytes,bytes)',
  'changeRootValidator(bytes21,address,bytes,bytes)',
  'grantAccess(bytes21,bytes4,bool)',
  'invalidateNonce(uint32)',
  'initializeAccount(bytes)',
  'installModule(uint256,address,bytes)',
  'uninstallModule(uint256,address,bytes)',
  'onInstall(bytes)',
  'onUninstall(bytes)',
  'renew(address[],uint24[],uint24,uint48)',
  'addOwner(address)',
  'removeOwner(address,address)',
  'setThreshold(uint256)',
  'initialize(bytes[])',
  'addOwnerAddress(address)',
  'addOwnerPublicKey(bytes32,bytes32)',
  'removeOwnerAtIndex(uint256,bytes)',
  'removeLastOwner(uint256,bytes)',
  'executeWithoutChainIdValidation(bytes[])',
  'setup(address[],uint256,address,bytes,address,address,uint256,address)',
  'addOwnerWithThreshold(address,uint256)',
  'removeOwner(address,address,uint256)',
  'swapOwner(address,address,address)',
  'changeThreshold(uint256)',
  'enableModule(address)',
  'disableModule(address,address)',
  'setGuard(address)',
  'setModuleGuard(address)',
  'setFallbackHandler(address)',
  'enableModules(address[])',
  'upgradeTo(address)',
  'upgradeToAndCall(address,bytes)',
  'setImplementation(address)',
  'changeAdmin(address)',
  'upgrade(address,address)',
  'upgradeAndCall(address,address,bytes)',
  'changeProxyAdmin(address,address)',
  'diamondCut((address,uint8,bytes4[])[],address,bytes)',
  'transferOwnership(address)',
  'acceptOwnership()',
  'renounceOwnership()',
  'requestOwnershipHandover()',
  'completeOwnershipHandover(address)',
  'setOwner(address)',
  'setAuthority(address)',
  'grantRole(bytes32,address)',
  'revokeRole(bytes32,address)',
  'renounceRole(bytes32,address)',
  'beginDefaultAdminTransfer(address)',
  'acceptDefaultAdminTransfer()',
  'grantRole(uint64,address,uint32)',
  'revokeRole(uint64,address)',
  'updateAuthority(address,address)',
  'grantRoles(address,uint256)',
  'revokeRoles(address,uint256)',
  'renounceRoles(uint256)',
  'setDefaultValidator(address,bytes)',
  'setExecution(bytes4,address,address,uint48,uint48,bytes)',
  'changeMasterCopy(address)',
  'addDelegate(address)',
  'setAllowance(address,address,uint96,uint16,uint32)',
  'installPlugin(address,bytes32,bytes,bytes21[])',
  'uninstallPlugin(address,bytes,bytes)',
  'updateOwners(address[],address[])',
  'removeOwner(address)',
  'replaceOwner(address,address)',
  'changeRequirement(uint256)',
  'addGuardian(address)',
  'setAdmin(address)',
  'setPendingAdmin(address)',
  'acceptAdmin()',
  'claimOwnership()',
  'changeOwner(address)',
  'rely(address)',
  'hope(address)',
  'setTargetFunctionRole(address,bytes4[],uint64)',
  'setRoleAdmin(uint64,uint64)',
  'updateMasterMinter(address)',
  'configureMinter(address,uint256)',
  'updateRescuer(address)',
  'updatePauser(address)',
  'updateBlacklister(address)',
  'rescueERC20(address,address,uint256)',
  'setPreSignature(bytes,bool)',
]

test.each(SIGNATURES)('behavior: %s is administration on any contract, whatever its arguments', signature => {
  const data = `${id(signature).slice(0, 10) as Hex}00` as const
  expect(callEffects({ to: TOKEN, value: 0n, data }, CALLER)).toEqual([
    { kind: 'administration', to: TOKEN, action: signature },
  ])
})

test('default: no function of administration is known that is not tested here', () => {
  const named = [
    ...readFileSync(new URL('administration.ts', import.meta.url), 'utf8').matchAll(/^ {2}'(.*)',$/gm),
  ]
  expect(named.map(([, signature]) => signature).toSorted()).toEqual(SIGNATURES.toSorted())
})

test('no two functions of administration have one selector', () => {
  expect(new Set(SIGNATURES.map(signature => id(signature).slice(0, 10))).size).toBe(SIGNATURES.length)
})
