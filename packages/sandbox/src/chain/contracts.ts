// The contracts of the sandbox chain. The ERC-4337 v0.7 ones come, as compiled by their authors, from
// @account-abstraction/contracts and are deployed with CREATE2, so their addresses never change.
import { createRequire } from 'node:module'
import {
  type Abi,
  type Address,
  concat,
  encodeDeployData,
  encodeFunctionData,
  getContractAddress,
  type Hex,
  parseAbi,
  parseEther,
  stringToHex,
  zeroHash,
} from 'viem'
import { privateKeyToAddress } from 'viem/accounts'
import type { Sender } from './sender.ts'

/** EntryPoint v0.7, the same on every network. */
export const entryPoint: Address = '0x0000000071727De22E5E9d8BAf0edAc6f37da032'

/** Signs what the paymaster pays for. Published here, worthless anywhere else. */
export const sponsorKey: Hex = stringToHex('sandbox gas sponsor: a free key.')

export type Contracts = { readonly factory: Address; readonly paymaster: Address }

/** Deploys EntryPoint, SimpleAccountFactory and VerifyingPaymaster, and funds the paymaster's deposit. */
export const deployContracts = async (sender: Sender): Promise<Contracts> => {
  await deploy(sender, artifact('EntryPoint').bytecode, entryPointSalt)
  const factory = await deploy(sender, withArguments('SimpleAccountFactory', [entryPoint]), zeroHash)
  const paymaster = await deploy(
    sender,
    withArguments('VerifyingPaymaster', [entryPoint, privateKeyToAddress(sponsorKey)]),
    zeroHash,
  )
  const deposit = encodeFunctionData({ abi: parseAbi(['function deposit() payable']) })
  await sender.send({ to: paymaster, data: deposit, value: parseEther('1000') })
  return { factory, paymaster }
}

// The deterministic deployment proxy (https://github.com/Arachnid/deterministic-deployment-proxy); anvil has
// it built in.
const deployer: Address = '0x4e59b44847b379578588920cA78FbF26c0B4956C'
// With this salt the published init code lands on the canonical address.
const entryPointSalt: Hex = '0x90d8084deab30c2a37c45e8d47f49f2f7965183cb6990a98943ef94940681de3'

const deploy = async (sender: Sender, initCode: Hex, salt: Hex): Promise<Address> => {
  const receipt = await sender.send({ to: deployer, data: concat([salt, initCode]) })
  const address = getContractAddress({ opcode: 'CREATE2', from: deployer, bytecode: initCode, salt })
  if (receipt.status !== 'success') throw new DeploymentRevertedError(address)
  return address
}

const withArguments = (name: string, args: readonly unknown[]): Hex =>
  encodeDeployData({ ...artifact(name), args })

const artifact = (name: string): { abi: Abi; bytecode: Hex } =>
  createRequire(import.meta.url)(`@account-abstraction/contracts/artifacts/${name}.json`)

export class DeploymentRevertedError extends Error {
  readonly code = 'DEPLOYMENT_REVERTED'
  readonly address: Address
  constructor(address: Address) {
    super(
      `The deployment of ${address} was reverted: this anvil's rules differ from those the sandbox was made for.`,
    )
    this.name = 'DeploymentRevertedError'
    this.address = address
  }
}
