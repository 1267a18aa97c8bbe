// What is otherwise in a run with mutants: one failure is enough, and the next run is to find the same ones.
import { configureGlobal } from 'fast-check'
import { beforeEach } from 'vitest'
import { SKIPPED } from './areas.mjs'

// Shrinking would take most of the time; other inputs in each run would let a mutant die in one and live in the next.
// The first few of a hundred inputs find what a hundred find, nearly always.
configureGlobal({ endOnFailure: true, seed: 1, numRuns: 25 })

beforeEach(({ task, skip }) => {
  if (SKIPPED.includes(task.name)) skip()
})
