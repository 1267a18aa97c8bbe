// Screening of regulated transfers: who may be paid, and the reasons why not, as Crossmint's documentation
// words them.
import { CrossmintError, unprocessable } from './errors.ts'
import type { Project, Wallet } from './project.ts'
import type { TroubleState } from './trouble.ts'

export type RecipientRefusal =
  | 'recipient_type_unsupported'
  | 'recipient_personal_data_missing'
  | 'recipient_wallet_sanctioned'
  | 'recipient_person_sanctioned'

/**
 * Refuses a regulated transfer unless the recipient is a wallet of a registered user with personal data.
 * @throws {CROSSMINT_ERROR} 422 with the reason; 422 without one while KYC is in progress
 */
export const screenRecipient = (
  project: Project,
  trouble: TroubleState,
  recipientAddress: string,
  recipient: Wallet | undefined,
): void => {
  const user = recipient?.owner === undefined ? undefined : project.users.get(recipient.owner)
  if (user === undefined) throw refusal('recipient_type_unsupported')
  if (user.details === undefined) throw refusal('recipient_personal_data_missing')
  // The body of this answer is not documented beyond its message, so it has the general shape.
  if (trouble.kycPending > 0) {
    trouble.kycPending -= 1
    throw new CrossmintError(422, 'User KYC is in progress, retry in a few seconds')
  }
  // What the real API says of a country it does not serve, misleading as it is.
  if (!servedCountries.has(user.details.countryOfResidence)) throw refusal('recipient_person_sanctioned')
  const wanted = trouble.recipients.get(recipientAddress.toLowerCase())
  if (wanted !== undefined) throw refusal(wanted)
}

const refusal = (reason: RecipientRefusal): CrossmintError =>
  unprocessable({ reason, message: messages[reason] })

const messages: Readonly<Record<RecipientRefusal, string>> = {
  recipient_type_unsupported:
    "Regulated transfers can't be sent to this wallet. Currently they're only supported by Crossmint-managed wallets.",
  recipient_personal_data_missing: 'Required personal data is missing to complete regulated transfer',
  recipient_wallet_sanctioned: "Recipient wallet address is sanctioned and can't receive assets",
  recipient_person_sanctioned: "Recipient user is sanctioned and can't receive assets",
}

// Crossmint pays through a US and a European entity without publishing the list. The sandbox takes the US and
// the EEA.
const servedCountries: ReadonlySet<string> = new Set(
  'US AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IS IT LI LT LU LV MT NL NO PL PT RO SE SI SK'.split(' '),
)
