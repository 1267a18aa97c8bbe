// Builds the packages before the end-to-end tests, which run the command line as users get it.
import { execFileSync } from 'node:child_process'

export default function build(): void {
  const options = { cwd: new URL('..', import.meta.url), stdio: 'inherit' } as const
  execFileSync(process.execPath, ['packages/service/scripts/bundle.mjs'], options)
  execFileSync('npx', ['tsc', '-b'], options)
}
