// Recipients of regulated transfers: users with the personal data that screening needs.
// https://docs.crossmint.com/wallets/guides/regulated-transfers
import { checkText, type Issue, refuseIssues } from '../input.ts'
import { object } from './answer.ts'
import { path } from './locator.ts'
import type { Transport } from './transport.ts'

export type UserDetails = {
  readonly firstName: string
  readonly lastName: string
  /** ISO 8601 date, e.g. `1990-01-15`. */
  readonly dateOfBirth: string
  /** ISO 3166-1 alpha-2, e.g. `US`. */
  readonly countryOfResidence: string
}

export type UserCalls = {
  /**
   * Registers a user, or brings the registered details up to date.
   *
   * @param userLocator `email:<address>`, `userId:<id>`, `phoneNumber:<E.164>`, `twitter:<handle>` or `x:<handle>`.
   * @throws {INVALID_INPUT} before sending, naming fields and never their values. @throws {CrossmintError}
   */
  readonly putUser: (userLocator: string, user: { readonly userDetails: UserDetails }) => Promise<void>
}

export function createUserCalls(send: Transport): UserCalls {
  return {
    putUser: async (userLocator, { userDetails }) => {
      checkUser(userLocator, userDetails)
      await send({
        operation: 'register the recipient',
        method: 'PUT',
        path: path`/2025-06-09/users/${userLocator}`,
        body: { userDetails },
        repeatable: true,
        // The answer's field names are not documented, and nothing rests on them.
        read: object<object>({}),
      })
    },
  }
}

function checkUser(userLocator: string, details: UserDetails): void {
  const issues: Issue[] = []
  if (!/^(?:email|userId|phoneNumber|twitter|x):./.test(userLocator))
    issues.push({
      field: 'userLocator',
      message: 'must begin with email:, userId:, phoneNumber:, twitter: or x:',
    })
  checkText(details.firstName, 'firstName', 100, issues)
  checkText(details.lastName, 'lastName', 100, issues)
  if (!isDate(details.dateOfBirth))
    issues.push({ field: 'dateOfBirth', message: 'must be a date such as 1990-01-15' })
  if (!/^[A-Z]{2}$/.test(details.countryOfResidence))
    issues.push({
      field: 'countryOfResidence',
      message: 'must be two capital letters of ISO 3166-1, e.g. US',
    })
  refuseIssues('recipient', issues)
}

function isDate(text: string): boolean {
  const date = /^\d{4}-\d{2}-\d{2}$/.test(text) ? new Date(`${text}T00:00:00Z`) : new Date(Number.NaN)
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text)
}
