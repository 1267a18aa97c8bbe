// Who signs requests in the sandbox: users with long-term credentials, sessions of roles with temporary ones, all drawn anew at
// every start. Shapes: IAM User Guide, "IAM identifiers" (AIDA/AROA unique ids, AKIA/ASIA access key ids).
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
  /** Epoch milliseconds from which temporary credentials are refused; never where absent. */
  readonly expiresAt?: number | undefined
  /** The function whose code has these credentials. */
  readonly functionArn?: string | undefined
}

/** The users a sandbox starts with; what each may do is in people.ts. */
export type Identities = {
  readonly administrator: Identity
  readonly operator: Identity
  readonly auditor: Identity
  readonly outsider: Identity
  /** The administrator of another company's account. */
  readonly stranger: Identity
}

/** The account id of the sandbox: the one AWS uses in its own examples. */
export const sandboxAccountId = '123456789012'

/** The account id of the other company. */
export const strangerAccountId = '999999999999'

/**
 * Makes the sandbox's users, with fresh credentials.
 *
 * @param random Source of the ids and secrets; the operating system's unless given.
 * @returns The identities. They hold secrets: never log them.
 */
export const createIdentities = (random: Random = systemRandom): Identities => ({
  administrator: createUser('administrator', sandboxAccountId, random),
  operator: createUser('operator', sandboxAccountId, random),
  auditor: createUser('auditor', sandboxAccountId, random),
  outsider: createUser('outsider', sandboxAccountId, random),
  stranger: createUser('stranger', strangerAccountId, random),
})

const createUser = (name: string, accountId: string, random: Random): Identity => ({
  name,
  arn: `arn:aws:iam::${accountId}:user/${name}`,
  userId: `AIDA${randomCharacters(random, 17)}`,
  accountId,
  accessKeyId: `AKIA${randomCharacters(random, 16)}`,
  secretAccessKey: randomBase64(random, 30),
})

/**
 * Makes a session of a role.
 *
 * @param options.role The role's name, without its path.
 * @param options.session The session's name.
 * @param options.accountId 12 digits, the account of the role.
 * @param options.functionArn The function for which Lambda makes the session.
 * @param options.expiresAt Epoch milliseconds at which it ends; never where absent.
 * @param random Source of the ids and secrets.
 * @returns The session's identity. It holds secrets: never log it.
 */
export const createSession = (
  options: {
    readonly role: string
    readonly session: string
    readonly accountId: string
    readonly functionArn?: string | undefined
    readonly expiresAt?: number | undefined
  },
  random: Random,
): Identity => ({
  name: options.session,
  arn: `arn:aws:sts::${options.accountId}:assumed-role/${options.role}/${options.session}`,
  userId: `AROA${randomCharacters(random, 17)}:${options.session}`,
  accountId: options.accountId,
  accessKeyId: `ASIA${randomCharacters(random, 16)}`,
  secretAccessKey: randomBase64(random, 30),
  sessionToken: randomBase64(random, 300),
  functionArn: options.functionArn,
  expiresAt: options.expiresAt,
})

/** Base64 of `length` bytes: 30 give the 40 characters of a secret access key. */
const randomBase64 = (random: Random, length: number): string =>
  Buffer.from(random(length)).toString('base64')
