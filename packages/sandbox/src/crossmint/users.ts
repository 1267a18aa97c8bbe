// Users: the recipients of regulated transfers, with the personal data those need.
import { randomBytes } from 'node:crypto'
import { invalid } from './errors.ts'
import type { Handler } from './handler.ts'
import { literal, object, optional, parse, string, text } from './input.ts'
import { canonicalUser, isUserLocator } from './locators.ts'
import { isTimestamp } from './pages.ts'
import type { Project, User } from './project.ts'

/**
 * `PUT /users/{userLocator}`: 201 for a new user, 200 for one that was there; what is left out stays as it
 * was.
 */
export const putUser: Handler = ({ project }, { params, body }) => {
  const locator = userLocator(params)
  const input = parse(userBody, body)
  const existing = project.users.get(locator)
  const user = existing ?? createUser(project, locator)
  user.details = input.userDetails ?? user.details
  user.hasKycData ||= input.kycData !== undefined
  user.hasDueDiligence ||= input.dueDiligence !== undefined
  user.hasVerificationHistory ||= input.verificationHistory !== undefined
  return { status: existing === undefined ? 201 : 200, body: viewUser(locator, user) }
}

/** `PUT /users/{userLocator}/legal-documents`; creates the user where it is missing */
export const putLegalDocument: Handler = ({ project }, { params, body }) => {
  const locator = userLocator(params)
  const { type, acceptedAt } = parse(legalDocumentBody, body)
  const user = project.users.get(locator) ?? createUser(project, locator)
  user.legalDocuments.set(type, acceptedAt)
  return { status: 200, body: { acceptedAt } }
}

const userLocator = (params: Readonly<Record<string, string>>): string => {
  const locator = params['userLocator'] ?? ''
  if (isUserLocator(locator)) return canonicalUser(locator)
  throw invalid([
    `userLocator: Invalid user locator "${locator}": expected email:<email>, userId:<id>, ` +
      'phoneNumber:<E.164>, twitter:<handle> or x:<handle>',
  ])
}

const createUser = (project: Project, locator: string): User => {
  const user: User = {
    id: `usr_${randomBytes(8).toString('hex')}`,
    details: undefined,
    hasKycData: false,
    hasDueDiligence: false,
    hasVerificationHistory: false,
    legalDocuments: new Map(),
  }
  project.users.set(locator, user)
  return user
}

// Crossmint documents these fields by description only; the names are the sandbox's.
const viewUser = (locator: string, user: User): unknown => ({
  userId: user.id,
  ...(locator.startsWith('email:') ? { email: locator.slice('email:'.length) } : {}),
  ...(locator.startsWith('phoneNumber:') ? { phoneNumber: locator.slice('phoneNumber:'.length) } : {}),
  hasUserDetails: user.details !== undefined,
  hasKycData: user.hasKycData,
  hasDueDiligence: user.hasDueDiligence,
  hasVerificationHistory: user.hasVerificationHistory,
  legalDocuments: [...user.legalDocuments].map(([type, acceptedAt]) => ({
    type,
    acceptedAt,
    isValidVersion: true,
  })),
})

const isDate = (text: string): boolean => {
  const time = Date.parse(`${text}T00:00:00Z`)
  return (
    /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(time) && new Date(time).toISOString().startsWith(text)
  )
}

const userBody = object({
  userDetails: optional(
    object({
      firstName: text,
      lastName: text,
      dateOfBirth: string(isDate, 'must be a date, YYYY-MM-DD'),
      countryOfResidence: string(
        value => /^[A-Z]{2}$/.test(value),
        'must be an ISO 3166-1 alpha-2 country code',
      ),
    }),
  ),
  kycData: optional(object({})),
  dueDiligence: optional(object({})),
  verificationHistory: optional(object({})),
})

const legalDocumentBody = object({
  type: literal('crossmint-privacy-policy'),
  acceptedAt: string(isTimestamp, 'must be an ISO 8601 date and time with a trailing Z'),
})
