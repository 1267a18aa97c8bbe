// SimpleAccount v0.7 and its factory, as far as the sandbox calls them
// (@account-abstraction/contracts/samples).
import { type Address, encodeFunctionData, type Hex, type PublicClient, parseAbi } from 'viem'

/** One call a wallet makes. */
export type Call = { readonly to: Address; readonly value: bigint; readonly data: Hex }
/** A wallet is fully told by these: its address follows from the factory, the owner and the salt. */
export type Account = { readonly address: Address; readonly owner: Address; readonly salt: bigint }

const abi = parseAbi([
  'function execute(address dest, uint256 value, bytes func)',
  'function executeBatch(address[] dest, uint256[] value, bytes[] func)',
  'function createAccount(address owner, uint256 salt) returns (address)',
  'function getAddress(address owner, uint256 salt) view returns (address)',
])

export const executeData = (calls: readonly Call[]): Hex => {
  const [call, ...rest] = calls
  if (call !== undefined && rest.length === 0)
    return encodeFunctionData({ abi, functionName: 'execute', args: [call.to, call.value, call.data] })
  return encodeFunctionData({
    abi,
    functionName: 'executeBatch',
    args: [calls.map(call => call.to), calls.map(call => call.value), calls.map(call => call.data)],
  })
}

export const createAccountData = ({ owner, salt }: Account): Hex =>
  encodeFunctionData({ abi, functionName: 'createAccount', args: [owner, salt] })

/** @returns the address at which the factory deploys, or has deployed, the account */
export const accountAddress = (
  client: PublicClient,
  factory: Address,
  owner: Address,
  salt: bigint,
): Promise<Address> =>
  client.readContract({ address: factory, abi, functionName: 'getAddress', args: [owner, salt] })
