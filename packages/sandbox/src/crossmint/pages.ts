// Pages of a list: `page` and `perPage` (texts, from 1; 1 and 10 by default), `dateFrom` and `dateTo` (ISO
// 8601, UTC).
import { object, optional, parse, string } from './input.ts'

/** The wanted page of records filed oldest first; the answer is newest first. */
export const pageOf = <T extends { readonly createdAt: number }>(
  records: readonly T[],
  query: URLSearchParams,
): readonly T[] => {
  const { page = '1', perPage = '10', dateFrom, dateTo } = parse(pageQuery, Object.fromEntries(query))
  const from = dateFrom === undefined ? Number.NEGATIVE_INFINITY : Date.parse(dateFrom)
  const to = dateTo === undefined ? Number.POSITIVE_INFINITY : Date.parse(dateTo)
  const start = (Number(page) - 1) * Number(perPage)
  return records
    .filter(({ createdAt }) => createdAt >= from && createdAt <= to)
    .reverse()
    .slice(start, start + Number(perPage))
}

/** ISO 8601 date and time with a trailing Z. */
export const isTimestamp = (text: string): boolean =>
  /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?Z$/.test(text) && !Number.isNaN(Date.parse(text))

const positive = string(value => /^[1-9]\d*$/.test(value), 'must match pattern /^[1-9]\\d*$/')
const timestamp = string(isTimestamp, 'must be an ISO 8601 date and time with a trailing Z')
const pageQuery = object({
  page: optional(positive),
  perPage: optional(positive),
  dateFrom: optional(timestamp),
  dateTo: optional(timestamp),
})
