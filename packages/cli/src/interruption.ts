// Ctrl-C, and SIGTERM, which means the same. Whoever waits is told what was left behind; then the process ends by the signal, as
// it would have without a word, so that shells and scripts see what they know. A second signal ends it at once.
import { exitCodes } from './exitCodes.ts'
import { CliError } from './failure.ts'

const signals = ['SIGINT', 'SIGTERM'] as const

/** The end of a command by a signal. */
export class Interruption extends CliError {
  readonly signal: NodeJS.Signals

  constructor(signal: NodeJS.Signals, message: string, hints: readonly string[] = []) {
    super('INTERRUPTED', message, { exitCode: exitCodes.interrupted, hints })
    this.signal = signal
  }
}

/** The next signal. What comes after it finds nobody listening, and ends the process. */
export function untilSignal(): { readonly signal: Promise<NodeJS.Signals>; readonly ignore: () => void } {
  let listener: NodeJS.SignalsListener = () => undefined
  const ignore = (): void => {
    for (const name of signals) process.off(name, listener)
  }
  const signal = new Promise<NodeJS.Signals>(resolve => {
    listener = name => {
      ignore()
      resolve(name)
    }
  })
  for (const name of signals) process.on(name, listener)
  return { signal, ignore }
}

/**
 * Runs something that a signal may end at any point.
 *
 * @param leaves Says what is left behind, when the signal comes.
 * @throws {Interruption} after a signal, at once. What was under way goes on until the process ends.
 */
export async function interruptible<T>(
  leaves: () => { readonly message: string; readonly hints: readonly string[] },
  work: () => Promise<T>,
): Promise<T> {
  const { signal, ignore } = untilSignal()
  const interrupted = signal.then(name => {
    const { message, hints } = leaves()
    throw new Interruption(name, message, hints)
  })
  try {
    return await Promise.race([work(), interrupted])
  } finally {
    ignore()
  }
}
