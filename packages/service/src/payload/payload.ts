// The kinds of payload: how each is read, and how it is found out what it is.
import type { Address } from 'viem'
import { type Field, variants } from '../fields.ts'
import { type AuthorizationPayload, authorizationPayload, examineAuthorization } from './authorization.ts'
import type { Examined } from './examined.ts'
import {
  examinePersonalMessage,
  type PersonalMessagePayload,
  personalMessagePayload,
} from './personalMessage.ts'
import { type TransactionPayload, transactionPayload } from './transaction.ts'
import { examineTransaction } from './transactionEffects.ts'
import { type TypedDataPayload, typedDataPayload } from './typedData.ts'
import { examineTypedData } from './typedDataEffects.ts'
import { type UserOperationPayload, userOperationPayload } from './userOperation.ts'
import { examineUserOperation } from './userOperationEffects.ts'

/** What is to be signed, with all that its hash commits to. */
export type Payload =
  | UserOperationPayload
  | TransactionPayload
  | TypedDataPayload
  | PersonalMessagePayload
  | AuthorizationPayload

/** The reader of the request's `payload` field. */
export const payload: Field<Payload> = variants<Payload>('kind', 'UNSUPPORTED_KIND', {
  userOperation: userOperationPayload,
  transaction: transactionPayload,
  typedData: typedDataPayload,
  personalMessage: personalMessagePayload,
  authorization: authorizationPayload,
})

/**
 * Finds out what a payload is.
 *
 * @param payload Of any kind.
 * @param signerAddress Who signs it, in EIP-55 form.
 * @returns Its hash and what a signature over it would permit.
 */
export const examinePayload = (payload: Payload, signerAddress: Address): Examined => {
  switch (payload.kind) {
    case 'userOperation':
      return examineUserOperation(payload)
    case 'transaction':
      return examineTransaction(payload, signerAddress)
    case 'typedData':
      return examineTypedData(payload, signerAddress)
    case 'personalMessage':
      return examinePersonalMessage(payload, signerAddress)
    case 'authorization':
      return examineAuthorization(payload, signerAddress)
  }
}
