// `coffer transfer`: a regulated transfer from the treasury, in one command or step by step. The workflow itself, and
// what makes it safe to repeat, is in @coffer/crossmint.
import { join } from 'node:path'
import {
  approveTransferStep,
  createTransferStep,
  entryPoint,
  fileJournal,
  hasApproved,
  parseAmount,
  readTransfer,
  resolveIntent,
  type Sign,
  type StepOptions,
  signTransferStep,
  type Transaction,
  type TransferIntent,
  type TransferProgress,
  type TransferReceipt,
  transfer,
  waitTransferStep,
} from '@coffer/crossmint'
import { formatEther, parseEther } from 'viem'
import { requireYes } from '../confirm.ts'
import type { Context, Outcome } from '../context.ts'
import { exitCodes } from '../exitCodes.ts'
import { CliError } from '../failure.ts'
import { interruptible } from '../interruption.ts'
import { type Payment, shellWord, toIntent } from '../payment.ts'
import { requireAllowed } from '../policy/expected.ts'
import { type ChainReceipt, checkRpc, readReceipt } from '../receipt.ts'
import { columns, type Step } from '../terminal.ts'

type Hex = `0x${string}`

/** All steps. Killed at any point and run again with the same reference, it pays once. */
export async function runTransfer(
  context: Context,
  payment: Payment & { readonly yes: boolean },
): Promise<Outcome> {
  const intent = toIntent(context, payment)
  // Checked as a whole, before anybody is asked to confirm it.
  const resolved = resolveIntent(intent, context.config.tokens)
  if (context.config.rpcUrl !== undefined) await checkRpc(context.config.rpcUrl, resolved.chainId)
  const known = await journalOf(context).read(intent.reference)
  // Before anything exists at Crossmint.
  if (known === undefined) await requireAllowed(context, payment, resolved)
  if (known?.outcome?.status !== 'success' && !payment.yes)
    await requireYes(context, describe(payment, intent))
  const first = known === undefined ? 'creating the transfer at Crossmint' : `looking up ${intent.reference}`
  const follow = {
    text: first,
    reference: intent.reference,
    submitsAfter: 'check',
    isNew: known === undefined,
  } as const
  const receipt = await followed(context, follow, (options, step) =>
    transfer({ ...options, intent, sign: signWith(context, step), tokens: context.config.tokens }),
  )
  return receiptOutcome(context, receipt, known?.outcome?.status === 'success' ? 'sent already' : 'sent')
}

/** Step 1: creates the transfer and compares what came back with what was asked. Moves no money. */
export async function createTransfer(context: Context, payment: Payment): Promise<Outcome> {
  const intent = toIntent(context, payment)
  const follow = { text: 'creating the transfer at Crossmint', reference: intent.reference } as const
  const { record, transaction } = await followed(context, follow, options =>
    createTransferStep({ ...options, intent, tokens: context.config.tokens }),
  )
  const message = transaction.onChain.userOperationHash
  return {
    data: {
      reference: intent.reference,
      transactionId: transaction.id,
      status: transaction.status,
      message,
      intent: record.intent,
    },
    text: [
      columns(
        [
          ['transaction', transaction.id],
          ['status', transaction.status],
          ['message', message],
        ],
        context.terminal.style,
      ),
      `next: coffer transfer sign ${shellWord(intent.reference)}`,
    ].join('\n'),
  }
}

/** Step 2: has the signing endpoint sign the transfer on record, and checks the signature. Submits nothing. */
export async function signTransfer(context: Context, reference: string): Promise<Outcome> {
  const follow = { text: 'reading the transfer', reference } as const
  const { signature, message } = await followed(context, follow, (options, step) =>
    signTransferStep({ ...options, reference, sign: signWith(context, step) }),
  )
  return {
    data: { reference, message, signature },
    text: [
      columns(
        [
          ['message', message],
          ['signature', signature],
        ],
        context.terminal.style,
      ),
      `next: coffer transfer approve ${shellWord(reference)} --signature ${signature}`,
    ].join('\n'),
  }
}

/** Step 3: submits the signature. The money moves. Where it was submitted before, only the status is told. */
export async function approveTransfer(
  context: Context,
  reference: string,
  options: { signature?: string | undefined; yes: boolean },
): Promise<Outcome> {
  const record = await journalOf(context).read(reference)
  if (record !== undefined && record.outcome === undefined && !options.yes)
    await requireYes(context, describe({ ...record.intent, to: record.intent.recipient }, record.intent))
  const submitsAfter = options.signature === undefined ? 'check' : 'compare'
  const follow = { text: 'approving the transfer', reference, submitsAfter } as const
  const { id, status } = await followed(context, follow, (shared, step) =>
    approve(context, { ...shared, reference }, options.signature, step),
  )
  return {
    data: { reference, transactionId: id, status },
    text: [
      columns(
        [
          ['transaction', id],
          ['status', status],
        ],
        context.terminal.style,
      ),
      `next: coffer transfer status ${shellWord(reference)} --wait`,
    ].join('\n'),
  }
}

async function approve(
  context: Context,
  shared: StepOptions & { readonly reference: string },
  signature: string | undefined,
  step: Step,
): Promise<{ readonly id: string; readonly status: string }> {
  if (signature !== undefined) return approveTransferStep({ ...shared, signature: signature as Hex })
  const found = await readTransfer(shared)
  if (found?.transaction !== undefined && hasApproved(found.transaction, found.record.intent.signerAddress))
    return found.transaction
  const signed = await signTransferStep({ ...shared, sign: signWith(context, step) })
  return approveTransferStep({ ...shared, signature: signed.signature })
}

/** Where a transfer stands, by the journal and by Crossmint. */
export async function showTransfer(
  context: Context,
  reference: string,
  options: { wait: boolean },
): Promise<Outcome> {
  if (options.wait) {
    const receipt = await context.terminal.progress('reading the transfer', async step =>
      waitTransferStep({ ...(await stepOptions(context, step)), reference }),
    )
    return receiptOutcome(context, receipt, 'sent')
  }
  const known = await journalOf(context).read(reference)
  if (known === undefined)
    throw new CliError(
      'REFERENCE_UNKNOWN',
      `no transfer with the reference ${JSON.stringify(reference)} is on record here`,
      { exitCode: exitCodes.notFound, hints: [`the record is in ${stateOf(context)}`] },
    )
  const { outcome, intent, startedAt, updatedAt } = known
  // A success on record is final; anything else may have changed since.
  const transaction = outcome?.status === 'success' ? undefined : await readTransaction(context, reference)
  const now = transaction?.status ?? outcome?.status ?? 'not created'
  const status =
    outcome === undefined || outcome.status === now ? now : `${now} (recorded here: ${outcome.status})`
  const transactionHash =
    outcome?.status === 'success' ? outcome.receipt.transactionHash : transaction?.onChain.txId
  return {
    data: {
      reference,
      status,
      transactionId: known.transactionId,
      transactionHash,
      intent,
      startedAt,
      updatedAt,
    },
    text: columns(
      [
        ['reference', reference],
        ['status', context.terminal.style.bold(status)],
        ['amount', `${intent.amount} ${intent.token}`],
        ['recipient', intent.recipient],
        ['transaction', known.transactionId ?? 'none yet'],
        ['tx hash', transactionHash],
        ['started', startedAt],
      ],
      context.terminal.style,
    ),
  }
}

async function readTransaction(context: Context, reference: string): Promise<Transaction | undefined> {
  const client = await context.crossmint()
  const found = await readTransfer({ client, journal: journalOf(context), reference })
  return found?.transaction
}

// Calls the signing endpoint for the workflow.
function signWith(context: Context, step: Step): Sign {
  return async request => {
    const { signature, digest, scheme, rules } = await context.endpoint()(request)
    step(
      `the signing service allows it (${rules.join(', ')}); KMS signed the ${scheme} digest ${digest}`,
      'receiving it',
    )
    return { signature }
  }
}

function journalOf(context: Context): StepOptions['journal'] {
  return fileJournal(stateOf(context))
}

function stateOf(context: Context): string {
  const { stateDirectory, file } = context.config
  if (stateDirectory === undefined)
    throw new CliError(
      'STATE_DIRECTORY_MISSING',
      `there is no ${file}, beside which transfers in progress are recorded`,
      {
        hints: ["echo '{}' > coffer.json", 'or export COFFER_STATE_DIRECTORY=/a/place/that/stays'],
      },
    )
  return join(stateDirectory, 'transfers')
}

async function stepOptions(context: Context, step: Step): Promise<StepOptions> {
  return {
    client: await context.crossmint(),
    journal: journalOf(context),
    // The gas is Crossmint's to pay, unless the company says otherwise.
    maximumFee: parseEther(context.config.maximumFee ?? '0'),
    onStep: progress => report(progress, step),
  }
}

type Followed = {
  /** What is waited for first. */
  readonly text: string
  readonly reference: string
  /** The last that is reported before the approval is submitted; undefined where it is not. */
  readonly submitsAfter?: 'compare' | 'check' | undefined
  /** Whether nothing has been done for the reference before. */
  readonly isNew?: boolean | undefined
}

// Runs the steps of a payment. A signal ends them at once, at any point, with what is known of the money then.
function followed<T>(
  context: Context,
  { text, ...payment }: Followed,
  work: (options: StepOptions, step: Step) => Promise<T>,
): Promise<T> {
  const reported: TransferProgress['step'][] = []
  return context.terminal.progress(text, step =>
    interruptible(
      () => describeInterruption(payment, reported),
      async () => {
        const options = await stepOptions(context, step)
        const onStep = (progress: TransferProgress): void => {
          reported.push(progress.step)
          options.onStep?.(progress)
        }
        return work({ ...options, onStep }, step)
      },
    ),
  )
}

function describeInterruption(
  { reference, submitsAfter, isNew }: Omit<Followed, 'text'>,
  reported: readonly TransferProgress['step'][],
): { readonly message: string; readonly hints: readonly string[] } {
  const status = `coffer transfer status ${shellWord(reference)}`
  const has = (...steps: readonly TransferProgress['step'][]): boolean =>
    steps.some(step => reported.includes(step))
  const repeat = 'repeat the same command: it goes on where this one stopped, and pays once'
  if (submitsAfter === undefined)
    return { message: 'interrupted; no approval was submitted, so no money moves by it', hints: [repeat] }
  if (has(submitsAfter, 'approve', 'wait', 'done'))
    return {
      message: 'interrupted when the approval was being submitted, or had been: the money may move',
      hints: [`${status} --wait`, repeat],
    }
  if (isNew === true || has('create', 'compare'))
    return {
      message: 'interrupted before the approval was submitted: no money moves unless the command is repeated',
      hints: [repeat, status],
    }
  return { message: 'interrupted before it was known how the payment stands', hints: [status, repeat] }
}

// Each step that is done, and what is waited for next.
function report(progress: TransferProgress, step: Step): void {
  const words = wordsFor(progress)
  if (words !== undefined) step(...words)
}

function wordsFor(progress: TransferProgress): [done: string, next: string] | undefined {
  switch (progress.step) {
    case 'create':
      return [`created transaction ${progress.transactionId}`, 'comparing it with what was asked']
    case 'resume':
      return [
        `found transaction ${progress.transactionId} (${progress.status})`,
        'comparing it with what was asked',
      ]
    case 'kyc':
      return [
        `the recipient is being screened (attempt ${progress.attempt} of ${progress.attempts})`,
        'waiting for the screening',
      ]
    case 'compare':
      return [
        `the user operation is exactly this transfer (${gas(progress.maximumFee)}); its hash is ${progress.message}`,
        'asking the signing endpoint',
      ]
    case 'sign':
      return [`signature ${progress.signature}`, 'checking whose it is']
    case 'check':
      return [`it is the signature of ${progress.signerAddress}`, 'submitting the approval']
    case 'approve':
      return [`approved; Crossmint says ${progress.status}`, 'waiting for the chain']
    case 'done':
      return [`Crossmint says ${progress.receipt.status}`, 'finishing']
    case 'wait':
      return undefined
  }
}

function gas(maximumFee: bigint): string {
  return maximumFee === 0n
    ? 'its gas is sponsored'
    : `its gas costs the wallet at most ${formatEther(maximumFee)}`
}

async function receiptOutcome(
  context: Context,
  receipt: TransferReceipt,
  label: 'sent' | 'sent already',
): Promise<Outcome> {
  const onChain = await readFromChain(context, receipt)
  return {
    data: { ...receipt, blockNumber: onChain?.blockNumber, gasUsed: onChain?.gasUsed },
    text: columns(
      [
        [label, context.terminal.style.bold(`${receipt.amount} ${receipt.token} to ${receipt.recipient}`)],
        ['reference', receipt.reference],
        ['transaction', receipt.transactionId],
        ['tx hash', receipt.transactionHash],
        ['block', onChain === undefined ? undefined : `${onChain.blockNumber} (receipt read from the chain)`],
        ['explorer', receipt.explorerLink],
      ],
      context.terminal.style,
    ),
  }
}

async function readFromChain(context: Context, receipt: TransferReceipt): Promise<ChainReceipt | undefined> {
  const { rpcUrl } = context.config
  const { transactionHash } = receipt
  if (rpcUrl === undefined) return undefined
  if (transactionHash === undefined)
    throw new CliError(
      'RECEIPT_UNAVAILABLE',
      'Crossmint says the transfer succeeded, but names no transaction to read',
      {
        exitCode: exitCodes.untrusted,
        hints: [
          'look at the balances before paying again',
          `coffer transfer status ${shellWord(receipt.reference)}`,
        ],
      },
    )
  return context.terminal.progress('reading the receipt from the chain', () =>
    readReceipt({
      rpcUrl,
      entryPoint,
      transactionHash,
      userOperationHash: receipt.userOperationHash,
      token: receipt.tokenAddress,
      from: receipt.walletAddress,
      to: receipt.recipient,
      amount: parseAmount(receipt.amount, receipt.decimals),
    }),
  )
}

function describe(
  payment: Pick<Payment, 'amount' | 'token' | 'to' | 'reference'>,
  intent: TransferIntent,
): string {
  const recipient = payment.to === intent.recipient ? payment.to : `${payment.to} (${intent.recipient})`
  return `Send ${payment.amount} ${payment.token} on ${intent.chain} to ${recipient}, reference ${payment.reference}?`
}
