// What `npm run mutation` can mutate: an area is some sources of one package, mutated while that package's unit tests run.
const signer = 'packages/signer/src'
const service = 'packages/service/src'
const files = patterns => [...patterns, '!**/*.test.ts']

export const AREAS = {
  signer: { source: signer, mutate: files([`${signer}/**/*.ts`]) },
  payload: { source: service, mutate: files([`${service}/payload/**/*.ts`]) },
  effects: { source: service, mutate: files([`${service}/effects/**/*.ts`]) },
  policy: { source: service, mutate: files([`${service}/policy/**/*.ts`]) },
  service: { source: service, mutate: files([`${service}/*.ts`]) },
}

/** Where the runs of an area leave their copy of the project and their reports, from the project's root. */
export const directoryOf = area => `.mutation/${area}`

// These tests see nothing of a mutant, or see it much later than others do.
const EXCLUDED = [
  // They build a bundle and start it in a process of its own, where no mutant is switched on.
  `${service}/bundle.test.ts`,
  `${signer}/kmsHttp.tls.test.ts`,
  // They take long, and find what no other test does only by luck.
  `${signer}/fuzz.test.ts`,
  `${service}/fuzz.test.ts`,
  // They read documents and the names of tests.
  `${signer}/reliability.test.ts`,
  `${service}/threatModel.test.ts`,
]

/** The test files that can kill a mutant of an area, or those of them that were asked for. */
export const testsOf = (area, asked) => ({
  include: asked ? asked.split(',') : [`${AREAS[area].source}/**/*.test.ts`],
  exclude: EXCLUDED,
})

/** Tests that read the text of a source, which is another one when it has mutants in it: skipped. */
export const SKIPPED = ['default: no function of administration is known that is not tested here']
