// The code of the Lambda function adminSigner as one module for Node 24, and Cedar's WebAssembly beside it. Lambda's own copy
// of the AWS SDK is not used: it changes without notice, and what runs beside the key must not.
// https://docs.aws.amazon.com/lambda/latest/dg/nodejs-package.html
import { readFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { build } from 'esbuild'
import { listModules } from './bundleModules.mjs'

/**
 * Builds the function's code. The same sources give the same bytes wherever they lie: paths in the output are relative
 * to the root, and neither a tsconfig.json nor an earlier build has a say.
 *
 * Not minified, so that the code in the account can be read, says of each part which module it is from, and stack traces name functions
 * and lines that exist.
 *
 * @param root The directory of the workspace, with packages/ and node_modules/.
 * @returns `code`, the module that exports `handler`; `files`, what it reads beside it, by name; `modules`, what both are
 *   made of; `inputs`, every file that was read, relative to the root.
 * @throws {Error} a module cannot be built, or the code would not start on Lambda.
 */
export async function buildBundle(root) {
  const { outputFiles, metafile } = await build({
    absWorkingDir: root,
    entryPoints: ['packages/service/src/lambda.ts'],
    outfile: 'adminSigner.mjs',
    write: false,
    metafile: true,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    // The packages' own sources rather than dist/, and ES modules rather than CommonJS: only of those can what is not used
    // be left out, and only those need no `require` when the function starts.
    conditions: ['coffer-source', 'module'],
    mainFields: ['module', 'main'],
    tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: true } },
    legalComments: 'inline',
    plugins: [cedarFromFile(root)],
    logLevel: 'silent',
  })
  const [output] = Object.values(metafile.outputs)
  const outside = output.imports.filter(
    ({ path, kind }) => !path.startsWith('node:') || kind === 'require-call',
  )
  if (outside.length > 0)
    throw new Error(
      `The bundle would not start on Lambda, where it is an ES module on its own. It has: ${outside
        .map(({ path, kind }) => `${kind} of ${path}`)
        .join(', ')}`,
    )
  const modules = Object.keys(metafile.inputs)
  const paths = modules.filter(path => cedarModule.test(path)).map(path => join(dirname(path), wasmFile))
  const files = Object.fromEntries(
    await Promise.all(paths.map(async path => [basename(path), await readFile(join(root, path))])),
  )
  return {
    code: outputFiles[0].contents,
    files,
    modules: await listModules(root, output, files),
    inputs: [...modules, ...paths],
  }
}

// Of the package's three forms, the one for the web is an ES module, and lets whoever uses it say where the WebAssembly is.
const cedarFromFile = root => ({
  name: 'cedar-from-file',
  setup({ onResolve }) {
    onResolve({ filter: /^@cedar-policy\/cedar-wasm\/nodejs$/ }, () => ({
      path: join(root, 'packages/service/scripts/cedarOnLambda.mjs'),
      // To load the WebAssembly is one, and package.json says that no module of ours has any.
      sideEffects: true,
    }))
  },
})

const cedarModule = /[\\/]@cedar-policy[\\/]cedar-wasm[\\/]web[\\/]cedar_wasm\.js$/
const wasmFile = 'cedar_wasm_bg.wasm'
