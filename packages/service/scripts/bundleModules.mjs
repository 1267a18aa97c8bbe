// What the bundle is made of, as bundle.lock.json records it: which modules of which packages run beside the key, and
// what of Node they can reach. Of our own modules only the names are recorded: their changes are in the diff anyway, and
// a list that changed with each of them would soon be accepted unread. For the same reason sizes are whole kilobytes of a
// package, and there is no hash of the bundle.
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { dirname, join, posix } from 'node:path'

/**
 * Lists the modules of a bundle.
 *
 * @param root The directory that the paths of the output are relative to.
 * @param output An output of esbuild's metafile.
 * @param files What the bundle reads beside it: bytes by name.
 * @returns `builtins`, Node's modules; `files`, the SHA-256 of each in hex; `kB`, how much of the bundle's code is not
 *   ours; and the packages by name and version, with licence, kB (1000 bytes, rounded up) and modules. Sorted throughout.
 */
export async function listModules(root, output, files) {
  const packages = new Map()
  for (const [path, { bytesInOutput }] of Object.entries(output.inputs)) {
    if (bytesInOutput === 0) continue
    const { id, directory, isOurs, license } = await packageOf(root, path)
    const entry = packages.get(id) ?? { license, bytes: isOurs ? undefined : 0, modules: new Set() }
    packages.set(id, entry)
    if (!isOurs) entry.bytes += bytesInOutput
    entry.modules.add(posix.relative(directory, path))
  }
  const sorted = [...packages].sort(([a], [b]) => (a < b ? -1 : 1))
  return {
    builtins: [...new Set(output.imports.map(({ path }) => path))].sort(),
    files: Object.fromEntries(
      Object.entries(files)
        .map(([name, bytes]) => [name, createHash('sha256').update(bytes).digest('hex')])
        .sort(),
    ),
    kB: kilobytes(sorted.reduce((sum, [, { bytes = 0 }]) => sum + bytes, 0)),
    packages: Object.fromEntries(
      sorted.map(([id, { license, bytes, modules }]) => [
        id,
        { license, ...(bytes === undefined ? {} : { kB: kilobytes(bytes) }), modules: [...modules].sort() },
      ]),
    ),
  }
}

/** The list as lines that each stand alone, so that two lists can be compared. */
export function describeModules({ builtins, files, kB, packages }) {
  return [
    ...builtins,
    ...Object.entries(files).map(([name, sha256]) => `${name}: SHA-256 ${sha256}`),
    `${kB} kB in all`,
    ...Object.entries(packages).flatMap(([id, { license, kB: size, modules }]) => [
      `${id}: ${license}${size === undefined ? '' : `, ${size} kB`}`,
      ...modules.map(module => `${id}/${module}`),
    ]),
  ]
}

/**
 * Collects the licences of the packages that are not ours, which ask for it wherever their code goes.
 *
 * @param root The directory that the paths of the output are relative to.
 * @param inputs The files that were bundled, relative to the root.
 * @param modules The list of `listModules`.
 * @returns Each licence once, after the packages that it is of.
 */
export async function collectLicenses(root, inputs, modules) {
  const packagesByText = new Map()
  const apache = (await readFile(join(root, 'LICENSE'), 'utf8')).trim()
  for (const path of inputs) {
    const { id, directory, isOurs, license } = await packageOf(root, path)
    if (isOurs || modules.packages[id] === undefined) continue
    const text =
      (await readLicense(join(root, directory, 'LICENSE'))) ?? (license === 'Apache-2.0' ? apache : undefined)
    if (text === undefined) throw new Error(`${id} has no LICENSE, and must not be passed on without`)
    packagesByText.set(text, (packagesByText.get(text) ?? new Set()).add(id))
  }
  return [...packagesByText]
    .map(([text, ids]) => `${[...ids].sort().join('\n')}\n\n${text}\n`)
    .sort()
    .join(`\n${'-'.repeat(80)}\n\n`)
}

async function readLicense(path) {
  const text = await readFile(path, 'utf8').catch(error => {
    if (error.code !== 'ENOENT') throw error
  })
  return text?.trim()
}

async function packageOf(root, path) {
  for (let directory = dirname(path); directory !== '.'; directory = dirname(directory)) {
    const isOurs = !directory.includes('node_modules')
    // A package may have more than one package.json in it; the inner ones say `"type": "module"` or repeat the outer one.
    if (!isOurs && !/(^|\/)node_modules\/(@[^/]+\/)?[^/@]+$/.test(directory)) continue
    const manifest = await readManifest(join(root, directory, 'package.json'))
    if (manifest?.version === undefined) continue
    const { name, version, license } = manifest
    return { id: isOurs ? name : `${name}@${version}`, directory, isOurs, license }
  }
  throw new Error(`${path} is in no package`)
}

const manifests = new Map()

function readManifest(path) {
  if (!manifests.has(path))
    manifests.set(
      path,
      readFile(path, 'utf8').then(JSON.parse, () => undefined),
    )
  return manifests.get(path)
}

const kilobytes = bytes => Math.ceil(bytes / 1000)
