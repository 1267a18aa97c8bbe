// Crossmint API keys: `<origin>_<environment>_<base58>`, where a server key's origin is `sk`.
// https://docs.crossmint.com/introduction/platform/api-keys/server-side
import { InvalidInputError, type Issue } from '../input.ts'

export type Environment = 'staging' | 'production'

export type Access = { readonly environment: Environment; readonly baseUrl: string }

const hosts: Readonly<Record<Environment, string>> = {
  staging: 'https://staging.crossmint.com',
  production: 'https://www.crossmint.com',
}

/**
 * Reads the key's environment and settles the base URL, without the key appearing in any error.
 *
 * @throws {INVALID_INPUT} for a client key, an old or malformed key, or a base URL that would expose the key.
 */
export function readAccess(apiKey: string, baseUrl: string | undefined): Access {
  const issues: Issue[] = []
  const environment = readEnvironment(apiKey, issues)
  const url = baseUrl === undefined ? hosts[environment] : readBaseUrl(baseUrl, issues)
  if (issues.length > 0) throw new InvalidInputError('Crossmint configuration', issues)
  return { environment, baseUrl: url }
}

function readEnvironment(apiKey: string, issues: Issue[]): Environment {
  const environment = /^sk_(staging|production)_[A-Za-z0-9]+$/.exec(apiKey)?.[1]
  if (environment === 'staging' || environment === 'production') return environment
  issues.push({ field: 'apiKey', message: diagnoseKey(apiKey) })
  return 'staging'
}

function diagnoseKey(apiKey: string): string {
  if (/\s/.test(apiKey)) return 'contains a space or a line break: copy the key alone'
  if (/^ck_/.test(apiKey))
    return 'is a client key (ck_...): create a server key (sk_...) in the Crossmint console'
  if (/^sk_(?:live|test)/.test(apiKey))
    return 'has the old format (sk_live, sk_test): create a new server key'
  return 'must be a server key: sk_staging_... or sk_production_...'
}

function readBaseUrl(baseUrl: string, issues: Issue[]): string {
  const fault = (message: string): string => {
    issues.push({ field: 'baseUrl', message })
    return ''
  }
  // URL drops line breaks and reads backslashes as slashes; what is not written as it is meant is refused.
  const url = /[\s\\]/.test(baseUrl) || !URL.canParse(baseUrl) ? undefined : new URL(baseUrl)
  if (url === undefined || (url.protocol !== 'https:' && url.protocol !== 'http:'))
    return fault('must be an http(s) URL')
  if (url.username !== '' || url.password !== '' || /[?#]/.test(baseUrl))
    return fault('must have no credentials, query or fragment')
  if (url.protocol === 'http:' && !/^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(url.hostname))
    return fault('must be https: over plain http the API key could be read on the way (loopback is exempt)')
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`
}
