// The principals of the sandbox's AWS account, with credentials drawn anew at every start.
// Shapes: IAM User Guide, "IAM identifiers" (AIDA/AROA unique ids, AKIA/ASIA access key ids).
import { type Random, randomCharacters, systemRandom } from './random.ts'

/** Who a signed request comes from, and the secret its signature is verified with. */
export type Identity = {
  readonly name: string
  /** `arn:aws:iam::ACCOUNT:user/NAME` or `arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION`. */
  readonly arn: string
  /** `AIDA...`, or `AROA...:SESSION` for an assumed role. */
  readonly userId: string
  /** 12 digits. */
  readonly accountId: string
  readonly accessKeyId: string
  readonly secretAccessKey: string
  /** Present for temporary credentials only; every request must then carry it. */
  readonly sessionToken?: string | undefined
}

/** The principals a sandbox starts with. */
export type Identities = {
  /** An IAM user who sets up keys. */
  readonly administrator: Identity
  /** An IAM user who calls the signing endpoint. */
  readonly operator: Identity
  /** The session of the role `adminSignerInvoker` in which the function `adminSigner` runs. */
  readonly lambda: Identity
}

/** The account id of the sandbox: the one AWS uses in its own examples. */
export const sandboxAccountId = '123456789012'

/**
 * Makes the sandbox's identities, with fresh credentials.
 *
 * The credentials are authenticated for real; permissions are not evaluated. Every identity may call every
 * operation, until the sandbox decides by the policies of the template that would be deployed.
 *
 * @param options.accountId 12 digits; the account all identities belong to.
 * @param options.random Source of the ids and secrets; the operating system's unless given.
 * @returns The three identities. They hold secrets: never log them.
 */
export const createIdentities = (
  options: { readonly accountId?: string | undefined; readonly random?: Random | undefined } = {},
): Identities => {
  const { accountId = sandboxAccountId, random = systemRandom } = options
  return {
    administrator: createUser('administrator', accountId, random),
    operator: createUser('operator', accountId, random),
    lambda: createSession('adminSignerInvoker', 'adminSigner', accountId, random),
  }
}

/**
 * Finds the identity an access key id belongs to.
 *
 * @param identities The identities to search, by any names.
 * @param accessKeyId - `AKIA...` or `ASIA...`.
 * @returns The identity, or undefined where no identity has that key.
 */
export const findIdentity = (
  identities: Readonly<Record<string, Identity>>,
  accessKeyId: string,
): Identity | undefined => Object.values(identities).find(identity => identity.accessKeyId === accessKeyId)

const createUser = (name: string, accountId: string, random: Random): Identity => ({
  name,
  arn: `arn:aws:iam::${accountId}:user/${name}`,
  userId: `AIDA${randomCharacters(random, 17)}`,
  accountId,
  accessKeyId: `AKIA${randomCharacters(random, 16)}`,
  secretAccessKey: randomBase64(random, 30),
})

const createSession = (role: string, session: string, accountId: string, random: Random): Identity => ({
  name: 'lambda',
  arn: `arn:aws:sts::${accountId}:assumed-role/${role}/${session}`,
  userId: `AROA${randomCharacters(random, 17)}:${session}`,
  accountId,
  accessKeyId: `ASIA${randomCharacters(random, 16)}`,
  secretAccessKey: randomBase64(random, 30),
  sessionToken: randomBase64(random, 300),
})

/** Base64 of `length` bytes: 30 give the 40 characters of a secret access key. */
const randomBase64 = (random: Random, length: number): string =>
  Buffer.from(random(length)).toString('base64')
