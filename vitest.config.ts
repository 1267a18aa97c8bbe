// Unit tests lie beside the code they test; end-to-end tests in test/ run against the sandbox.
import { defineConfig } from 'vitest/config'

const resolve = { conditions: ['coffer-source', 'node', 'import', 'default'] }
const ssr = { resolve: { conditions: ['coffer-source', 'node', 'import', 'default'] } }

// Silences the AWS SDK's notice that it will leave Node 20 some day.
const env = { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' }

export default defineConfig({
  test: {
    projects: [
      {
        resolve,
        ssr,
        test: {
          name: 'unit',
          env,
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
          env,
          include: ['test/**/*.test.ts'],
          globalSetup: ['test/build.ts'],
          testTimeout: 300_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
})
