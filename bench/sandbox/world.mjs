// A treasury in the sandbox: wallet, money, a registered recipient, and a policy that lets the operator pay it.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { CreateKeyCommand, KMSClient } from '@aws-sdk/client-kms'
import { createCrossmintClient, externalWallet } from '@coffer/crossmint'
import { createSigner } from '@coffer/signer'
import { awsKms } from '@coffer/signer/aws-kms'

/** Starts a process and waits for what it says first. */
export async function start(file) {
  const child = fork(fileURLToPath(new URL(file, import.meta.url)), { execArgv: [] })
  const [said] = await once(child, 'message')
  const ask = async message => {
    child.send(message)
    await once(child, 'message')
  }
  const stop = async () => {
    const exited = once(child, 'exit')
    child.disconnect()
    await exited
  }
  return { said, ask, stop }
}

/** Starts the sandbox and makes the treasury. */
export async function startTreasury() {
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true'
  const { said, ask, stop } = await start('host.mjs')
  const { region, identities, outputs, environment, factory, usdc } = said
  const endpoint = environment.AWS_ENDPOINT_URL
  const { accessKeyId, secretAccessKey } = identities.administrator
  const kms = new KMSClient({ endpoint, region, credentials: { accessKeyId, secretAccessKey } })
  const { address } = await createSigner(await awsKms({ keyId: outputs.KeyArn, client: kms }))
  // One that the administrator may sign with: the treasury's own signs for the function alone.
  const { KeyMetadata } = await kms.send(
    new CreateKeyCommand({ KeySpec: 'ECC_SECG_P256K1', KeyUsage: 'SIGN_VERIFY' }),
  )
  kms.destroy()
  const client = createCrossmintClient({ apiKey: said.crossmint.apiKey, baseUrl: said.crossmint.url })
  const { address: wallet } = await client.createWallet({
    owner: 'COMPANY',
    alias: 'treasury',
    adminSigner: { type: 'external-wallet', address },
  })
  const owner = 'email:ap@acme.example'
  const userDetails = {
    firstName: 'Ada',
    lastName: 'Acme',
    dateOfBirth: '1990-01-15',
    countryOfResidence: 'US',
  }
  await client.putUser(owner, { userDetails })
  const { address: recipient } = await client.createWallet({
    owner,
    adminSigner: { type: 'email', email: 'ap@acme.example' },
  })
  await ask({ mint: wallet })
  await ask({ policy: policyOf({ wallet, recipient, factory, usdc, operator: identities.operator.arn }) })
  return {
    ...said,
    stop,
    client,
    wallet,
    recipient,
    signerAddress: address,
    signer: externalWallet(address),
    otherKey: KeyMetadata.Arn,
  }
}

function policyOf({ wallet, recipient, factory, usdc, operator }) {
  const facts = {
    roles: { operators: [operator] },
    wallets: { treasury: { address: wallet, chainIds: [84532], factory } },
    tokens: { usdc: { symbol: 'USDC', decimals: usdc.decimals, chainId: 84532, address: usdc.address } },
    addressBook: { 'vendor:acme': { address: recipient, groups: ['payees'] } },
  }
  const rules = `
@id("payouts")
permit (principal in Role::"operators", action == Action::"transfer", resource == Wallet::"treasury")
when {
  context.token == Token::"usdc" && context.from == resource.address &&
  context.recipient in Group::"payees" && context.amount.lessThanOrEqual(decimal("1000.0"))
};
@id("fees")
permit (principal in Role::"operators", action == Action::"payFee", resource == Wallet::"treasury")
when { context.maximum.lessThanOrEqual(decimal("0.01")) };
@id("first-use")
permit (principal in Role::"operators", action == Action::"deploy", resource == Wallet::"treasury")
when { resource has factory && context.factory == resource.factory && context.deployed == resource.address };`
  return { rules, facts: JSON.stringify(facts) }
}
