// The table at the head of a review: who could do what, at a glance.
import type { Style } from '../terminal.ts'
import { type Capability, capabilities } from './capabilities.ts'
import { shorten } from './layout.ts'
import type { Access } from './review.ts'

const heads: Readonly<Record<Capability, readonly [above: string, below: string]>> = {
  sign: ['', 'sign'],
  invokeEndpoint: ['invoke', 'endpoint'],
  invokeFunction: ['invoke', 'function'],
  changeFunction: ['change', 'function'],
  changeKey: ['change', 'key'],
  changePolicies: ['change', 'policies'],
  changeTrail: ['change', 'trail'],
}

const column = 10

/**
 * Writes the table.
 *
 * @param access What anybody could do.
 * @param account 12 digits: the account under review, which is left out of names.
 */
export function describeMatrix(access: readonly Access[], account: string, style: Style): string {
  const cells = (text: (capability: Capability) => string): string =>
    capabilities.map(capability => text(capability).padEnd(column)).join('')
  const rows = [...new Set(access.map(({ principal }) => principal))].map(principal => {
    const mark = (capability: Capability): string => {
      const found = access.find(one => one.principal === principal && one.capability === capability)
      if (found === undefined) return '·'
      return found.conditions.length === 0 ? '●' : '○'
    }
    return `  ${cells(mark)}${shorten(principal, account)}`
  })
  return [
    style.dim(`  ${cells(capability => heads[capability][0])}`.trimEnd()),
    style.dim(`  ${cells(capability => heads[capability][1])}who`),
    ...rows,
    style.dim('  ● could   ○ could, under conditions (below)'),
  ].join('\n')
}
