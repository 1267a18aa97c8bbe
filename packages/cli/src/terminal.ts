// How Coffer talks to a terminal. Results go to stdout; progress, questions and errors to stderr, so that a
// pipe carries results only. Colour and the moving indicator appear on a TTY alone (and never with NO_COLOR).
// With --json stdout carries exactly one JSON document and stderr stays silent.
import { confirm, isCancel } from '@clack/prompts'

export type Terminal = {
  readonly json: boolean
  /**
   * Says what is being waited for while `work` runs, then that it is done. Where `work` reports steps on the way, those are
   * what is said to be done.
   */
  readonly progress: <T>(text: string, work: (step: Step) => Promise<T>) => Promise<T>
  /** A line for people on stderr: what just happened. Silent with --json. */
  readonly note: (text: string) => void
  /** Asks a yes/no question. */
  readonly confirm: (question: string) => Promise<'yes' | 'no' | 'interrupted' | 'nobody to ask'>
  readonly style: Style
}

/** Reports that something is done, where it is worth a line, and what is being waited for next. */
export type Step = (done: string | undefined, next: string) => void

export type Style = { readonly [name in 'bold' | 'dim' | 'red' | 'green' | 'cyan']: (text: string) => string }

export type Streams = {
  readonly stdin: NodeJS.ReadStream
  readonly stdout: NodeJS.WriteStream
  readonly stderr: NodeJS.WriteStream
}

const codes = { bold: [1, 22], dim: [2, 22], red: [31, 39], green: [32, 39], cyan: [36, 39] } as const

/**
 * Creates the terminal of one run.
 *
 * @param options.json Whether stdout carries one JSON document.
 * @param options.color Whether the environment allows colour; a stream that is no TTY never gets any.
 */
export function createTerminal(streams: Streams, options: { json: boolean; color: boolean }): Terminal {
  const { stdin, stderr } = streams
  const moving = stderr.isTTY === true && !options.json
  const style = createStyle(moving && options.color)
  const note = (text: string): void => {
    if (!options.json) stderr.write(`${printable(text)}\n`)
  }
  return {
    json: options.json,
    style,
    note,
    progress: async (text, work) => {
      const wait = (what: string): (() => void) =>
        moving ? spin(stderr, style, printable(what)) : () => undefined
      let stop = wait(text)
      let stepped = false
      const mark = (sign: string): void => {
        stop()
        if (!stepped) note(`${sign} ${text}`)
      }
      try {
        const result = await work((done, next) => {
          stop()
          if (done !== undefined) {
            stepped = true
            note(`${style.green('✓')} ${done}`)
          }
          stop = wait(next)
        })
        mark(style.green('✓'))
        return result
      } catch (error) {
        mark(style.red('✗'))
        throw error
      }
    },
    confirm: async question => {
      if (options.json || stdin.isTTY !== true || stderr.isTTY !== true) return 'nobody to ask'
      const message = printable(question)
      const answer = await confirm({ message, initialValue: false, input: stdin, output: stderr })
      if (isCancel(answer)) return 'interrupted'
      return answer ? 'yes' : 'no'
    },
  }
}

/**
 * Text without anything that could steer a terminal or turn its direction of writing: what comes from elsewhere must not
 * be able to pass for our words. Line feeds and the few colours of `createStyle` stay.
 */
export function printable(text: string): string {
  return text.replace(unprintable, '$1')
}

const ESC = '\u001b'
const ours = Object.values(codes).flat().join('|')
const unprintable = new RegExp(
  `(\\n|${ESC}\\[(?:${ours})m)|[\\p{Cc}\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069]`,
  'gu',
)

/** Colours for a stream, or none at all. */
export function createStyle(enabled: boolean): Style {
  const paint =
    ([open, close]: readonly [number, number]) =>
    (text: string): string =>
      enabled ? `${ESC}[${open}m${text}${ESC}[${close}m` : text
  return {
    bold: paint(codes.bold),
    dim: paint(codes.dim),
    red: paint(codes.red),
    green: paint(codes.green),
    cyan: paint(codes.cyan),
  }
}

/**
 * Lays out label/value pairs in two aligned columns.
 *
 * @param rows Pairs; a pair whose value is undefined is left out.
 */
export function columns(rows: readonly (readonly [string, string | undefined])[], style: Style): string {
  const present = rows.filter((row): row is readonly [string, string] => row[1] !== undefined)
  const width = Math.max(...present.map(([label]) => label.length))
  return present.map(([label, value]) => `${style.dim(label.padEnd(width))}  ${value}`).join('\n')
}

function spin(stream: NodeJS.WriteStream, style: Style, text: string): () => void {
  const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏']
  const draw = (frame: string): void => {
    stream.write(`\r${ESC}[K${style.cyan(frame)} ${text}`)
  }
  let turn = 0
  draw(frames[0] ?? '')
  const timer = setInterval(() => {
    turn = (turn + 1) % frames.length
    draw(frames[turn] ?? '')
  }, 80)
  return () => {
    clearInterval(timer)
    stream.write(`\r${ESC}[K`)
  }
}
