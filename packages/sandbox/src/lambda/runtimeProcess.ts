// The process that a function runs in. It has the environment it is given and no other, and it ends with this process,
// however that ends.
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

export type RuntimeProcess = {
  /** Resolves when everything that was written in an invocation has been handed on. To be called before it begins. */
  readonly outputOf: (requestId: string) => Promise<void>
  /** Ends the process at once; resolves when it is gone. */
  readonly kill: () => Promise<void>
}

// From dist/ too: the runtime is plain JavaScript, which is not compiled.
const bootstrap = fileURLToPath(new URL('../../src/lambda/bootstrap.mjs', import.meta.url))

// A function may be in a loop that nothing else gets it out of, also when this process is killed. So a shell stands
// between: it reads this process's pipe, and when that closes, it kills the function. Both outputs go into one pipe, so
// that their lines stay in order. A process group of its own (detached) leaves Ctrl-C to this process.
const untilPipeCloses = `
exec 3<&0 2>/dev/null
"$0" "$@" </dev/null 2>&1 3<&- &
runtime=$!
{ read -r _ <&3; kill -9 "$runtime"; } &
watch=$!
wait "$runtime"
status=$?
kill "$watch"
wait "$watch"
exit "$status"`

/**
 * Starts the runtime.
 *
 * @param options.node The Node.js binary.
 * @param options.environment The whole environment of the process.
 * @param options.taskRoot Its working directory.
 * @param options.onLine Receives each line of its output, standard error included, without the line break.
 * @param options.onEnd Called once when the process is gone and all its lines were handed on, with its exit status: 128
 * and the number of the signal where one ended it.
 * @returns The running process.
 */
export const startRuntimeProcess = (options: {
  readonly node: string
  readonly environment: Readonly<Record<string, string>>
  readonly taskRoot: string
  readonly onLine: (line: string) => void
  readonly onEnd: (status: number) => void
}): RuntimeProcess => {
  const child = spawn('/bin/sh', ['-c', untilPipeCloses, options.node, bootstrap], {
    env: options.environment,
    cwd: options.taskRoot,
    stdio: ['pipe', 'pipe', 'ignore'],
    detached: true,
  })
  let awaited: { readonly mark: string; readonly reached: () => void } | undefined
  const hand = (line: string): void => {
    const { mark, reached } = awaited ?? {}
    if (mark === undefined || !line.endsWith(mark)) {
      options.onLine(line)
    } else {
      // What was written last need not have ended with a line break.
      if (line !== mark) options.onLine(line.slice(0, -mark.length))
      awaited = undefined
      reached?.()
    }
  }
  let rest = ''
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    const lines = `${rest}${chunk}`.split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) hand(line)
  })
  child.once('error', error => options.onLine(error.message))
  const ended = new Promise<void>(resolve => {
    child.once('close', (status, signal) => {
      if (rest !== '') hand(rest)
      options.onEnd(signal === null ? (status ?? 0) : 128)
      resolve()
    })
  })
  return {
    outputOf: requestId =>
      new Promise(reached => {
        awaited = { mark: `END RequestId: ${requestId}`, reached }
      }),
    kill: () => {
      child.stdin.end()
      return ended
    },
  }
}
