import { ListAliasesCommand, ListKeysCommand } from '@aws-sdk/client-kms'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startTestKms, type TestKms } from '../../../test/kms.ts'

let kms: TestKms['kms']
let create: TestKms['create']
let stop: TestKms['stop']

beforeEach(async () => {
  ;({ kms, create, stop } = await startTestKms())
})

afterEach(() => stop())

describe('pages', () => {
  test('list every key once, also when keys come between two pages', async () => {
    const keys = await Promise.all(Array.from({ length: 5 }, () => create()))
    const seen: string[] = []
    let Marker: string | undefined
    do {
      const page = await kms.send(new ListKeysCommand({ Limit: 2, Marker }))
      seen.push(...(page.Keys ?? []).map(key => key.KeyId ?? ''))
      expect(page.Keys?.length).toBeLessThanOrEqual(2)
      expect(page.Truncated).toBe(page.NextMarker !== undefined)
      Marker = page.NextMarker
      if (seen.length === 2) await create()
    } while (Marker)
    expect(new Set(seen).size).toBe(seen.length)
    expect(seen).toEqual(expect.arrayContaining(keys.map(key => key.KeyId)))
  })

  test('behavior: a page that is exactly full is the last one', async () => {
    await create()
    const page = await kms.send(new ListKeysCommand({ Limit: 1 }))
    expect(page).toMatchObject({ Truncated: false, Keys: [{}] })
    expect(page.NextMarker).toBeUndefined()
  })

  test('error: a limit of nothing, and a marker that is none', async () => {
    await expect(kms.send(new ListKeysCommand({ Limit: 0 }))).rejects.toThrowError(
      error(
        "ValidationException: 1 validation error detected: Value '0' at 'limit' failed to satisfy constraint: Member must have value greater than or equal to 1",
      ),
    )
    await expect(kms.send(new ListAliasesCommand({ Marker: '!' }))).rejects.toThrowError(
      error('InvalidMarkerException: The marker is not one that this operation has returned.'),
    )
  })
})

/** Matches an error of the SDK by `Name: message`. */
const error = (text: string): Error => {
  const [name = '', ...message] = text.split(': ')
  return expect.objectContaining({ name, message: message.join(': ') }) as unknown as Error
}
