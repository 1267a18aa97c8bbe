// Crossmint's own SDK with a KMS key as the signer, through the signing endpoint.
//
// The SDK hands `onSign` nothing but a hash, and a bare hash is refused. So `onSign` looks up what the hash is of, checks
// that it is the transfer this program is about to make, and sends the whole user operation along.
//
//   CROSSMINT_API_KEY=... COFFER_ENDPOINT=... COFFER_SIGNER_ADDRESS=0x... RECIPIENT=0x... node examples/crossmint-sdk.mjs
//
// On the sandbox add CROSSMINT_BASE_URL (`coffer sandbox` sets it), and `--import @coffer/sandbox/crossmint-sdk`, which
// makes the SDK accept the sandbox's API key.
import { defaultProvider } from '@aws-sdk/credential-provider-node'
import { createSigningEndpoint } from '@coffer/cli'
import {
  createCrossmintClient,
  entryPoint,
  parseAmount,
  resolveToken,
  toUserOperationJson,
  verifyTransfer,
} from '@coffer/crossmint'
import { CrossmintWallets, createCrossmint } from '@crossmint/wallets-sdk'

const {
  CROSSMINT_API_KEY,
  CROSSMINT_BASE_URL,
  COFFER_ENDPOINT,
  COFFER_SIGNER_ADDRESS,
  RECIPIENT,
  AWS_REGION,
} = process.env
const chain = 'base-sepolia'
const amount = '2.5'

const client = createCrossmintClient({ apiKey: CROSSMINT_API_KEY, baseUrl: CROSSMINT_BASE_URL })
const endpoint = createSigningEndpoint({
  url: COFFER_ENDPOINT,
  region: async () => AWS_REGION,
  credentials: defaultProvider(),
})
const token = resolveToken({ chain, token: 'usdc' })

const crossmint = createCrossmint({ apiKey: CROSSMINT_API_KEY, overrideBaseUrl: CROSSMINT_BASE_URL })
const wallets = CrossmintWallets.from(crossmint)
const signer = { type: 'external-wallet', address: COFFER_SIGNER_ADDRESS, onSign }

await wallets.createWallet({ chain, owner: 'COMPANY', alias: 'treasury', recovery: signer })
const wallet = await wallets.getWallet('evm:smart:alias:treasury', { chain })
await wallet.useSigner(signer)
const sent = await wallet.send(RECIPIENT, 'usdc', amount, { transactionType: 'regulated-transfer' })
console.log(JSON.stringify({ wallet: wallet.address, hash: sent.hash, transactionId: sent.transactionId }))

async function onSign(message) {
  // The SDK has created it a moment ago.
  const transactions = await client.listTransactions(wallet.address, { perPage: 50 })
  const transaction = transactions.find(({ onChain }) => onChain.userOperationHash === message)
  if (transaction === undefined)
    throw new Error(`no transaction of ${wallet.address} has the hash ${message}`)
  const { userOperation } = verifyTransfer(transaction, {
    wallet: wallet.address,
    chainId: token.chainId,
    token: token.address,
    recipient: RECIPIENT,
    amount: parseAmount(amount, token.decimals),
    signer: COFFER_SIGNER_ADDRESS,
    maximumFee: 0n, // Crossmint sponsors the gas
  })
  const { signature } = await endpoint({
    message,
    signerAddress: COFFER_SIGNER_ADDRESS,
    payload: {
      kind: 'userOperation',
      chainId: token.chainId,
      entryPoint,
      userOperation: toUserOperationJson(userOperation),
    },
  })
  return signature
}
