// A preload for development: makes the unmodified @crossmint/wallets-sdk accept the sandbox's API keys, too.
//
//   node --import @coffer/sandbox/crossmint-sdk app.mjs
//
// The SDK checks offline, with tweetnacl, that an API key was signed by Crossmint, so nobody else can make a
// key for a server of their own. This wraps that one check, in memory, for keys of the sandbox
// (`sk_staging_...`, marked as such and signed with the sandbox's published key) and leaves every other
// verdict to tweetnacl. It opens nothing: the SDK sends a key to Crossmint's servers like any other, and
// those refuse it.
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { isSandboxKeySignature } from './crossmint/apiKey.ts'

type Tweetnacl = {
  readonly sign: {
    readonly detached: {
      verify: (message: Uint8Array, signature: Uint8Array, publicKey: Uint8Array) => boolean
    }
  }
}

// It must be the very module instance the SDK uses, so it is looked up the way the SDK, as the app has it,
// finds it.
const tweetnaclOfTheSdk = (): Tweetnacl => {
  const app = createRequire(join(process.cwd(), 'app.js'))
  try {
    const sdk = createRequire(app.resolve('@crossmint/wallets-sdk'))
    return createRequire(sdk.resolve('@crossmint/common-sdk-base'))('tweetnacl')
  } catch (cause) {
    throw new CrossmintSdkNotFoundError(process.cwd(), cause)
  }
}

export class CrossmintSdkNotFoundError extends Error {
  readonly code = 'CROSSMINT_SDK_NOT_FOUND'
  readonly directory: string
  constructor(directory: string, cause: unknown) {
    super(
      `@coffer/sandbox/crossmint-sdk found no @crossmint/wallets-sdk from ${directory}. Install it there, or start ` +
        'node in the directory of the app that has it.',
      { cause },
    )
    this.name = 'CrossmintSdkNotFoundError'
    this.directory = directory
  }
}

const { detached } = tweetnaclOfTheSdk().sign
const { verify } = detached
detached.verify = (message, signature, publicKey) =>
  verify(message, signature, publicKey) || isSandboxKeySignature(message, signature)
