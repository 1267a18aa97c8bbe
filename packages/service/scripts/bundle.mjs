// Builds the code of the Lambda function adminSigner into packages/service/bundle/, which is what is deployed and what
// the sandbox runs: adminSigner.mjs, the WebAssembly that it reads, a policy that denies everything, and the licences of
// what is in it. Nothing is written when the bundle is made of other modules or files than bundle.lock.json lists.
//   node packages/service/scripts/bundle.mjs [--write-lock]
import { createHash } from 'node:crypto'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildBundle } from './buildBundle.mjs'
import { collectLicenses, describeModules } from './bundleModules.mjs'

const service = dirname(dirname(fileURLToPath(import.meta.url)))
const root = dirname(dirname(service))
const lockFile = join(service, 'bundle.lock.json')

const { code, files, modules, inputs } = await buildBundle(root)
if (process.argv.includes('--write-lock')) await writeFile(lockFile, `${JSON.stringify(modules, null, 2)}\n`)
const changes = await compareWithLock(modules)
if (changes.length > 0) {
  process.stderr.write(
    `The bundle is not made of what bundle.lock.json lists:\n  ${changes.join('\n  ')}\n` +
      'If that is meant, write the list anew and have it reviewed: node packages/service/scripts/bundle.mjs --write-lock\n',
  )
  process.exitCode = 1
} else {
  await write('LICENSES.txt', Buffer.from(await collectLicenses(root, inputs, modules)))
  for (const [name, contents] of Object.entries(files)) await write(name, contents)
  for (const name of ['treasury.cedar', 'treasury.json'])
    await write(`policy/${name}`, await readFile(join(service, 'policy/deny-all', name)))
  await write('adminSigner.mjs', code)
  const count = Object.values(modules.packages).flatMap(entry => entry.modules).length
  const sha256 = createHash('sha256').update(code).digest('hex')
  process.stdout.write(`adminSigner.mjs  ${code.length} bytes  ${count} modules  sha256 ${sha256}\n`)
}

async function compareWithLock(modules) {
  const listed = new Set(describeModules(JSON.parse(await readFile(lockFile, 'utf8'))))
  const found = new Set(describeModules(modules))
  return [
    ...[...listed].filter(line => !found.has(line)).map(line => `- ${line}`),
    ...[...found].filter(line => !listed.has(line)).map(line => `+ ${line}`),
  ]
}

// Whoever reads bundle/ at the same time sees either the old file or the new one, whole, and no other file beside them.
async function write(name, contents) {
  const path = join(service, 'bundle', name)
  const present = await readFile(path).catch(() => undefined)
  if (present?.equals(contents)) return
  const temporary = join(service, 'dist', `${basename(name)}.${process.pid}`)
  await mkdir(dirname(path), { recursive: true })
  await mkdir(dirname(temporary), { recursive: true })
  await writeFile(temporary, contents)
  await rename(temporary, path)
}
