// The public entry point of @coffer/sandbox.
export type { Identities, Identity } from './aws/identity.ts'
export { type Behaviour, behaviours } from './aws/kms/trouble/behaviours.ts'
export type { KmsTrouble, TroubleOrder } from './aws/kms/trouble/queue.ts'
export { type KmsStage, startKmsStage } from './aws/kms/trouble/stage.ts'
export type { TroubleName } from './aws/kms/trouble/troubles.ts'
export { type ReleasedStack, type Sandbox, type SandboxOptions, startSandbox } from './sandbox.ts'
