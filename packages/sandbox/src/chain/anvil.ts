// One anvil process (https://getfoundry.sh/anvil): started on loopback, stopped with its parent, silent.
import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import type { Readable, Writable } from 'node:stream'

export type Anvil = {
  readonly rpcUrl: string
  readonly stop: () => Promise<void>
}

/**
 * Starts anvil and resolves when it listens. The hardfork is pinned, so that gas rules do not change with the
 * binary.
 * @param options.onLost is called once if anvil ends, later on, without having been stopped
 * @throws {ANVIL_NOT_FOUND} neither the npm package nor an `anvil` on PATH is there
 * @throws {ANVIL_EXITED} anvil ended before it listened, for example because the port is taken
 */
export const startAnvil = async (options: {
  port: number
  chainId: number
  binary?: string
  onLost?: (() => void) | undefined
}): Promise<Anvil> => {
  const { binary = anvilBinary() } = options
  const child = spawn(
    'sh',
    // biome-ignore format: one option a line
    ['-c', untilParentEnds, binary,
      '--host', '127.0.0.1',
      '--port', String(options.port),
      '--chain-id', String(options.chainId),
      '--hardfork', 'prague',
    ],
    { stdio: ['pipe', 'pipe', 'pipe'], detached: true },
  )
  const port = await listeningPort(child, binary)
  let stopping = false
  child.on('exit', () => {
    if (!stopping) options.onLost?.()
  })
  return {
    rpcUrl: `http://127.0.0.1:${port}`,
    stop: async () => {
      stopping = true
      if (child.exitCode !== null || child.signalCode !== null) return
      child.stdin.end()
      await once(child, 'exit')
    },
  }
}

// anvil outlives a parent that is killed. So a shell stands between: it reads the parent's pipe, and when
// that closes, for whatever reason, it ends anvil. A process group of its own (detached) leaves Ctrl-C to the
// parent, which stops things in order.
export const untilParentEnds: string = `
exec 3<&0
"$0" "$@" </dev/null &
child=$!
{ cat <&3 >/dev/null; kill "$child" 2>/dev/null; } &
wait "$child"`

// Port 0 lets the system choose, so two chains never race for one; anvil says on its output which port it
// got.
const listeningPort = (
  child: ChildProcessByStdio<Writable, Readable, Readable>,
  binary: string,
): Promise<number> =>
  new Promise((resolve, reject) => {
    let output = ''
    const read = (chunk: Buffer): void => {
      if (output.length < 20_000) output += chunk.toString()
      const port = /^Listening on \S+:(\d+)$/m.exec(output)?.[1]
      if (port !== undefined) resolve(Number(port))
    }
    // Both streams stay attached for good: an unread pipe would fill up and block anvil.
    child.stdout.on('data', read)
    child.stderr.on('data', read)
    child.on('error', reject)
    child.on('exit', exitCode => {
      child.stdin.end()
      reject(exitCode === 127 ? new AnvilNotFoundError() : new AnvilExitedError({ binary, exitCode, output }))
    })
  })

const anvilBinary = (): string => {
  try {
    return createRequire(import.meta.url).resolve('@foundry-rs/anvil-linux-amd64/bin/anvil')
  } catch {
    return 'anvil'
  }
}

export class AnvilNotFoundError extends Error {
  readonly code = 'ANVIL_NOT_FOUND'
  constructor() {
    super(
      'The sandbox chain needs anvil. On Linux x64 npm installs it (@foundry-rs/anvil-linux-amd64, an optional ' +
        'dependency); elsewhere install Foundry (https://getfoundry.sh) and put anvil on PATH.',
    )
    this.name = 'AnvilNotFoundError'
  }
}

export class AnvilExitedError extends Error {
  readonly code = 'ANVIL_EXITED'
  readonly binary: string
  readonly exitCode: number | null
  constructor(facts: { binary: string; exitCode: number | null; output: string }) {
    super(
      `anvil ended (exit code ${facts.exitCode}) before it listened; is the port free? It said:\n${facts.output.trim()}`,
    )
    this.name = 'AnvilExitedError'
    this.binary = facts.binary
    this.exitCode = facts.exitCode
  }
}
