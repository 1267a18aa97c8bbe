// The commands around the signing stack in AWS: deploying it, looking after it, and who may use it.
import type { Command } from 'commander'
import { exitCodes } from '../exitCodes.ts'
import { CliError } from '../failure.ts'
import type { Runner } from '../program.ts'

/** The name that the app of @coffer/infra gives its stack. */
const defaultStack = 'treasury-signer'

/** Adds `deploy`, `destroy`, `doctor`, `access` and `operator`. Each loads what it needs when it runs: AWS's clients are large. */
export function addStackCommands(program: Command, runner: Runner): void {
  const { environment } = runner
  const onStack = (command: Command): Command =>
    command.option('--stack-name <name>', 'the CloudFormation stack', defaultStack)
  onStack(program.command('deploy'))
    .description(
      'deploy the signing stack into your AWS account, or a new version of it; shows the changes and asks',
    )
    .option(
      '--parameters <name=value...>',
      'parameters of the stack (docs/deploy.md); those left out stay as they are',
    )
    .option(
      '--policy <dir>',
      'the policy by which it decides (default: "policy" of coffer.json, or ./policy beside it)',
    )
    .option('--private', 'in a VPC of yours, reachable from there alone')
    .option('--yes', 'do not ask')
    .action(options =>
      runner.run(async context =>
        (await import('../commands/deploy.ts')).deploy(context, {
          stackName: options.stackName,
          parameters: options.parameters ?? [],
          policy: options.policy,
          isPrivate: options.private === true,
          yes: options.yes === true,
          environment,
        }),
      ),
    )
  onStack(program.command('destroy'))
    .description('remove the signing stack')
    .option('--keep-key', 'keep the KMS key, so that the wallet keeps its signer')
    .option('--delete-key', 'schedule the deletion of the key too: in 30 days it is gone for ever')
    .option('--yes', 'do not ask')
    .action(options =>
      runner.run(async context =>
        (await import('../commands/destroy.ts')).destroy(context, {
          stackName: options.stackName,
          key: chooseKey(options),
          yes: options.yes === true,
          environment,
        }),
      ),
    )
  onStack(program.command('doctor'))
    .description('check the whole installation, with a fix for each fault; changes nothing')
    .action(({ stackName }) =>
      runner.run(async context => (await import('../commands/doctor.ts')).diagnose(context, { stackName })),
    )
  onStack(program.command('access'))
    .description(
      'who can sign, call the endpoint, or change the function, the key, the policies or the trail',
    )
    .option('--expect <file>', 'fail when somebody appears who is not in FILE, an earlier output of --json')
    .action(({ stackName, expect: expectFile }) =>
      runner.run(async context =>
        (await import('../commands/access.ts')).reviewAccess(context, { stackName, expectFile }),
      ),
    )
  addOperatorCommands(program, runner, onStack)
}

function addOperatorCommands(program: Command, runner: Runner, onStack: (command: Command) => Command): void {
  const operators = () => import('../commands/operator.ts')
  const operator = program.command('operator').description('the IAM users who may ask for signatures')
  onStack(operator.command('add'))
    .description('put a user into the group of operators')
    .argument('<name>', 'name of the IAM user')
    .action((name, { stackName }) =>
      runner.run(async context => (await operators()).addOperator(context, { stackName, name })),
    )
  onStack(operator.command('remove'))
    .description('take a user out of it')
    .argument('<name>', 'name of the IAM user')
    .action((name, { stackName }) =>
      runner.run(async context => (await operators()).removeOperator(context, { stackName, name })),
    )
  onStack(operator.command('list'))
    .description('who is in it')
    .action(({ stackName }) =>
      runner.run(async context => (await operators()).listOperators(context, { stackName })),
    )
}

function chooseKey(options: { keepKey?: boolean; deleteKey?: boolean }): 'keep' | 'delete' {
  if (options.keepKey === options.deleteKey)
    throw new CliError('KEY_UNDECIDED', 'say what is to become of the KMS key: one of the two', {
      exitCode: exitCodes.usage,
      hints: [
        '--keep-key keeps it, and the wallet its signer',
        '--delete-key schedules its deletion: 30 days later a wallet without another signer is lost',
      ],
    })
  return options.keepKey === true ? 'keep' : 'delete'
}
