// The signing stack as an AWS CDK construct, and the app that deploys it.
export { type AppOptions, createApp, createTemplate } from './app.ts'
export { BundleMissingError, bundledCode } from './function.ts'
export { keyPolicy } from './key.ts'
export type { PrivateNetwork } from './network.ts'
export type { Choice, Optional } from './optional.ts'
export { codeParameters, networkParameters } from './parameters.ts'
export type { PolicyDocument, Statement } from './statement.ts'
export { TreasurySigner, type TreasurySignerProps } from './treasurySigner.ts'
