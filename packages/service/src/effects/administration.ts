// Functions that change who controls an account or what code it runs, recognised by selector wherever they are called:
// on the account itself, on its modules, or on any other contract.
import { type Hex, toFunctionSelector } from 'viem'

/**
 * Recognises administration.
 *
 * @param selector First 4 bytes of call data, as lower-case hex.
 * @returns The canonical signature of the administrative function with this selector, if it is one: different functions
 *   share a name.
 */
export const administrationAction = (selector: Hex): string | undefined => actions.get(selector)

const signatures = [
  // SimpleAccount: https://github.com/eth-infinitism/account-abstraction/blob/v0.7.0/contracts/samples/SimpleAccount.sol
  'initialize(address)',
  'addDeposit()',
  'withdrawDepositTo(address,uint256)',

  // Kernel v3: https://github.com/zerodevapp/kernel/blob/release/v3.1/src/Kernel.sol (v3.0 initializes without a list)
  'initialize(bytes21,address,bytes,bytes)',
  'initialize(bytes21,address,bytes,bytes,bytes[])',
  'installValidations(bytes21[],(uint32,address)[],bytes[],bytes[])',
  'uninstallValidation(bytes21,bytes,bytes)',
  'changeRootValidator(bytes21,address,bytes,bytes)',
  'grantAccess(bytes21,bytes4,bool)',
  'invalidateNonce(uint32)',

  // Kernel v2: https://github.com/zerodevapp/kernel/blob/v2.4/src/Kernel.sol
  'setDefaultValidator(address,bytes)',
  'setExecution(bytes4,address,address,uint48,uint48,bytes)',

  // ERC-7579 accounts and their modules: https://eips.ethereum.org/EIPS/eip-7579
  // Kernel's ECDSA validator lets an account set a new owner by calling onInstall once more.
  'initializeAccount(bytes)',
  'installModule(uint256,address,bytes)',
  'uninstallModule(uint256,address,bytes)',
  'onInstall(bytes)',
  'onUninstall(bytes)',
  'renew(address[],uint24[],uint24,uint48)',
  'addOwner(address)',
  'removeOwner(address,address)',
  'setThreshold(uint256)',

  // Coinbase Smart Wallet: https://github.com/coinbase/smart-wallet/tree/main/src
  // A call without the chain id is valid on every chain, and administration is all that it can be.
  'initialize(bytes[])',
  'addOwnerAddress(address)',
  'addOwnerPublicKey(bytes32,bytes32)',
  'removeOwnerAtIndex(uint256,bytes)',
  'removeLastOwner(uint256,bytes)',
  'executeWithoutChainIdValidation(bytes[])',

  // Safe: https://github.com/safe-global/safe-smart-account/tree/v1.5.0/contracts/base
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
  // Before version 1.1.1: https://github.com/safe-global/safe-smart-account/blob/v1.1.0/contracts/common/MasterCopy.sol
  'changeMasterCopy(address)',
  // Safe modules: https://github.com/safe-global/safe-modules/tree/main/modules
  // The allowance module pays out of the Safe whatever a delegate asks for, up to the allowance.
  'enableModules(address[])',
  'addDelegate(address)',
  'setAllowance(address,address,uint96,uint16,uint32)',

  // Alchemy's Modular Account v1: https://github.com/alchemyplatform/modular-account/tree/v1.0.x/src
  'installPlugin(address,bytes32,bytes,bytes21[])',
  'uninstallPlugin(address,bytes,bytes)',
  'updateOwners(address[],address[])',

  // Gnosis MultiSigWallet, and guardians who may recover an account
  'removeOwner(address)',
  'replaceOwner(address,address)',
  'changeRequirement(uint256)',
  'addGuardian(address)',

  // Proxies: ERC-1822, ERC-1967, ERC-2535, OpenZeppelin's transparent proxies and their administrators
  'upgradeTo(address)',
  'upgradeToAndCall(address,bytes)',
  'setImplementation(address)',
  'changeAdmin(address)',
  'setAdmin(address)',
  'setPendingAdmin(address)',
  'acceptAdmin()',
  'upgrade(address,address)',
  'upgradeAndCall(address,address,bytes)',
  'changeProxyAdmin(address,address)',
  'diamondCut((address,uint8,bytes4[])[],address,bytes)',

  // Owners: ERC-173, OpenZeppelin's Ownable2Step and Claimable, Solady's Ownable, solmate's Auth and Owned, Maker's wards
  'transferOwnership(address)',
  'acceptOwnership()',
  'renounceOwnership()',
  'requestOwnershipHandover()',
  'completeOwnershipHandover(address)',
  'claimOwnership()',
  'setOwner(address)',
  'changeOwner(address)',
  'setAuthority(address)',
  'rely(address)',
  'hope(address)',

  // Roles: OpenZeppelin's AccessControl, its DefaultAdminRules, AccessManager; Solady's OwnableRoles
  'grantRole(bytes32,address)',
  'revokeRole(bytes32,address)',
  'renounceRole(bytes32,address)',
  'beginDefaultAdminTransfer(address)',
  'acceptDefaultAdminTransfer()',
  'grantRole(uint64,address,uint32)',
  'revokeRole(uint64,address)',
  'setTargetFunctionRole(address,bytes4[],uint64)',
  'setRoleAdmin(uint64,uint64)',
  'updateAuthority(address,address)',
  'grantRoles(address,uint256)',
  'revokeRoles(address,uint256)',
  'renounceRoles(uint256)',

  // USDC and its kind: https://github.com/circlefin/stablecoin-evm/tree/master/contracts
  'updateMasterMinter(address)',
  'configureMinter(address,uint256)',
  'updateRescuer(address)',
  'updatePauser(address)',
  'updateBlacklister(address)',
  'rescueERC20(address,address,uint256)',

  // CoW Protocol: an order of which only the hash is known is approved on chain
  'setPreSignature(bytes,bool)',
]

const actions: ReadonlyMap<Hex, string> = new Map(
  signatures.map(signature => [toFunctionSelector(signature), signature]),
)
