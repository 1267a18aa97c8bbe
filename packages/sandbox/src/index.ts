// The public entry point of @coffer/sandbox.
export type { Identities, Identity } from './aws/identity.ts'
export { type ReleasedStack, type Sandbox, type SandboxOptions, startSandbox } from './sandbox.ts'
