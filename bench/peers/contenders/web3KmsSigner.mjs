import { Signer } from '@web3-kms-signer/core'
import { KMSProviderAWS } from '@web3-kms-signer/kms-provider-aws'
import { KMSWallets } from '@web3-kms-signer/kms-wallets'

const signer = new Signer(new KMSWallets(new KMSProviderAWS({})))

export function sign(digest) {
  return signer.signDigest({ keyId: process.env.KMS_KEY_ID }, Buffer.from(digest))
}
