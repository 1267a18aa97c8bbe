#!/usr/bin/env node
// The `coffer` command. Kept in plain JavaScript so that it can say what is missing before anything is built.
const [major, minor] = process.versions.node.split('.').map(Number)
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`coffer: Node 20.19 or newer is needed, this is ${process.versions.node}`)
  process.exit(1)
}
const { main } = await import('../dist/main.js').catch(error => {
  if (error.code !== 'ERR_MODULE_NOT_FOUND' || !error.message.includes('dist')) throw error
  console.error('coffer: not built yet\ncoffer: hint: run `npm run build` in the root of the repository')
  process.exit(1)
})
await main()
