// The kinds of signer a wallet can have, as Crossmint's API shows them, and the address that stands for each
// on chain.
import { type Address, getAddress, type Hex, keccak256, slice, stringToBytes, zeroAddress } from 'viem'
import { anything, array, type Check, literal, object, optional, string, text } from './input.ts'
import { isEvmAddress } from './locators.ts'
import { isTimestamp } from './pages.ts'
import type { OperationalSigner } from './project.ts'

/** As in answers; `locator` and `address` in the letter case the caller gave. */
export type Signer =
  | { readonly type: 'external-wallet' | 'server'; readonly address: string; readonly locator: string }
  | { readonly type: 'api-key'; readonly address: string; readonly locator: string }
  | { readonly type: 'email'; readonly email: string; readonly address: string; readonly locator: string }
  | { readonly type: 'phone'; readonly phone: string; readonly address: string; readonly locator: string }
  | {
      readonly type: 'passkey'
      readonly id: string
      readonly name: string
      readonly publicKey: { readonly x: string; readonly y: string }
      readonly validatorContractVersion: string
      readonly locator: string
    }
/** A signer that holds an Ethereum key itself: the only kind that can approve in the sandbox. */
export type KeySigner = Extract<Signer, { readonly type: 'external-wallet' | 'server' }>

export const isKeySigner = (signer: Signer): signer is KeySigner =>
  signer.type === 'external-wallet' || signer.type === 'server'

export const evmAddress: Check<Address> = (value, path, faults) => {
  const address = string(isEvmAddress, 'must be an EVM address, 0x and 40 hex digits')(value, path, faults)
  return isEvmAddress(address) ? address : zeroAddress
}

/** An `adminSigner` of a create-wallet request. */
export const adminSigner: Check<Signer> = (value, path, faults) => {
  const types = literal('external-wallet', 'server', 'api-key', 'passkey', 'email', 'phone')
  const before = faults.length
  const { type } = object({ type: types })(value, path, faults)
  if (faults.length > before) return { type: 'api-key', address: '', locator: '' }
  switch (type) {
    case 'external-wallet':
    case 'server': {
      const { address } = object({ address: evmAddress })(value, path, faults)
      return { type, address, locator: `${type}:${address}` }
    }
    case 'email': {
      const { email } = object({ email: string(isEmail, 'must be an e-mail address') })(value, path, faults)
      return { type, email, locator: `email:${email}`, address: keylessAddress(`email:${email}`) }
    }
    case 'phone': {
      const { phone } = object({ phone: text })(value, path, faults)
      return { type, phone, locator: `phone:${phone}`, address: keylessAddress(`phone:${phone}`) }
    }
    case 'passkey': {
      const passkey = object({ id: text, name: text, publicKey: object({ x: text, y: text }) })
      const { id, name, publicKey } = passkey(value, path, faults)
      return { type, id, name, publicKey, validatorContractVersion: 'sandbox', locator: `passkey:${id}` }
    }
    case 'api-key':
      return { type: 'api-key', address: keylessAddress('api-key'), locator: 'api-key' }
  }
}

/** The part of a request that describes an operational signer. */
export const operationalSigner: Check<OperationalSigner> = (value, path, faults) => ({
  ...object({
    signer: keySigner,
    expiresAt: optional(string(isTimestamp, 'must be an ISO 8601 date and time with a trailing Z')),
    scopes: optional(array(anything)),
  })(value, path, faults),
  registration: undefined,
})

// A locator, or an object of type and address.
const keySigner: Check<KeySigner> = (value, path, faults) => {
  const [, type, address] = typeof value === 'string' ? (/^([\w-]+):(.*)$/.exec(value) ?? []) : []
  const source = typeof value === 'string' ? { type, address } : value
  const types = literal('external-wallet', 'server')
  const signer = object({ type: types, address: evmAddress })(source, path, faults)
  return { ...signer, locator: `${signer.type}:${signer.address}` }
}

/** @returns the owner of the smart account on chain */
export const ownerAddress = (signer: Signer): Address =>
  isKeySigner(signer) ? getAddress(signer.address) : keylessAddress(signer.locator)

// An e-mail, phone, passkey or API-key signer keeps its key elsewhere, and the sandbox needs it only to
// receive. So it is an address by hashing, whose key nobody has: nothing leaves such a wallet.
const keylessAddress = (locator: string): Address => {
  const hash: Hex = keccak256(stringToBytes(`coffer sandbox signer without a key: ${locator.toLowerCase()}`))
  return getAddress(slice(hash, 12))
}

const isEmail = (text: string): boolean => /^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(text)
