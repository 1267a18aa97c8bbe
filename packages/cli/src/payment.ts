// A payment as the command line names it, and what it is for the transfer workflow.
import type { TransferIntent } from '@coffer/crossmint'
import { isAddress } from 'viem'
import { type Context, required } from './context.ts'
import { CliError } from './failure.ts'

/** What is to be paid. */
export type Payment = {
  /** Token units, a decimal string. */
  readonly amount: string
  /** Token symbol or contract address. */
  readonly token: string
  /** Name in the address book, or address. */
  readonly to: string
  readonly reference: string
}

/**
 * Looks up what the payment names.
 *
 * @throws {CliError} SETTING_MISSING, RECIPIENT_UNKNOWN.
 */
export function toIntent({ config }: Pick<Context, 'config'>, payment: Payment): TransferIntent {
  const wallet = required(config, 'wallet')
  return {
    reference: payment.reference,
    wallet,
    walletAddress: wallet,
    chain: required(config, 'chain'),
    token: payment.token,
    recipient: toRecipient(config, payment.to),
    amount: payment.amount,
    signerAddress: required(config, 'signerAddress'),
  }
}

function toRecipient(config: Context['config'], to: string): `0x${string}` {
  if (isAddress(to)) return to
  const { recipients = {} } = config
  const address = Object.hasOwn(recipients, to) ? recipients[to] : undefined
  if (address !== undefined) return address
  const names = Object.keys(recipients)
  throw new CliError(
    'RECIPIENT_UNKNOWN',
    `--to ${to}: neither an address nor a name in the address book of ${config.file}`,
    {
      hints: [
        names.length === 0 ? 'the address book is empty' : `known: ${names.join(', ')}`,
        `coffer recipient register ${shellWord(to)} --help`,
      ],
    },
  )
}

/** As one word of a shell. */
export function shellWord(text: string): string {
  return /^[\w:./@-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
}
