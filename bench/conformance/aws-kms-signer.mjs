// Signs the digest of `coffer conformance` with aws-kms-signer. The package is that of bench/peers.
import { createRequire } from 'node:module'

const { KmsSigner } = createRequire(new URL('../peers/package.json', import.meta.url))('aws-kms-signer')

const { AWS_REGION, KMS_KEY_ID, COFFER_CONFORMANCE_DIGEST } = process.env
const signer = new KmsSigner(KMS_KEY_ID, { region: AWS_REGION })
const signature = await signer.sign(Buffer.from(COFFER_CONFORMANCE_DIGEST.slice(2), 'hex'))
process.stdout.write(`${signature}\n`)
