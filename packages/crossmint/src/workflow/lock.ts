// Mutual exclusion between processes of one machine or container, over files, without trusting any clock.
// Each contender first creates a claim of its own, with a name never used again, and only then looks for others. Of two
// contenders at least one therefore sees the other; whoever sees a living one withdraws. Claims of dead processes may be
// deleted at any time, since nobody will reuse their names: there is no takeover, hence no takeover race.
import { createHash, randomBytes } from 'node:crypto'
import { readdir, readFile, readlink, rm, writeFile } from 'node:fs/promises'
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

/** The part of a claim's name that identifies a process: where its id means something, the id, and when it started. */
export async function describeProcess(pid: number): Promise<string> {
  const { start = '0' } = (await readStat(pid)) ?? {}
  return `${await describeHost()}.${pid}.${start}`
}

/** Containers may share a directory and a host name, and yet not see each other's processes: pid_namespaces(7). */
async function describeHost(): Promise<string> {
  const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '')
  const namespace = await readlink('/proc/self/ns/pid').catch(() => '')
  return createHash('sha256').update(`${hostname()}\n${boot}\n${namespace}`).digest('hex').slice(0, 12)
}

async function requireDead(directory: string, claim: string): Promise<void> {
  const [host, pid, start] = claim.split('.').slice(-4)
  if (await isAlive(host, Number(pid), start)) throw new LockBusyError(join(directory, claim), Number(pid))
  await rm(join(directory, claim), { force: true })
}

/** In doubt a process is alive: one of another machine or container, or one we may not signal. */
async function isAlive(host: string | undefined, pid: number, start: string | undefined): Promise<boolean> {
  if (host !== (await describeHost()) || !Number.isSafeInteger(pid) || pid < 1) return true
  try {
    process.kill(pid, 0)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false
  }
  const actual = await readStat(pid)
  if (actual === undefined) return true
  // A zombie runs no more; it only waits for its parent to notice.
  if (actual.state === 'Z') return false
  return start === undefined || start === '0' || start === actual.start
}

/**
 * Linux: the state, and the start time in clock ticks (proc(5), stat fields 3 and 22), so that a reused process id is
 * told apart. Elsewhere undefined.
 */
async function readStat(pid: number): Promise<{ state: string; start: string } | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  // Field 2 is the program's name in parentheses, which may itself hold spaces and parentheses.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const [state = '', start = ''] = [fields[0], fields[19]]
  return /^\d+$/.test(start) ? { state, start } : undefined
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
