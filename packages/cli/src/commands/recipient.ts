// `coffer recipient register`: who may be paid. A regulated transfer goes to a Crossmint wallet of a registered user.
import { saveRecipient } from '../config.ts'
import type { Context, Outcome } from '../context.ts'
import { exitCodes } from '../exitCodes.ts'
import { CliError } from '../failure.ts'
import { columns } from '../terminal.ts'

export type Recipient = {
  readonly name: string
  readonly email: string
  readonly firstName: string
  readonly lastName: string
  /** ISO 8601 date. */
  readonly dateOfBirth: string
  /** ISO 3166-1 alpha-2. */
  readonly country: string
}

/**
 * Registers a recipient with the personal data that screening needs, creates the recipient's wallet, and saves its
 * address under a name. Repeating brings the data up to date and finds the same wallet.
 *
 * Personal data goes to Crossmint and nowhere else: the configuration file gets the name and the address.
 */
export async function registerRecipient(context: Context, recipient: Recipient): Promise<Outcome> {
  const { config, terminal } = context
  if (!/^[a-z0-9][a-z0-9:._-]{0,63}$/i.test(recipient.name) || /^0x/i.test(recipient.name))
    throw new CliError(
      'RECIPIENT_NAME_INVALID',
      `name ${JSON.stringify(recipient.name)}: up to 64 letters, digits, ":", ".", "_" and "-", not starting with 0x`,
    )
  const owner = `email:${recipient.email}`
  const client = await context.crossmint()
  await terminal.progress(`registering ${recipient.name} with Crossmint`, () =>
    client.putUser(owner, {
      userDetails: {
        firstName: recipient.firstName,
        lastName: recipient.lastName,
        dateOfBirth: recipient.dateOfBirth,
        countryOfResidence: recipient.country,
      },
    }),
  )
  const wallet = await terminal.progress(`creating the wallet of ${recipient.name}`, () =>
    client.createWallet({ owner, adminSigner: { type: 'email', email: recipient.email } }),
  )
  const { recipients = {} } = config
  const known = Object.hasOwn(recipients, recipient.name) ? recipients[recipient.name] : undefined
  if (known !== undefined && known !== wallet.address)
    throw new CliError(
      'RECIPIENT_CHANGED',
      `${recipient.name} is ${known} in ${config.file}, but Crossmint says ${wallet.address}; nothing was saved`,
      {
        exitCode: exitCodes.untrusted,
        hints: ['find out why before paying; then edit the address book by hand'],
      },
    )
  await saveRecipient(config, recipient.name, wallet.address)
  return {
    data: { name: recipient.name, address: wallet.address },
    text: [
      columns(
        [
          ['recipient', recipient.name],
          ['wallet', terminal.style.bold(wallet.address)],
        ],
        terminal.style,
      ),
      `saved in ${config.file}; next: coffer transfer AMOUNT usdc --to ${recipient.name} --reference TEXT`,
    ].join('\n'),
  }
}
