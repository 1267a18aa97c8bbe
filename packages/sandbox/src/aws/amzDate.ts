// Times as Signature Version 4 writes them: ISO 8601 basic format, UTC, whole seconds.

/** Epoch milliseconds as YYYYMMDDTHHMMSSZ. */
export const formatAmzDate = (time: number): string =>
  new Date(time)
    .toISOString()
    .replace(/\.\d{3}/, '')
    .replace(/[-:]/g, '')

/**
 * Reads the time of a request.
 *
 * @param text YYYYMMDDTHHMMSSZ, or an HTTP date (RFC 9110 section 5.6.7), which a `Date` header carries.
 * @returns Epoch milliseconds, or undefined where the text is neither, or names a day that does not exist.
 */
export const parseAmzDate = (text: string): number | undefined => {
  const basic = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z$/.exec(text)
  if (basic) {
    const [, year, month, day, hour, minute, second] = basic
    const time = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`)
    return Number.isNaN(time) || formatAmzDate(time) !== text ? undefined : time
  }
  const time = Date.parse(text)
  return Number.isNaN(time) || new Date(time).toUTCString() !== text ? undefined : time
}
