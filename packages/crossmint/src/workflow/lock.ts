// Mutual exclusion between processes of one machine, over files, without trusting any clock.
// Each contender first creates a claim of its own, with a name never used again, and only then looks for others. Of two
// contenders at least one therefore sees the other; whoever sees a living one withdraws. Claims of dead processes may be
// deleted at any time, since nobody will reuse their names: there is no takeover, hence no takeover race.
import { createHash, randomBytes } from 'node:crypto'
import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'

/**
 * Runs a function while no other process, and no other call in this one, runs one under the same name.
 *
 * @param name Letters, digits and hyphens. @param directory Exists.
 * @throws {LockBusyError} if another holds the name.
 */
export async function withLock<T>(directory: string, name: string, run: () => Promise<T>): Promise<T> {
  const mine = `${name}.lock.${await describeProcess(process.pid)}.${randomBytes(8).toString('hex')}`
  await writeFile(join(directory, mine), '', { flag: 'wx', mode: 0o600 })
  try {
    for (const other of await readdir(directory))
      if (other.startsWith(`${name}.lock.`) && other !== mine) await requireDead(directory, other)
    return await run()
  } finally {
    await rm(join(directory, mine), { force: true })
  }
}

/** The part of a claim's name that identifies a process: host, process id, and when it started. */
export async function describeProcess(pid: number): Promise<string> {
  const host = createHash('sha256').update(hostname()).digest('hex').slice(0, 12)
  return `${host}.${pid}.${await readStart(pid)}`
}

async function requireDead(directory: string, claim: string): Promise<void> {
  const [host, pid, start] = claim.split('.').slice(-4)
  if (await isAlive(host, Number(pid), start)) throw new LockBusyError(join(directory, claim), Number(pid))
  await rm(join(directory, claim), { force: true })
}

/** In doubt a process is alive: one of another machine, or one we may not signal. */
async function isAlive(host: string | undefined, pid: number, start: string | undefined): Promise<boolean> {
  const [ownHost] = (await describeProcess(process.pid)).split('.')
  if (host !== ownHost || !Number.isSafeInteger(pid) || pid < 1) return true
  try {
    process.kill(pid, 0)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false
  }
  const actual = await readStart(pid)
  return start === undefined || start === '0' || actual === '0' || start === actual
}

/** Linux: start time in clock ticks (proc(5), stat field 22), so that a reused process id is told apart. Else 0. */
async function readStart(pid: number): Promise<string> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
    // Field 2 is the program's name in parentheses, which may itself hold spaces and parentheses.
    return /^\d+$/.exec(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '')?.[0] ?? '0'
  } catch {
    return '0'
  }
}

/** Another process holds the name. */
export class LockBusyError extends Error {
  override readonly name = 'LockBusyError'
  readonly code = 'LOCK_BUSY'
  readonly file: string
  readonly pid: number

  constructor(file: string, pid: number) {
    super(`${file} is held by process ${pid}`)
    this.file = file
    this.pid = pid
  }
}
