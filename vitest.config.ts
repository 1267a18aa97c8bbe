// Unit tests lie beside the code they test; end-to-end tests in test/ run against the sandbox.
import { defineConfig } from 'vitest/config'

const resolve = { conditions: ['coffer-source', 'node', 'import', 'default'] }
const ssr = { resolve: { conditions: ['coffer-source', 'node', 'import', 'default'] } }

export default defineConfig({
  test: {
    // The AWS SDK's notice that it will leave Node 20 some day.
    env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
    projects: [
      {
        resolve,
        ssr,
        test: {
          name: 'unit',
          include: ['packages/*/src/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        resolve,
        ssr,
        test: {
          name: 'e2e',
          include: ['test/**/*.test.ts'],
          globalSetup: ['test/build.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
})
