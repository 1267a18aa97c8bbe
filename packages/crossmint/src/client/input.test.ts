// What the client refuses before anything is sent.
import { expect, test } from 'vitest'
import { clientOver, fakeClock, intent, key, preparePayment } from '../../test/payment.ts'
import { createCrossmintClient } from './client.ts'

const client = clientOver(fakeClock(), () => Promise.reject(new Error('something was sent')))
const user = { firstName: 'Ada', lastName: 'Lovelace', dateOfBirth: '1990-01-15', countryOfResidence: 'GB' }

test('error: every fault of a wallet', async () => {
  const adminSigner = { type: 'external-wallet', address: '0x12' } as const
  await expect(
    client.createWallet({ owner: '', alias: 'a b', adminSigner }),
  ).rejects.toThrowErrorMatchingInlineSnapshot(`
    [InvalidInputError: the wallet is not valid:
      - owner: must be 1 to 320 characters, without control characters and surrounding spaces
      - alias: must be 1 to 100 letters, digits, hyphens or underscores
      - adminSigner.address: must be 0x and 40 hex digits, in lower case or with a valid EIP-55 checksum]
  `)
  await expect(
    client.createWallet({ owner: 'COMPANY', adminSigner: { type: 'email', email: 'ada' } }),
  ).rejects.toThrow('e-mail')
})

test('error: every fault of a recipient, without personal data', async () => {
  const userDetails = {
    firstName: '',
    lastName: 'Love\nlace',
    dateOfBirth: '15.01.1990',
    countryOfResidence: 'Britain',
  }
  const refused = client.putUser('ada', { userDetails })
  await expect(refused).rejects.toThrowErrorMatchingInlineSnapshot(`
    [InvalidInputError: the recipient is not valid:
      - userLocator: must begin with email:, userId:, phoneNumber:, twitter: or x:
      - firstName: must be 1 to 100 characters, without control characters and surrounding spaces
      - lastName: must be 1 to 100 characters, without control characters and surrounding spaces
      - dateOfBirth: must be a date such as 1990-01-15
      - countryOfResidence: must be two capital letters of ISO 3166-1, e.g. US]
  `)
})

test.each(['1990-02-30', '1990-13-01', '1990-1-1', ''])('error: %j is no date', async dateOfBirth => {
  await expect(
    client.putUser('email:a@b.example', { userDetails: { ...user, dateOfBirth } }),
  ).rejects.toThrow('dateOfBirth')
})

test('error: every fault of a transfer', async () => {
  const transfer = {
    wallet: 'x',
    token: 'base:usdc',
    recipient: '0x1',
    amount: '0.00',
    signer: '',
    idempotencyKey: 'short',
  } as const
  await expect(client.createTransfer(transfer)).rejects.toThrowErrorMatchingInlineSnapshot(`
    [InvalidInputError: the transfer is not valid:
      - recipient: must be 0x and 40 hex digits, in lower case or with a valid EIP-55 checksum
      - amount: must be a decimal number above zero, such as 250 or 1.50
      - idempotencyKey: must be 16 to 255 printable characters without spaces
      - signer: must be 1 to 512 characters, without control characters and surrounding spaces]
  `)
})

test('error: test money with a production key', async () => {
  const production = createCrossmintClient({
    apiKey: 'sk_production_abc',
    fetch: () => Promise.reject(new Error('sent')),
  })
  const funds = { amount: '1', token: 'usdxm', chain: 'base-sepolia' }
  await expect(production.fundWallet(intent.walletAddress, funds)).rejects.toThrow('must be a staging key')
})

test.each(['0', '101', '1.5', '1e1', ''])('error: test money of %j', async amount => {
  const funds = { amount, token: 'usdxm', chain: 'base-sepolia' }
  await expect(client.fundWallet(intent.walletAddress, funds)).rejects.toThrow(
    'amount: must be a whole number',
  )
})

test('error: an answer about another transaction', async () => {
  const { fake, options } = preparePayment()
  const made = await options.client.createTransfer({
    wallet: intent.walletAddress,
    token: 'base-sepolia:usdc',
    recipient: intent.recipient,
    amount: '1',
    signer: `external-wallet:${key.address}`,
    idempotencyKey: 'x'.repeat(16),
  })
  const confused = clientOver(options, url => fake.fetch(String(url).replace('other', made.id), {}))
  await expect(confused.getTransaction(intent.walletAddress, 'other')).rejects.toMatchObject({
    code: 'CROSSMINT_MALFORMED_ANSWER',
    detail: 'id should be other, the transaction asked for',
  })
})
