// Functions that change who controls an account or what code it runs, recognised by selector wherever they are called:
// on the account itself (SimpleAccount v0.7, Kernel v3), on its modules (ERC-7579), or on any other contract.
import { type Hex, toFunctionSelector } from 'viem'

/** The name of the administrative function with this selector, if it is one. */
export const administrationAction = (selector: Hex): string | undefined => actions.get(selector)

const signatures = [
  // SimpleAccount v0.7 and UUPS proxies (ERC-1822)
  'initialize(address)',
  'addDeposit()',
  'withdrawDepositTo(address,uint256)',
  'upgradeTo(address)',
  'upgradeToAndCall(address,bytes)',
  // Kernel v3 and ERC-7579 accounts
  'initialize(bytes21,address,bytes,bytes,bytes[])',
  'installModule(uint256,address,bytes)',
  'uninstallModule(uint256,address,bytes)',
  'installValidations(bytes21[],(uint32,address)[],bytes[],bytes[])',
  'uninstallValidation(bytes21,bytes,bytes)',
  'changeRootValidator(bytes21,address,bytes,bytes)',
  'grantAccess(bytes21,bytes4,bool)',
  'invalidateNonce(uint32)',
  // ERC-7579 modules. Kernel's ECDSA validator lets an account set a new owner by calling onInstall once more.
  'onInstall(bytes)',
  'onUninstall(bytes)',
  'renew(address[],uint24[],uint24,uint48)',
  'addOwner(address)',
  'removeOwner(address,address)',
  'setThreshold(uint256)',
  // Safe
  'addOwnerWithThreshold(address,uint256)',
  'removeOwner(address,address,uint256)',
  'swapOwner(address,address,address)',
  'changeThreshold(uint256)',
  'enableModule(address)',
  'disableModule(address,address)',
  'setGuard(address)',
  'setFallbackHandler(address)',
  // ERC-173, OpenZeppelin's Ownable2Step, AccessControl and ProxyAdmin
  'transferOwnership(address)',
  'acceptOwnership()',
  'renounceOwnership()',
  'grantRole(bytes32,address)',
  'revokeRole(bytes32,address)',
  'changeAdmin(address)',
  'upgrade(address,address)',
  'upgradeAndCall(address,address,bytes)',
]

const actions: ReadonlyMap<Hex, string> = new Map(
  signatures.map(signature => [toFunctionSelector(signature), signature.slice(0, signature.indexOf('('))]),
)
