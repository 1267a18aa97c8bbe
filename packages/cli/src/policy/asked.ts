// The request that is to be explained, from wherever it is: a payload or a bare hash, a transaction at Crossmint, or a case.
import { type Prepared, parseRequest, prepare } from '@coffer/service'
import { type Inquiry, isPrincipalArn, type Policy } from '@coffer/service/policy'
import { type Context, required } from '../context.ts'
import { exitCodes } from '../exitCodes.ts'
import { CliError } from '../failure.ts'
import { toIntent } from '../payment.ts'
import { findCases, parseTime, readCases } from './cases.ts'
import { withFaults } from './faults.ts'
import { readPayload } from './payload.ts'
import { toStandIn } from './standIn.ts'

/** Where the request is, and what it does not say itself. */
export type Asked = {
  readonly transactionId?: string | undefined
  /** AMOUNT TOKEN, to `to`. */
  readonly transfer?: string | undefined
  readonly to?: string | undefined
  readonly payload?: string | undefined
  readonly message?: string | undefined
  readonly signerAddress?: string | undefined
  readonly scheme?: string | undefined
  readonly case?: string | undefined
  readonly principal?: string | undefined
  readonly time?: string | undefined
  readonly reference?: string | undefined
  readonly sourceIp?: string | undefined
}

/**
 * Finds the request that is to be explained.
 *
 * @param asked Where it is.
 * @param directory Of the policy, where its cases are.
 * @param policy Whose names the cases use.
 * @throws {CliError} REQUEST_MISSING, RECIPIENT_UNKNOWN, CASES_NOT_FOUND, PRINCIPAL_MISSING, OPTION_INVALID, FILE_UNREADABLE, PAYLOAD_INVALID; what
 *   Crossmint refuses; INVALID_REQUEST of the service.
 */
export async function findAsked(
  context: Context,
  asked: Asked,
  directory: string,
  policy: Policy,
): Promise<Inquiry> {
  const { payload, message, transactionId, transfer, case: caseName } = asked
  const places = [payload ?? message, transactionId, transfer, caseName].filter(place => place !== undefined)
  if (places.length !== 1)
    throw new CliError('REQUEST_MISSING', 'say what is to be explained: one request', {
      hints: [
        '--payload FILE, or --message HASH: what would be sent to the signing endpoint',
        "--transfer '250 usdc' --to RECIPIENT: what coffer transfer would ask for",
        'TRANSACTION_ID: a transfer that waits at Crossmint',
        '--case NAME: a case of cases.yaml',
      ],
    })
  if (caseName !== undefined) return changed(findCase(caseName, directory, policy), asked)
  const prepared = await prepareAsked(context, asked)
  const arn = asked.principal ?? (await whoAmI(context))
  return changed({ principal: { arn }, prepared, time: new Date() }, asked)
}

/** With what the command line says in the place of what the request says. */
function changed(inquiry: Inquiry, { principal, time, reference, sourceIp }: Asked): Inquiry {
  if (principal !== undefined && !isPrincipalArn(principal))
    throw new CliError('OPTION_INVALID', `--principal ${principal}: not the ARN of one principal`, {
      hints: ['aws sts get-caller-identity'],
    })
  const at = time === undefined ? inquiry.time : parseTime(time)
  if (at === undefined)
    throw new CliError(
      'OPTION_INVALID',
      `--time ${time}: not a time with its zone, such as 2026-01-05T12:00:00Z`,
    )
  return {
    ...inquiry,
    principal: {
      arn: principal ?? inquiry.principal.arn,
      sourceIp: sourceIp ?? inquiry.principal.sourceIp,
    },
    reference: reference ?? inquiry.reference,
    time: at,
  }
}

function findCase(name: string, directory: string, policy: Policy): Inquiry {
  const file = findCases(directory)
  const cases = file === undefined ? [] : withFaults(directory, () => readCases(directory, file, policy))
  const found = cases.filter(one => one.name === name)
  const [only, ...others] = found.length > 0 ? found : cases.filter(one => one.name.includes(name))
  if (only !== undefined && others.length === 0) return only.inquiry
  throw new CliError(
    'CASES_NOT_FOUND',
    `--case ${JSON.stringify(name)}: ${only === undefined ? 'there is no such case' : 'more than one case has this in its name'}`,
    { exitCode: exitCodes.notFound, hints: cases.map(one => one.name).slice(0, 20) },
  )
}

async function prepareAsked(context: Context, asked: Asked): Promise<Prepared> {
  const { transactionId, transfer } = asked
  if (transactionId !== undefined) return prepareTransaction(context, transactionId)
  return transfer === undefined ? prepareGiven(context, asked) : prepareTransfer(context, transfer, asked)
}

/** As `coffer transfer` would ask for it. */
async function prepareTransfer(
  context: Context,
  transfer: string,
  { to, reference }: Asked,
): Promise<Prepared> {
  const [, amount, token] = /^(\S+) +(\S+)$/.exec(transfer.trim()) ?? []
  if (amount === undefined || token === undefined || to === undefined)
    throw new CliError(
      'OPTION_INVALID',
      `--transfer ${transfer}: expected --transfer '250 usdc' --to RECIPIENT`,
    )
  const { resolveIntent } = await import('@coffer/crossmint')
  const payment = { amount, token, to, reference: reference ?? 'none' }
  const intent = resolveIntent(toIntent(context, payment), context.config.tokens)
  return prepare(parseRequest(JSON.stringify(toStandIn(intent))))
}

async function prepareGiven(context: Context, asked: Asked): Promise<Prepared> {
  const { payload, message, scheme, reference } = asked
  const request = {
    message,
    payload: payload === undefined ? undefined : await readPayload(context, payload),
    signerAddress: asked.signerAddress ?? required(context.config, 'signerAddress'),
    scheme,
    reference,
  }
  return prepare(parseRequest(JSON.stringify(request)))
}

/** As the transfer would send it to the signing endpoint. */
async function prepareTransaction(context: Context, id: string): Promise<Prepared> {
  const { config } = context
  const wallet = required(config, 'wallet')
  const signerAddress = required(config, 'signerAddress')
  const { entryPoint, resolveToken, toUserOperationJson } = await import('@coffer/crossmint')
  const { chainId } = resolveToken({ chain: required(config, 'chain'), token: 'usdc', tokens: config.tokens })
  const client = await context.crossmint()
  const { onChain } = await context.terminal.progress(`reading transaction ${id} at Crossmint`, () =>
    client.getTransaction(wallet, id),
  )
  const userOperation = toUserOperationJson(onChain.userOperation)
  const payload = { kind: 'userOperation', chainId, entryPoint, userOperation }
  return prepare(parseRequest(JSON.stringify({ message: onChain.userOperationHash, payload, signerAddress })))
}

async function whoAmI(context: Context): Promise<string> {
  // AWS's clients are large.
  const { readCaller } = await import('../deploy/currentStack.ts')
  const caller = await readCaller(context).catch((cause: Error) => {
    throw new CliError(
      'PRINCIPAL_MISSING',
      `who asks is not known: AWS does not say who you are (${cause.message})`,
      {
        hints: ['say it with --principal ARN'],
        cause,
      },
    )
  })
  return caller.arn
}
