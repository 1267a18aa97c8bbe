// `parseSignature` over a given implementation of the curve, at once.
import type { MulAdd } from '../src/mulAdd.ts'
import { createSignatureParser, type Signature, type SignedDigest } from '../src/signature.ts'

/** Gives the parser of signatures of any key. */
export const parserOf =
  (mulAdd: MulAdd) =>
  ({ publicKey, ...signed }: SignedDigest & { readonly publicKey: Uint8Array }): Signature =>
    createSignatureParser(mulAdd, publicKey)(signed)
