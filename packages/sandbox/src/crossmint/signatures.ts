// Signature requests, as far as registering an operational signer needs them. Wallets of the sandbox cannot
// sign messages for others to verify: that takes ERC-1271, which SimpleAccount does not implement.
import { randomUUID } from 'node:crypto'
import { approve, viewApprovals } from './approvals.ts'
import { notFound, unsupported } from './errors.ts'
import type { Context, Handler } from './handler.ts'
import { chainName } from './locators.ts'
import { pageOf } from './pages.ts'
import type { OperationalSigner, SignatureRequest, Wallet } from './project.ts'
import type { KeySigner } from './signers.ts'
import { hashOf, registrationTypedData } from './typedData.ts'
import { walletOf } from './wallets.ts'

/** `POST /wallets/{walletLocator}/signatures` */
export const createSignature: Handler = ({ project }, { params }) => {
  walletOf(project, params)
  throw unsupported(
    'signing messages and typed data; a SimpleAccount cannot prove a signature to others (ERC-1271)',
  )
}

/** `GET /wallets/{walletLocator}/signatures`, newest first */
export const listSignatures: Handler = ({ project }, { params, query }) => {
  const wallet = walletOf(project, params)
  const all = [...project.signatures.values()].filter(request => request.wallet === wallet)
  return { status: 200, body: { signatures: pageOf(all, query).map(viewSignature) } }
}

/** `GET /wallets/{walletLocator}/signatures/{signatureId}` */
export const getSignature: Handler = (context, { params }) => ({
  status: 200,
  body: viewSignature(signatureOf(context, params)),
})

/** `POST /wallets/{walletLocator}/signatures/{signatureId}/approvals` */
export const approveSignature: Handler = async (context, { params, body }) => {
  const request = signatureOf(context, params)
  await approve(request.wallet, request, body, context.now)
  request.status = 'success'
  return { status: 201, body: viewSignature(request) }
}

/** Files the request by which the wallet's admin signer registers an operational signer. */
export const fileSignatureRequest = (
  { project, chain, now }: Context,
  wallet: Wallet,
  approver: KeySigner,
  { signer, expiresAt }: OperationalSigner,
): SignatureRequest => {
  const id = randomUUID()
  const { address } = wallet.account
  const typedData = registrationTypedData(chain.chainId, address, signer.locator, expiresAt, id)
  const request: SignatureRequest = {
    kind: 'signature',
    id,
    wallet,
    signer: approver,
    typedData,
    message: hashOf(typedData),
    createdAt: now(),
    status: 'awaiting-approval',
    submitted: undefined,
  }
  project.signatures.set(id, request)
  return request
}

const signatureOf = ({ project }: Context, params: Readonly<Record<string, string>>): SignatureRequest => {
  const wallet = walletOf(project, params)
  const id = params['signatureId'] ?? ''
  const request = project.signatures.get(id)
  if (request?.wallet !== wallet) throw notFound(`Signature ${id}`)
  return request
}

const viewSignature = (request: SignatureRequest): unknown => ({
  id: request.id,
  type: 'typed-data',
  chainType: 'evm',
  walletType: 'smart',
  status: request.status,
  params: { typedData: request.typedData, chain: chainName, signer: request.signer },
  approvals: viewApprovals(request),
  createdAt: request.createdAt,
  // The admin signer's signature is all there is; see above.
  ...(request.submitted === undefined ? {} : { outputSignature: request.submitted.signature }),
})
