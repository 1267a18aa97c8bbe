// Why a regulated transfer is refused. Crossmint renamed these reasons; older names and texts map to the current ones.
// https://docs.crossmint.com/wallets/guides/regulated-transfers

export type ComplianceReason = keyof typeof complianceAdvice

/** What to do about each reason. */
export const complianceAdvice = {
  recipient_personal_data_missing:
    'Register the recipient with name, date of birth and country of residence.',
  recipient_wallet_sanctioned: "The recipient's address is on a sanctions list; do not pay it.",
  recipient_person_sanctioned:
    'The recipient did not pass screening. Crossmint answers the same for an unsupported country of residence: check that first.',
  recipient_type_unsupported:
    'Pay to a Crossmint wallet owned by a registered recipient, not to another address.',
  sanctioned_wallet_address: 'An address of this transfer is on a sanctions list; do not pay it.',
} as const

const names: ReadonlyMap<string, ComplianceReason> = new Map<string, ComplianceReason>([
  ['recipient_personal_data_missing', 'recipient_personal_data_missing'],
  ['recipient_wallet_sanctioned', 'recipient_wallet_sanctioned'],
  ['recipient_person_sanctioned', 'recipient_person_sanctioned'],
  ['recipient_type_unsupported', 'recipient_type_unsupported'],
  ['sanctioned_wallet_address', 'sanctioned_wallet_address'],
  ['personal_data_missing', 'recipient_personal_data_missing'],
  ['address_sanction_check_failed', 'recipient_wallet_sanctioned'],
  ['user_sanction_check_failed', 'recipient_person_sanctioned'],
  ['not_support_recipient_type', 'recipient_type_unsupported'],
])

const texts: readonly (readonly [RegExp, ComplianceReason])[] = [
  [/personal data is missing/i, 'recipient_personal_data_missing'],
  [/wallet address is sanctioned|recipient address did not pass sanction/i, 'recipient_wallet_sanctioned'],
  [/user is sanctioned|recipient user did not pass sanction/i, 'recipient_person_sanctioned'],
  [
    /regulated transfers can.t be sent to this wallet|is not a crossmint wallet/i,
    'recipient_type_unsupported',
  ],
]

/** The current name of a compliance reason, by Crossmint's reason code or else by its text; undefined if it is none. */
export function readComplianceReason(
  reason: string | undefined,
  message: string,
): ComplianceReason | undefined {
  return (
    (reason === undefined ? undefined : names.get(reason)) ??
    texts.find(([pattern]) => pattern.test(message))?.[1]
  )
}
