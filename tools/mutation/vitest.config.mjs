// The unit tests of one area's package, for Stryker. It copies the project, so all paths are from the copy's root.
import { statSync } from 'node:fs'
import { basename } from 'node:path'
import { defineConfig } from 'vitest/config'
import { BaseSequencer } from 'vitest/node'
import { testsOf } from './areas.mjs'

const conditions = ['coffer-source', 'node', 'import', 'default']

/** The first failure ends a run: the tests of the mutated file come first, then the short files, and fuzzing last. */
class SoonestKill extends BaseSequencer {
  async sort(specs) {
    const [mutated = ''] = this.ctx.config.related ?? []
    const rank = path => {
      if (basename(path).startsWith(basename(mutated, 'ts'))) return 0
      return (/fuzz|wycheproof/.test(path) ? 1e9 : 1) + statSync(path).size
    }
    return specs.toSorted((a, b) => rank(a.moduleId) - rank(b.moduleId))
  }
}

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    name: 'unit',
    root: process.cwd(),
    env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
    ...testsOf(process.env['COFFER_MUTATION_AREA'] ?? 'signer', process.env['COFFER_MUTATION_TESTS']),
    setupFiles: ['tools/mutation/setup.mjs'],
    sequence: { sequencer: SoonestKill },
    testTimeout: 20_000,
    hookTimeout: 20_000,
  },
})
