// What users ask the sandbox for, over HTTP. `prepare` makes what so many rounds need, untimed; `act` is timed.
import { setTimeout as sleep } from 'node:timers/promises'
import { fileJournal, toUserOperationJson, transfer } from '@coffer/crossmint'
import { encodeFunctionData, erc20Abi } from 'viem'
import { send, signedSender } from './http.mjs'

const entryPoint = '0x0000000071727De22E5E9d8BAf0edAc6f37da032'

/**
 * Makes the subjects. `alone` and `crowd` are how many a round has, one at a time and many at a time.
 *
 * @param directory Of the transfers on record.
 */
export async function subjectsOf(treasury, floorUrl, directory) {
  const { region, identities, outputs, environment, crossmint, client, wallet, recipient, rpcUrl } = treasury
  const askKms = signedSender({ service: 'kms', region, identity: identities.administrator })
  const askEndpoint = signedSender({ service: 'execute-api', region, identity: identities.operator })
  const journal = fileJournal(directory)

  const kms = (operation, input) =>
    askKms(
      `${environment.AWS_ENDPOINT_URL}/`,
      { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': `TrentService.${operation}` },
      JSON.stringify({ KeyId: treasury.otherKey, ...input() }),
    )
  const sign = request =>
    askEndpoint(outputs.InvokeUrl, { 'content-type': 'application/json' }, JSON.stringify(request))
  const rpc = (method, params) =>
    send(rpcUrl, {
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
    })
  const api = (method, path, body, headers = {}) =>
    send(`${crossmint.url}/api/2025-06-09/wallets/${wallet}/${path}`, {
      method,
      headers: { 'x-api-key': crossmint.apiKey, 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
  const create = () =>
    api('POST', 'tokens/base-sepolia:usdc/transfers', {
      recipient,
      amount: '0.01',
      signer: treasury.signer,
      transactionType: 'regulated-transfer',
    })
  const requestFor = ({ onChain, userOperationHash = onChain.userOperationHash }) => ({
    signerAddress: treasury.signerAddress,
    message: userOperationHash,
    payload: {
      kind: 'userOperation',
      chainId: 84532,
      entryPoint,
      userOperation: toUserOperationJson(onChain.userOperation),
    },
  })
  /** A transaction that awaits nothing but its approval, and the approval. */
  const createSigned = async () => {
    const { id } = await create()
    const transaction = await client.getTransaction(wallet, id)
    const { signature } = await sign(requestFor(transaction))
    return { id, approval: { approvals: [{ signer: treasury.signer, signature }] } }
  }
  const approve = ({ id, approval }) => api('POST', `transactions/${id}/approvals`, approval)
  const pay = async reference => {
    await transfer({
      client,
      journal,
      intent: {
        reference,
        wallet,
        walletAddress: wallet,
        token: 'usdc',
        chain: 'base-sepolia',
        recipient,
        amount: '0.01',
        signerAddress: treasury.signerAddress,
      },
      sign,
      // Often enough not to be what is measured; and however busy the machine is, it ends.
      sleep: () => sleep(30),
      pollTimeoutMs: 600_000,
    })
  }

  // The first payment deploys the wallet: the others are all alike.
  await pay('first')
  const nothing = async () => undefined
  const fast = { alone: 100, crowd: 320, prepare: nothing }
  return [
    {
      ...fast,
      name: 'floor: node:http, the same bytes',
      act: () => send(floorUrl, { body: JSON.stringify({ Message: 'x'.repeat(200) }) }),
    },
    { ...fast, name: 'KMS `GetPublicKey`', act: () => kms('GetPublicKey', () => ({})) },
    {
      ...fast,
      name: 'KMS `Sign`',
      act: () =>
        kms('Sign', () => ({
          Message: Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString('base64'),
          MessageType: 'DIGEST',
          SigningAlgorithm: 'ECDSA_SHA_256',
        })),
    },
    {
      name: 'signing endpoint: API Gateway, Lambda, policy, KMS',
      alone: 40,
      crowd: 160,
      prepare: async () => requestFor(await client.getTransaction(wallet, (await create()).id)),
      act: sign,
    },
    { name: 'Crossmint: create a transfer', alone: 20, crowd: 64, prepare: nothing, act: create },
    {
      ...fast,
      name: 'Crossmint: read a transaction',
      prepareOnce: create,
      act: (_, { id }) => api('GET', `transactions/${id}`),
    },
    { name: 'Crossmint: approve', alone: 10, crowd: 32, prepare: createSigned, act: approve, after: settled },
    {
      name: 'Crossmint: approve, to the receipt (a user operation mined)',
      alone: 10,
      crowd: 32,
      prepare: createSigned,
      act: async item => {
        await approve(item)
        await settled(item)
      },
    },
    { ...fast, name: 'chain: `eth_getBalance`', act: () => rpc('eth_getBalance', [wallet, 'latest']) },
    {
      ...fast,
      name: 'chain: `eth_call` (balanceOf)',
      act: () =>
        rpc('eth_call', [
          {
            to: treasury.usdc.address,
            data: encodeFunctionData({ abi: erc20Abi, functionName: 'balanceOf', args: [wallet] }),
          },
          'latest',
        ]),
    },
    {
      name: 'a whole transfer, to its receipt',
      alone: 10,
      crowd: 32,
      prepare: async () => `bench-${crypto.randomUUID()}`,
      act: pay,
    },
  ]

  async function settled({ id }) {
    for (;;) {
      const { status } = await api('GET', `transactions/${id}`)
      if (status === 'success') return
      if (status !== 'pending') throw new Error(`transaction ${id} is ${status}`)
      await sleep(5)
    }
  }
}
