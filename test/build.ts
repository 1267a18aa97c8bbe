// Builds the packages before the end-to-end tests, which run the command line as users get it.
import { execFileSync } from 'node:child_process'

export default function build(): void {
  execFileSync('npx', ['tsc', '-b'], { cwd: new URL('..', import.meta.url), stdio: 'inherit' })
}
