import { setFlagsFromString } from 'node:v8'
import { expect, test, vi } from 'vitest'
import { loadPolicy } from './policy.ts'

vi.mock('node:v8', { spy: true })

test('behavior: before a policy is loaded V8 is told to keep calls of WebAssembly apart', () => {
  loadPolicy({ rules: '', facts: '{}' })
  expect(setFlagsFromString).toHaveBeenCalledWith('--no-turbo-inline-js-wasm-calls')
})
