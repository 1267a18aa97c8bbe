// Pages of a list. A marker names the last item of the page before, so that pages hold while the list changes.
import { AwsError } from './awsError.ts'
import { integer, type Member, optional, text } from './shape.ts'

/** The members of a request for a page. */
export const pageShape = (
  maxLimit: number,
): { readonly Limit: Member<number | undefined>; readonly Marker: Member<string | undefined> } => ({
  Limit: optional(integer({ min: 1, max: maxLimit })),
  Marker: optional(text({ min: 1, max: 1024 })),
})

/**
 * Cuts a page from a list.
 *
 * @param items The whole list, in any order.
 * @param name What an item is called; unique, and what the pages are sorted by.
 * @param limit How many items a page has at most.
 * @param marker The `NextMarker` of the page before; the first page where absent.
 * @returns The items of the page, and the members that say whether there are more.
 * @throws {AWS_ERROR} InvalidMarkerException.
 */
export const cutPage = <T>(
  items: readonly T[],
  name: (item: T) => string,
  limit: number,
  marker: string | undefined,
): {
  readonly page: readonly T[]
  readonly rest: { readonly Truncated: boolean; readonly NextMarker?: string }
} => {
  const after = marker === undefined ? '' : readMarker(marker)
  const following = [...items].sort((a, b) => (name(a) < name(b) ? -1 : 1)).filter(item => name(item) > after)
  const page = following.slice(0, limit)
  const last = page.at(-1)
  if (last === undefined || following.length === page.length) return { page, rest: { Truncated: false } }
  return { page, rest: { Truncated: true, NextMarker: Buffer.from(name(last)).toString('base64') } }
}

const readMarker = (marker: string): string => {
  const name = Buffer.from(marker, 'base64')
  if (name.toString('base64') === marker) return name.toString()
  throw new AwsError('InvalidMarkerException', 'The marker is not one that this operation has returned.')
}
