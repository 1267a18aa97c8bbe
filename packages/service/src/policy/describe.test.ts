import { type Address, getAddress } from 'viem'
import { expect, test } from 'vitest'
import { ACCOUNT, ALICE, TOKEN } from '../../test/fixtures.ts'
import type { Effect } from '../effects/effect.ts'
import { describeWithNames } from './describe.ts'
import { createDirectory } from './directory.ts'
import { parseFacts } from './facts.ts'

const STRANGER: Address = getAddress('0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed')
const parsed = parseFacts(
  JSON.stringify({
    wallets: { treasury: { address: ACCOUNT, chainIds: [84532] } },
    tokens: {
      usdc: { symbol: 'USDC', decimals: 6, chainId: 84532, address: TOKEN },
      eth: { symbol: 'ETH', decimals: 18, chainId: 1, address: 'native' },
    },
    addressBook: { alice: { address: ALICE } },
  }),
)
if (!('facts' in parsed)) throw new Error('the facts are good')
const directory = createDirectory(parsed.facts)

const treasury = `treasury (${ACCOUNT})`
const alice = `alice (${ALICE})`
const WEI = 10n ** 18n

test.each<readonly [Effect, string]>([
  [
    { kind: 'transfer', asset: TOKEN, from: ACCOUNT, to: ALICE, amount: 1_500_001n },
    `transfer 1.500001 USDC from ${treasury} to ${alice}`,
  ],
  [
    { kind: 'transfer', asset: STRANGER, from: STRANGER, to: ACCOUNT, amount: 15n },
    `transfer 15 base units of the unknown token ${STRANGER} from ${STRANGER} to ${treasury}`,
  ],
  [
    { kind: 'transfer', asset: 'native', from: ACCOUNT, to: ALICE, amount: WEI / 2n },
    `transfer 0.5 of native value from ${treasury} to ${alice}`,
  ],
  [
    { kind: 'nftTransfer', collection: STRANGER, from: ACCOUNT, to: ALICE, tokenId: 7n, amount: 2n },
    `transfer 2 of token id 7 of ${STRANGER} from ${treasury} to ${alice}`,
  ],
  [
    { kind: 'approval', asset: TOKEN, owner: ACCOUNT, spender: ALICE, amount: 1n },
    `allow ${alice} to spend up to 0.000001 USDC of ${treasury}`,
  ],
  [
    { kind: 'approvalForAll', collection: STRANGER, owner: ACCOUNT, operator: ALICE, approved: true },
    `allow ${alice} to move everything that ${treasury} has in ${STRANGER}`,
  ],
  [
    { kind: 'approvalForAll', collection: STRANGER, owner: ACCOUNT, operator: ALICE, approved: false },
    `no longer allow ${alice} to move everything that ${treasury} has in ${STRANGER}`,
  ],
  [{ kind: 'wrap', asset: STRANGER, amount: WEI }, `wrap 1 of native value in ${STRANGER}`],
  [{ kind: 'unwrap', asset: TOKEN, amount: 2_000_000n }, 'unwrap 2 USDC'],
  [{ kind: 'call', to: ALICE, selector: '0x12345678', value: 0n }, `call ${alice}, function 0x12345678`],
  [
    { kind: 'call', to: ALICE, selector: '0x12345678', value: WEI },
    `call ${alice}, function 0x12345678, with 1 of native value`,
  ],
  [{ kind: 'delegatecall', to: ALICE }, `delegatecall: run the code of ${alice} as the wallet`],
  [
    { kind: 'delegation', to: STRANGER, chainId: 84532 },
    `delegation: take the code of ${STRANGER} on chain 84532`,
  ],
  [
    { kind: 'delegation', to: STRANGER, chainId: 0 },
    `delegation: take the code of ${STRANGER} on every chain`,
  ],
  [{ kind: 'deployment', account: ACCOUNT, factory: STRANGER }, `deploy ${treasury} through ${STRANGER}`],
  [
    { kind: 'administration', to: ACCOUNT, action: 'addOwner(address)' },
    `administration of ${treasury}: addOwner(address)`,
  ],
  [
    { kind: 'fee', payer: ACCOUNT, maximum: WEI / 100n },
    `pay a fee of at most 0.01 of native value, charged to ${treasury}`,
  ],
  [{ kind: 'rawScheme' }, 'sign the hash as it is, without the EIP-191 prefix'],
])('behavior: an effect by its names, %#', (effect, expected) => {
  expect(describeWithNames(effect, 84532, directory)).toBe(expected)
})

test('behavior: names hold on their chains only', () => {
  const effect: Effect = { kind: 'transfer', asset: 'native', from: ACCOUNT, to: ALICE, amount: WEI }
  expect(describeWithNames(effect, 1, directory)).toBe(`transfer 1 ETH from ${ACCOUNT} to ${alice}`)
  expect(describeWithNames(effect, undefined, directory)).toBe(
    `transfer 1 of native value from ${ACCOUNT} to ${alice}`,
  )
})
