// Cedar as it is loaded on Lambda: the WebAssembly module lies beside adminSigner.mjs, as a file of its own that can be
// compared with the one in the package. The build puts this in the place of the package's module for Node.js, which is
// CommonJS and would look for the file in the package.
import { readFileSync } from 'node:fs'
import { initSync } from '@cedar-policy/cedar-wasm/web'

export * from '@cedar-policy/cedar-wasm/web'

initSync({ module: readFileSync(new URL('./cedar_wasm_bg.wasm', import.meta.url)) })
