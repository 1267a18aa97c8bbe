// Reading the payload of a request from a file or standard input.
import { readFile } from 'node:fs/promises'
import type { Context } from '../context.ts'
import { CliError } from '../failure.ts'

/**
 * Reads a payload.
 *
 * @param file JSON file (docs/api.md), `-` for standard input.
 * @returns The JSON object, not yet examined.
 * @throws {CliError} FILE_UNREADABLE, PAYLOAD_INVALID.
 */
export async function readPayload(
  context: Pick<Context, 'readStandardInput'>,
  file: string,
): Promise<object> {
  const text =
    file === '-'
      ? new TextDecoder().decode(await context.readStandardInput())
      : await readFile(file, 'utf8').catch((error: Error) => {
          throw new CliError('FILE_UNREADABLE', `--payload ${file}: ${error.message}`)
        })
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
  } catch (error) {
    throw new CliError('PAYLOAD_INVALID', `--payload ${file} is not JSON: ${(error as Error).message}`)
  }
  throw new CliError('PAYLOAD_INVALID', `--payload ${file} must hold a JSON object with a "kind"`)
}
