// Signs the digest of `coffer conformance` with @rumblefishdev/eth-signer-kms. The packages are those of bench/peers.
// Its signer takes messages, transactions and typed data; createSignature is what each of them ends in.
import { createRequire } from 'node:module'

const require = createRequire(new URL('../peers/package.json', import.meta.url))
const { createSignature, getEthAddressFromKMS } = require('@rumblefishdev/eth-signer-kms')
const { KMSClient } = require('@aws-sdk/client-kms')
const { Signature } = require('ethers')

const { AWS_REGION, KMS_KEY_ID: keyId, COFFER_CONFORMANCE_DIGEST: message } = process.env
const kmsInstance = new KMSClient({ region: AWS_REGION })
const address = await getEthAddressFromKMS({ keyId, kmsInstance })
const signature = await createSignature({ keyId, message, address, kmsInstance })
process.stdout.write(`${Signature.from(signature).serialized}\n`)
