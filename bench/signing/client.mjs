// The process of one client: loads the module that its argument names, signs once, says so, and then signs as often and as
// many at a time as it is told.
import { performance } from 'node:perf_hooks'
import { pathToFileURL } from 'node:url'

process.on('disconnect', () => process.exit())

try {
  const { sign } = await import(pathToFileURL(process.argv[2]).href)
  const result = await sign(digest())
  process.send({ signed: result !== undefined })
  process.on('message', async ({ count, concurrency }) => {
    const cpu = process.cpuUsage()
    const started = performance.now()
    let left = count
    await Promise.all(
      Array.from({ length: concurrency }, async () => {
        while (left-- > 0) await sign(digest())
      }),
    )
    const { user, system } = process.cpuUsage(cpu)
    process.send({ cpu: (user + system) / count, perSecond: (count * 1000) / (performance.now() - started) })
  })
} catch (error) {
  process.send({
    failure:
      error.code === 'ERR_MODULE_NOT_FOUND' ? error.message.replace(/ imported from.*/s, '') : `${error}`,
  })
}

function digest() {
  return crypto.getRandomValues(new Uint8Array(32))
}
