// How Stryker runs for the area in COFFER_MUTATION_AREA: scripts/mutation.mjs starts it, in the project's root.
import { AREAS, directoryOf } from './areas.mjs'

const area = process.env['COFFER_MUTATION_AREA'] ?? 'signer'
const directory = directoryOf(area)

export default {
  mutate: AREAS[area].mutate,
  testRunner: 'vitest',
  vitest: { configFile: 'tools/mutation/vitest.config.mjs', related: true },
  coverageAnalysis: 'perTest',
  // What the tests need is copied, so that several areas can run at once and nobody's files change.
  ignorePatterns: [
    '/*',
    '!/package.json',
    '!/tsconfig.base.json',
    '!/docs',
    '!/packages',
    '/packages/*',
    '!/packages/signer',
    '!/packages/service',
    '!/tools',
    '/tools/*',
    '!/tools/mutation',
    'dist',
    'bundle',
  ],
  tempDirName: `${directory}/copy`,
  cleanTempDir: 'always',
  incrementalFile: `${directory}/incremental.json`,
  reporters: ['clear-text', 'json', 'progress-append-only'],
  jsonReporter: { fileName: `${directory}/report.json` },
  clearTextReporter: { allowEmojis: false, logTests: false, reportTests: false, reportScoreTable: false },
  allowConsoleColors: false,
  timeoutMS: 10_000,
}
