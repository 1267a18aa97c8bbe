// A defect of V8 in Node 20 that Cedar runs into, and the way around it.
import { setFlagsFromString } from 'node:v8'

/**
 * Keeps V8 from inlining calls of WebAssembly into JavaScript. The deoptimizer of Node 20 does not know how to return a
 * reference from such a call, and ends the process ("unreachable code"); Cedar's functions return references.
 *
 * @see https://nodejs.org/api/v8.html#v8setflagsfromstringflags
 */
export const keepWasmCallsApart = (): void => setFlagsFromString('--no-turbo-inline-js-wasm-calls')
