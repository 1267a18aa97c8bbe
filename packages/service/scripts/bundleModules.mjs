// What the bundle is made of, as bundle.lock.json records it: which modules of which packages run beside the key, and
// what of Node they can reach. Of our own modules only the names are recorded: their changes are in the diff anyway, and
// a list that changed with each of them would soon be accepted unread. For the same reason sizes are whole kilobytes of a
// package, and there is no hash of the bundle.
import { readFile } from 'node:fs/promises'
import { dirname, join, posix } from 'node:path'

/**
 * Lists the modules of a bundle.
 *
 * @param root The directory that the paths of the output are relative to.
 * @param output An output of esbuild's metafile.
 * @returns `builtins`, Node's modules; `kB`, how much of the bundle is not ours; and the packages by name and version,
 *   with licence, kB (1000 bytes, rounded up) and modules. Sorted throughout.
 */
export async function listModules(root, output) {
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
export function describeModules({ builtins, kB, packages }) {
  return [
    ...builtins,
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
  for (const path of inputs) {
    const { id, directory, isOurs } = await packageOf(root, path)
    if (isOurs || modules.packages[id] === undefined) continue
    const text = (await readFile(join(root, directory, 'LICENSE'), 'utf8')).trim()
    packagesByText.set(text, (packagesByText.get(text) ?? new Set()).add(id))
  }
  return [...packagesByText]
    .map(([text, ids]) => `${[...ids].sort().join('\n')}\n\n${text}\n`)
    .sort()
    .join(`\n${'-'.repeat(80)}\n\n`)
}

async function packageOf(root, path) {
  for (let directory = dirname(path); directory !== '.'; directory = dirname(directory)) {
    const manifest = await readManifest(join(root, directory, 'package.json'))
    // A package.json within a package says at most `"type": "module"`.
    if (manifest?.version === undefined) continue
    const isOurs = !directory.includes('node_modules')
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
