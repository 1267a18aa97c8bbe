// @coffer/crossmint: a typed client for Crossmint treasury wallets, and the transfer workflow.
export { formatAmount, parseAmount } from './amount.ts'
export type { Activity, ActivityFilter, ActivityPage } from './client/activity.ts'
export type { Environment } from './client/apiKey.ts'
export type { Balance, ChainBalance } from './client/balances.ts'
export { type CrossmintClient, type CrossmintClientOptions, createCrossmintClient } from './client/client.ts'
export type { ComplianceReason } from './client/compliance.ts'
export { CrossmintError, type CrossmintErrorCode } from './client/error.ts'
export { externalWallet } from './client/locator.ts'
export type { AddSigner, SignerState, WalletSigner } from './client/signers.ts'
export type {
  PendingApproval,
  SignerReference,
  SubmittedApproval,
  Transaction,
  TransactionStatus,
  UserOperation,
} from './client/transaction.ts'
export type { CreateTransfer } from './client/transactions.ts'
export type { UserDetails } from './client/users.ts'
export type { AdminSigner, CreateWallet, Wallet } from './client/wallets.ts'
export { InvalidInputError, type Issue } from './input.ts'
export { resolveToken, type Token, type TokenEntry, type TokenTable } from './tokens.ts'
export type { Difference } from './verify/callData.ts'
export {
  entryPoint,
  hashUserOperation,
  toUserOperationJson,
  type UserOperationJson,
} from './verify/userOperation.ts'
export {
  type ExpectedTransfer,
  TransferMismatchError,
  type VerifiedTransfer,
  verifyTransfer,
} from './verify/verifyTransfer.ts'
export { hasApproved, NotApprovedError } from './workflow/approvals.ts'
export { checkSignature, SignatureRefusedError } from './workflow/checkSignature.ts'
export { SignedTransferChangedError } from './workflow/compare.ts'
export { type Created, ReferenceUnknownError } from './workflow/create.ts'
export {
  type ResolvedIntent,
  resolveIntent,
  type TransferIntent,
  toExpectedTransfer,
  toIdempotencyKey,
} from './workflow/intent.ts'
export {
  fileJournal,
  type Journal,
  JournalCorruptError,
  type JournalEntry,
  JournalWriteError,
  ReferenceBusyError,
} from './workflow/journal.ts'
export { TransferPendingError } from './workflow/pending.ts'
export type { TransferReceipt } from './workflow/receipt.ts'
export { ReferenceConflictError, type TransferOutcome, type TransferRecord } from './workflow/record.ts'
export type { StepOptions, TransferProgress } from './workflow/run.ts'
export { ApprovalsMissingError, TransferFailedError } from './workflow/settle.ts'
export { NonceChangedError, NothingToSignError, type Sign, type SignRequest } from './workflow/sign.ts'
export {
  approveTransferStep,
  createTransferStep,
  readTransfer,
  signTransferStep,
  type TransferOptions,
  transfer,
  waitTransferStep,
} from './workflow/transfer.ts'
