// A durable journal: one JSON file per payment reference, replaced atomically (temporary file, fsync, rename, fsync of
// the directory: POSIX rename(2)), and held exclusively by one run at a time.
import { createHash, randomBytes } from 'node:crypto'
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { AnswerFault } from '../client/answer.ts'
import { LockBusyError, withLock } from './lock.ts'
import { readRecord, type TransferRecord } from './record.ts'

/** The journal of one reference, while it is held. */
export type JournalEntry = {
  /** The last record written; undefined if there never was one. */
  readonly read: () => Promise<TransferRecord | undefined>
  /** Returns when the record is on stable storage. @throws {JOURNAL_WRITE_FAILED} */
  readonly write: (record: TransferRecord) => Promise<void>
}

export type Journal = {
  /** Runs alone for a reference. @throws {REFERENCE_BUSY} @throws {JOURNAL_CORRUPT} @throws {JOURNAL_WRITE_FAILED} */
  readonly exclusive: <T>(reference: string, run: (entry: JournalEntry) => Promise<T>) => Promise<T>
  /** Reads without holding. @throws {JOURNAL_CORRUPT} */
  readonly read: (reference: string) => Promise<TransferRecord | undefined>
}

/**
 * Opens a journal in a directory. Runs of other machines and containers that share it are excluded too; but whether one
 * of those died in the middle cannot be known, so its claim stays until a person deletes it. So does one from before the
 * machine was restarted.
 *
 * @param directory Created, with its parents, if missing. Files are readable by their owner only and named by the
 * SHA-256 of the reference.
 */
export function fileJournal(directory: string): Journal {
  const read = (reference: string): Promise<TransferRecord | undefined> =>
    readFileRecord(directory, reference)
  return {
    read,
    exclusive: async (reference, run) => {
      const name = fileName(reference)
      let isHeld = false
      try {
        await mkdir(directory, { recursive: true, mode: 0o700 })
        return await withLock(directory, name, async () => {
          isHeld = true
          await removeRemains(directory, name)
          return run({
            read: () => read(reference),
            write: record => writeFileRecord(directory, reference, record),
          })
        })
      } catch (error) {
        if (error instanceof LockBusyError) throw new ReferenceBusyError(reference, error)
        throw isHeld ? error : new JournalWriteError(reference, directory, error)
      }
    },
  }
}

async function readFileRecord(directory: string, reference: string): Promise<TransferRecord | undefined> {
  const file = join(directory, `${fileName(reference)}.json`)
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
  try {
    const record = readRecord(JSON.parse(text), '')
    if (record.intent.reference === reference) return record
    throw new AnswerFault('intent.reference', 'the reference this file is named by')
  } catch (error) {
    if (error instanceof AnswerFault || error instanceof SyntaxError)
      throw new JournalCorruptError(file, error instanceof AnswerFault ? error.message : 'it is not JSON')
    throw error
  }
}

async function writeFileRecord(directory: string, reference: string, record: TransferRecord): Promise<void> {
  const file = join(directory, `${fileName(reference)}.json`)
  try {
    await replaceFile(directory, file, `${JSON.stringify(record, undefined, 2)}\n`)
  } catch (error) {
    throw new JournalWriteError(reference, file, error)
  }
}

async function replaceFile(directory: string, file: string, text: string): Promise<void> {
  const temporary = `${file}.${randomBytes(8).toString('hex')}.tmp`
  const handle = await open(temporary, 'wx', 0o600)
  try {
    await handle.writeFile(text)
    await handle.sync()
  } finally {
    await handle.close()
  }
  await rename(temporary, file)
  await syncDirectory(directory)
}

/** Makes the rename itself durable. Windows cannot open a directory, and needs no such thing. */
async function syncDirectory(directory: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await open(directory, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Temporary files of a run that died while writing; the record they were to replace is intact. */
async function removeRemains(directory: string, name: string): Promise<void> {
  for (const file of await readdir(directory))
    if (file.startsWith(`${name}.json.`) && file.endsWith('.tmp'))
      await rm(join(directory, file), { force: true })
}

function fileName(reference: string): string {
  return createHash('sha256').update(reference, 'utf8').digest('hex')
}

/** Another run with the same reference is in progress. */
export class ReferenceBusyError extends Error {
  override readonly name = 'ReferenceBusyError'
  readonly code = 'REFERENCE_BUSY'
  readonly reference: string
  readonly file: string
  readonly pid: number

  constructor(reference: string, { file, pid }: LockBusyError) {
    super(
      `another run with reference ${JSON.stringify(reference)} is in progress (process ${pid}); wait for it. ` +
        `If process ${pid} is not coffer any more, delete ${file}`,
    )
    this.reference = reference
    this.file = file
    this.pid = pid
  }
}

/** The journal cannot be written. What was done before stands; nothing more was done. */
export class JournalWriteError extends Error {
  override readonly name = 'JournalWriteError'
  readonly code = 'JOURNAL_WRITE_FAILED'
  readonly reference: string
  readonly file: string

  constructor(reference: string, file: string, cause: unknown) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    super(
      `${file} cannot be written (${reason}). Make room for it, or make it writable, and run the same command again ` +
        `with reference ${JSON.stringify(reference)}: the payment may be under way, so do not pay under a new one`,
      { cause },
    )
    this.reference = reference
    this.file = file
  }
}

/** The journal file cannot be understood. Nothing is paid until a person has looked at it. */
export class JournalCorruptError extends Error {
  override readonly name = 'JournalCorruptError'
  readonly code = 'JOURNAL_CORRUPT'
  readonly file: string

  constructor(file: string, fault: string) {
    super(
      `${file} is damaged: ${fault}. Restore it from a copy; deleting it could pay twice. Without a copy, find out at ` +
        'Crossmint and on a block explorer whether this was paid before paying under a new reference',
    )
    this.file = file
  }
}
