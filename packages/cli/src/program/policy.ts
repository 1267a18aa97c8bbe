// The commands around the policy by which the signing service decides.
import { type Command, Option } from 'commander'
import type { Runner } from '../program.ts'

/** Adds `policy` and its commands. Each loads what it needs when it runs: Cedar takes a while to load. */
export function addPolicyCommands(program: Command, runner: Runner): void {
  const policy = program.command('policy').description('the rules by which the signing service decides')
  const ofPolicy = (command: Command): Command =>
    command.option('--policy <dir>', 'the policy (default: "policy" of coffer.json, or ./policy beside it)')
  policy
    .command('init')
    .description('write a policy to start from, with what is known of the treasury filled in')
    .argument('[dir]', 'where (default: as --policy of the other commands)')
    .option('--operator <arn>', 'who may pay: ARN of a user, a role or a session')
    .option('--payee <name=address...>', 'who may be paid, beside the recipients of coffer.json')
    .option('--token <symbol>', 'the token to pay with', 'usdc')
    .option('--factory <address>', 'the factory that may create the wallet on the chain')
    .action((directory, { payee, ...options }) =>
      runner.run(async context =>
        (await import('../commands/policyInit.ts')).initPolicy(context, {
          directory,
          payees: payee ?? [],
          ...options,
        }),
      ),
    )
  ofPolicy(policy.command('check'))
    .description('is it valid, and what does it leave open? every fault with file, line and column')
    .action(options =>
      runner.run(async context => (await import('../commands/policyCheck.ts')).checkPolicy(context, options)),
    )
  ofPolicy(policy.command('test'))
    .description('does it decide the cases of cases.yaml as it should?')
    .option('--case <text>', 'only the cases that have this in their names')
    .action(({ case: only, ...options }) =>
      runner.run(async context =>
        (await import('../commands/policyTest.ts')).runPolicyTest(context, { only, ...options }),
      ),
    )
  ofPolicy(policy.command('explain'))
    .description('what does it say of one request, and why? rule by rule; nothing is sent to the endpoint')
    .argument('[transaction]', "id of Crossmint's transaction, such as a transfer that waits")
    .option('--payload <file>', 'JSON of what would be signed; - for standard input')
    .option('--message <hash>', 'the 32-byte hash, 0x hex or base64')
    .option('--transfer <amount-token>', "what coffer transfer would ask for: '250 usdc'")
    .option('--to <recipient>', 'of --transfer: name in the address book of coffer.json, or address')
    .option('--case <name>', 'a case of cases.yaml')
    .option('--principal <arn>', 'who asks (default: you, as AWS knows you)')
    .option('--time <time>', 'when, such as 2026-01-05T12:00:00Z (default: now)')
    .option('--reference <text>', "the caller's own words, such as an invoice number")
    .option('--source-ip <address>', 'from where')
    .option('--signer-address <address>', 'address of the key (default: the configured one)')
    .addOption(
      new Option('--scheme <scheme>', 'how the message becomes the digest').choices(['eip191', 'raw']),
    )
    .action((transactionId, options) =>
      runner.run(async context =>
        (await import('../commands/policyExplain.ts')).explainPolicy(context, { transactionId, ...options }),
      ),
    )
  policy
    .command('diff')
    .description('which requests does a new policy decide differently? exit code 9 if any')
    .argument('<old>', 'directory of the old policy')
    .argument('<new>', 'directory of the new one')
    .option(
      '--log <file>',
      'also requests of the past: log lines of the signing service; - for standard input',
    )
    .action((before, after, { log }) =>
      runner.run(async context =>
        (await import('../commands/policyDiff.ts')).diffPolicies(context, { before, after, log }),
      ),
    )
  policy
    .command('schema')
    .description('what rules can speak about, as a Cedar schema')
    .action(() => runner.run(async () => (await import('../commands/policyCheck.ts')).showSchema()))
}
