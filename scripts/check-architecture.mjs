// Holds the arrows of docs/architecture.md over import specifiers: which package may import which, that every
// imported package is declared, that the environment is read at the edges only, and that SECURITY.md explains
// each dependency of what runs beside the key.
import { readdirSync, readFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { root } from './setup.mjs'

const mayImport = {
  signer: [],
  service: ['signer'],
  crossmint: [],
  infra: ['service'],
  sandbox: ['infra', 'service', 'signer'],
  cli: ['crossmint', 'infra', 'sandbox', 'service', 'signer'],
}
const readsEnvironment = ['packages/service/src/lambda.ts', 'packages/cli/src/main.ts']
const besideTheKey = ['signer', 'service']

const rootManifest = readJson('package.json')
const faults = Object.entries(mayImport).flatMap(([name, allowed]) => checkPackage(name, allowed))
const security = readFileSync(join(root, 'SECURITY.md'), 'utf8')
for (const name of besideTheKey)
  for (const dependency of Object.keys(readJson(`packages/${name}/package.json`).dependencies ?? {}))
    if (!dependency.startsWith('@coffer/') && !security.includes(`\`${dependency}\``))
      faults.push(`SECURITY.md does not say why packages/${name} depends on ${dependency}`)

for (const fault of faults) console.error(`architecture: ${fault}`)
if (faults.length > 0) process.exit(1)

function checkPackage(name, allowed) {
  const directory = join(root, 'packages', name)
  const manifest = readJson(`packages/${name}/package.json`)
  const runtime = { ...manifest.dependencies, ...manifest.peerDependencies, ...manifest.optionalDependencies }
  const forTests = { ...runtime, ...rootManifest.devDependencies }
  return sourceFiles(join(directory, 'src')).flatMap(file => {
    const text = readFileSync(file, 'utf8')
    const path = relative(root, file).split(sep).join('/')
    const isTest = file.endsWith('.test.ts') || path.includes('/testing/')
    const found = specifiers(text).flatMap(specifier => {
      if (specifier.startsWith('.')) {
        const inside = resolve(dirname(file), specifier).startsWith(directory + sep)
        return inside ? [] : [`${path} reaches out of its package: ${specifier}`]
      }
      if (specifier.startsWith('node:')) return []
      if (builtinModules.includes(specifier)) return [`${path} imports ${specifier} without node:`]
      const dependency = specifier
        .split('/')
        .slice(0, specifier.startsWith('@') ? 2 : 1)
        .join('/')
      const own = /^@coffer\/(.+)$/.exec(dependency)?.[1]
      if (own !== undefined && own !== name && !allowed.includes(own))
        return [`${path} may not import ${specifier}`]
      // Tests may use any package that the arrows allow.
      if (own === name || (isTest && own !== undefined)) return []
      if (dependency in (isTest ? forTests : runtime)) return []
      return [`${path} imports ${dependency}, which packages/${name}/package.json does not declare`]
    })
    if (/\bprocess\.env\b/.test(text) && !isTest && !readsEnvironment.includes(path))
      found.push(`${path} reads the environment; only ${readsEnvironment.join(' and ')} may`)
    return found
  })
}

function specifiers(text) {
  const pattern =
    /(?:^|[\s;}])(?:import|export)\s[^'"`;]*?from\s*['"]([^'"]+)['"]|(?:^|\s)import\s*['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)/g
  return [...text.matchAll(pattern)].map(match => match[1] ?? match[2] ?? match[3])
}

function sourceFiles(directory) {
  return readdirSync(directory, { withFileTypes: true, recursive: true })
    .filter(entry => entry.isFile() && entry.name.endsWith('.ts'))
    .map(entry => join(entry.parentPath ?? entry.path, entry.name))
}

function readJson(path) {
  return JSON.parse(readFileSync(join(root, path), 'utf8'))
}
