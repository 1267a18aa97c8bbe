// What a script may rely on: one exit code for each kind of outcome. docs/cli.md has the same table.
export const exitCodes = {
  ok: 0,
  /** A fault of ours, or one that nobody foresaw. */
  unexpected: 1,
  /** The command line, the configuration or the input is wrong. Nothing was changed. */
  usage: 2,
  /** Policy, compliance or the state of the thing forbids it. Repeating will not help. */
  refused: 3,
  /** Credentials are missing, wrong or lack a permission. */
  unauthorized: 4,
  /** What was named does not exist. */
  notFound: 5,
  /** Somebody is throttling, slow or down. Repeat the same command. */
  unavailable: 6,
  /** What was asked for was begun and failed: a transfer on chain, a deployment. */
  failed: 7,
  /** An answer contradicts what was asked or what a signature says. Look into it before repeating. */
  untrusted: 8,
  /** What was compared is not the same: two policies decide differently. */
  different: 9,
  /** Ended by Ctrl-C. */
  interrupted: 130,
} as const

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]
