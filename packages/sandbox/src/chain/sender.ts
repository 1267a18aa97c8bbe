// Sends transactions from anvil's first dev account, which anvil signs for: the sandbox's deployer, minter
// and bundler.
import {
  type Address,
  createWalletClient,
  type Hex,
  http,
  type PublicClient,
  type TransactionReceipt,
} from 'viem'

export type ChainTransaction = {
  readonly to: Address
  readonly data: Hex
  readonly value?: bigint | undefined
  readonly gas?: bigint | undefined
}
export type Sender = {
  readonly address: Address
  readonly send: (transaction: ChainTransaction) => Promise<TransactionReceipt>
}

// The first account of the mnemonic every anvil starts with ("test test ... junk").
const address: Address = '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266'

/**
 * A sender whose transactions go out one after another: anvil gives two that arrive together the same nonce.
 */
export const createSender = (client: PublicClient, rpcUrl: string): Sender => {
  const wallet = createWalletClient({ transport: http(rpcUrl, { retryCount: 0 }) })
  const sendNow = async (transaction: ChainTransaction): Promise<TransactionReceipt> => {
    const hash = await wallet.sendTransaction({ ...transaction, account: address, chain: null })
    return client.waitForTransactionReceipt({ hash })
  }
  let last: Promise<unknown> = Promise.resolve()
  const send = (transaction: ChainTransaction): Promise<TransactionReceipt> => {
    const next = last.then(() => sendNow(transaction))
    last = next.catch(() => undefined)
    return next
  }
  return { address, send }
}
