// `npm run demo`: installs and builds what is missing, then runs `coffer demo`.
import { run, setup } from './setup.mjs'

setup()
run(process.execPath, ['packages/service/scripts/bundle.mjs'])
run('npx', ['tsc', '-b'])
run(process.execPath, ['packages/cli/bin/coffer.js', 'demo', ...process.argv.slice(2)])
