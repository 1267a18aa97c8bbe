import { parseRequest, prepare } from '@coffer/service'
import { loadPolicy, PolicyError } from '@coffer/service/policy'
import { Interface, parseUnits } from 'ethers'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { acme, operator, starter, starterSource, usdc, wallet, writePolicy } from '../../test/policy.ts'
import { type Case, parseCases } from './cases.ts'

const weth = '0x4200000000000000000000000000000000000006'
const venue = '0x7777777777777777777777777777777777777777'
const nft = '0x8888888888888888888888888888888888888888'

/** The starter with a native token and a wrapped one, which it may transfer too. */
const policy = loadPolicy({
  rules: starterSource.rules.replace(
    'context.token == Token::"usdc"',
    '[Token::"usdc", Token::"eth", Token::"weth"].contains(context.token)',
  ),
  facts: JSON.stringify({
    ...JSON.parse(starterSource.facts),
    tokens: {
      usdc: { symbol: 'USDC', decimals: 6, chainId: 84532, address: usdc },
      eth: { symbol: 'ETH', decimals: 18, chainId: 84532, address: 'native' },
      weth: { symbol: 'WETH', decimals: 18, chainId: 84532, address: weth },
    },
  }),
})

const parse = (text: string): readonly Case[] =>
  parseCases(text, { directory: '/none', file: 'cases.yaml', policy })
const one = (fields: string): Case => {
  const [first] = parse(`cases: [{ name: a, principal: "${operator}", expect: deny, ${fields} }]`)
  if (first === undefined) throw new Error('no case')
  return first
}
const faultsOf = (text: string): readonly string[] => {
  try {
    parse(text)
    return []
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error
    return error.faults.map(({ line, column, message }) => `${line}:${column} ${message}`)
  }
}

/** What the service finds in a user operation that makes this call. */
const decoded = (to: string, signature: string, args: readonly unknown[], value = 0n) => {
  const data =
    signature === ''
      ? '0x'
      : new Interface([`function ${signature}`]).encodeFunctionData(
          signature.slice(0, signature.indexOf('(')),
          args,
        )
  const callData = new Interface([
    'function execute(address dest, uint256 value, bytes func)',
  ]).encodeFunctionData('execute', [to, value, data])
  const zero = '0x0'
  const userOperation = {
    ...{ sender: wallet, nonce: zero, callData, callGasLimit: zero, verificationGasLimit: zero },
    ...{ preVerificationGas: zero, maxFeePerGas: zero, maxPriorityFeePerGas: zero },
  }
  const entryPoint = '0x0000000071727De22E5E9d8BAf0edAc6f37da032'
  const payload = { kind: 'userOperation', chainId: 84532, entryPoint, userOperation }
  return prepare(parseRequest(JSON.stringify({ signerAddress: acme, payload })))
}

describe('words mean what the service finds in call data', () => {
  test.each([
    [
      'transfer: { token: usdc, amount: "1.5", to: vendor:acme }',
      usdc,
      'transfer(address,uint256)',
      [acme, 1_500_000n],
    ],
    [
      'transfer: { token: usdc, amount: "2", from: vendor:acme, to: treasury }',
      usdc,
      'transferFrom(address,address,uint256)',
      [acme, wallet, 2_000_000n],
    ],
    ['transfer: { token: eth, amount: "0.5", to: vendor:acme }', acme, '', [], parseUnits('0.5')],
    [
      'transferNft: { collection: "0x8888888888888888888888888888888888888888", tokenId: 7, to: vendor:acme }',
      nft,
      'safeTransferFrom(address,address,uint256)',
      [wallet, acme, 7n],
    ],
    [
      'approve: { token: usdc, amount: "5", spender: vendor:acme }',
      usdc,
      'approve(address,uint256)',
      [acme, 5_000_000n],
    ],
    [
      'approve: { token: usdc, amount: unlimited, spender: vendor:acme }',
      usdc,
      'approve(address,uint256)',
      [acme, 2n ** 256n - 1n],
    ],
    [
      'approveUnlimited: { contract: "0x8888888888888888888888888888888888888888", spender: vendor:acme }',
      nft,
      'setApprovalForAll(address,bool)',
      [acme, true],
    ],
    ['wrap: { token: weth, amount: "1" }', weth, 'deposit()', [], parseUnits('1')],
    ['unwrap: { token: weth, amount: "1" }', weth, 'withdraw(uint256)', [parseUnits('1')]],
    [
      'call: { contract: "0x7777777777777777777777777777777777777777", selector: "claim(uint256)" }',
      venue,
      'claim(uint256)',
      [1n],
    ],
    [
      'call: { contract: "0x7777777777777777777777777777777777777777", selector: "claim(uint256)", value: "0.1" }',
      venue,
      'claim(uint256)',
      [1n],
      parseUnits('0.1'),
    ],
  ] as const)('default: %s', (fields, to, signature, args, value = 0n) => {
    const { kind, chainId, account, effects } = one(fields).inquiry.prepared
    const expected = decoded(to, signature, args, value)
    expect({ kind, chainId, account, effects }).toEqual({
      kind: expected.kind,
      chainId: expected.chainId,
      account: expected.account,
      effects: expected.effects,
    })
  })

  test.each([
    ['signHash:', 'hash', { message: `0x${'00'.repeat(32)}` }],
    [
      'signMessage: { text: hello }',
      'personalMessage',
      { payload: { kind: 'personalMessage', text: 'hello' } },
    ],
  ])('default: %s is of the key itself', (fields, kind, request) => {
    const { effects, ...prepared } = one(fields).inquiry.prepared
    expect(prepared).toMatchObject({ kind, chainId: undefined, account: prepared.signerAddress })
    if (kind === 'hash') {
      const expected = prepare(parseRequest(JSON.stringify({ ...request, signerAddress: acme })))
      expect(effects).toEqual(expected.effects)
    }
  })

  test.each([
    ['delegate: { to: vendor:acme, everyChain: true }', '0x0'],
    ['chainId: 84532, delegate: { to: vendor:acme }', '0x14a34'],
  ])('default: %s is the authorization of the key itself', (fields, chainId) => {
    const { effects, kind, account, signerAddress, chainId: at } = one(fields).inquiry.prepared
    const payload = { kind: 'authorization', authorization: { chainId, address: acme, nonce: '0x0' } }
    const expected = prepare(parseRequest(JSON.stringify({ signerAddress: wallet, payload })))
    expect([effects, kind, at ?? 0]).toEqual([expected.effects, expected.kind, expected.chainId ?? 0])
    expect(account).toBe(signerAddress)
  })

  test('behavior: a request goes through the service: inline, or in a file beside the cases', () => {
    const request = { signerAddress: acme, message: `0x${'ab'.repeat(32)}`, scheme: 'raw' }
    const directory = writePolicy(starterSource, { 'hash.json': JSON.stringify(request) })
    const texts = [JSON.stringify(request), 'hash.json']
    const [inline, fromFile] = texts.map(text =>
      parseCases(`cases: [{ name: a, principal: "${operator}", expect: deny, request: ${text} }]`, {
        ...{ directory, file: 'cases.yaml', policy: starter },
      }),
    )
    expect(inline).toEqual(fromFile)
    expect(inline?.[0]?.inquiry.prepared).toEqual(prepare(parseRequest(JSON.stringify(request))))
  })
})

describe('what is left out', () => {
  test('default: a Monday, no reference, no address, and a fee of nothing that the wallet pays', () => {
    const { time, reference, principal, prepared } = one('delegatecall: { contract: vendor:acme }').inquiry
    expect([time.toISOString(), reference, principal]).toEqual([
      '2026-01-05T12:00:00.000Z',
      undefined,
      { arn: operator, sourceIp: undefined },
    ])
    expect(prepared.effects.at(-1)).toEqual({ kind: 'fee', payer: wallet, maximum: 0n })
  })

  test('behavior: defaults hold for each case, and a case wins over them', () => {
    const [first, second] = parse(`
defaults: { principal: "${operator}", time: 2026-02-01T00:00:00Z, sourceIp: 192.0.2.1, reference: INV }
cases:
  - { name: a, expect: deny, signHash: }
  - { name: b, expect: deny, signHash: , time: 2026-02-02T10:00:00+02:00, reference: X }`)
    expect(first?.inquiry).toMatchObject({
      time: new Date('2026-02-01T00:00:00Z'),
      reference: 'INV',
      principal: { sourceIp: '192.0.2.1' },
    })
    expect(second?.inquiry).toMatchObject({ time: new Date('2026-02-02T08:00:00Z'), reference: 'X' })
  })

  test("behavior: the key's own account is on the first of its chains, and a message of it on none", () => {
    const withSigner = loadPolicy({
      // The first rule is then about every wallet.
      rules: starterSource.rules.replace('resource == Wallet::"treasury"', 'resource'),
      facts: JSON.stringify({ ...JSON.parse(starterSource.facts), signer: { chainIds: [84532, 1] } }),
    })
    const chainIds = [
      'transfer: { token: usdc, amount: 1, to: vendor:acme }',
      'signMessage: { text: hello }',
    ].map(
      fields =>
        parseCases(
          `cases: [{ name: a, principal: "${operator}", expect: deny, wallet: signer, ${fields} }]`,
          {
            ...{ directory: '/none', file: 'cases.yaml', policy: withSigner },
          },
        )[0]?.inquiry.prepared.chainId,
    )
    expect(chainIds).toEqual([84532, undefined])
  })

  test('behavior: a word without fields may stand alone, and signRaw makes the scheme raw', () => {
    const { scheme, effects, account, signerAddress } = one('effects: [signHash, signRaw]').inquiry.prepared
    const message = `0x${'00'.repeat(32)}`
    const request = { message, scheme: 'raw', signerAddress: acme }
    expect([scheme, effects]).toEqual(['raw', prepare(parseRequest(JSON.stringify(request))).effects])
    expect(account).toBe(signerAddress)
  })
})

test('amounts are exact, whatever their size, and one decimal place too many is a fault', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 2n ** 200n }), fc.integer({ min: 0, max: 6 }), (units, places) => {
      const text = `${units / 10n ** 6n}.${String(units % 10n ** 6n).padStart(6, '0')}`
      const [transfer] = one(`transfer: { token: usdc, amount: "${text}", to: vendor:acme }`).inquiry.prepared
        .effects
      expect(transfer).toMatchObject({ amount: units })
      const tooLong = `${text}${'0'.repeat(places + 1)}`
      expect(
        faultsOf(
          `cases: [{ name: a, principal: "${operator}", expect: deny, transfer: { token: usdc, amount: "${tooLong}", to: vendor:acme } }]`,
        ),
      ).toEqual([expect.stringMatching(new RegExp(`has ${7 + places} decimal places, and the token has 6$`))])
    }),
  )
})

describe('faults', () => {
  const inCase = (fields: string): string => `cases:\n  - { name: a, principal: "${operator}", ${fields} }`
  /** What begins where each fault is, and the fault. */
  const placed = (text: string): readonly string[] =>
    faultsOf(text).map(fault => {
      const [, line = '', column = '', message = ''] = /^(\d+):(\d+) (.*)$/.exec(fault) ?? []
      const rest = text.split('\n')[Number(line) - 1]?.slice(Number(column) - 1) ?? ''
      return `${/^[\w.-]*/.exec(rest)?.[0] || rest.charAt(0)}> ${message}`
    })

  test.each([
    ['', ['> the file must say "cases"']],
    ['cases: []', ['[> cases must be a list of at least one case']],
    ['cases: [x]', ['x> a case must be a table of fields']],
    [
      'defaults: { tim: 1 }\ncases: [x]',
      ['tim> defaults has no field "tim"', 'x> a case must be a table of fields'],
    ],
    [inCase('expect: allow'), ['{> a case must say what is asked']],
    [inCase('expect: allow, signHash: , signRaw: '), ['{> a case is about one of signHash and signRaw']],
    [inCase('expect: perhaps, signHash: '), ['perhaps> expect must be allow or deny, not "perhaps"']],
    [inCase('expect: allow, reason: FORBIDDEN, signHash: '), ['FORBIDDEN> a reason goes with expect: deny']],
    [inCase('expect: deny, rules: [payouts], signHash: '), ['[> rules go with expect: allow']],
    [
      inCase('expect: allow, rules: one-at-a-time, signHash: '),
      ['one-at-a-time> treasury.cedar has no permit "one-at-a-time"'],
    ],
    [inCase('expect: deny, reason: NO, signHash: '), ['NO> there is no reason "NO"']],
    [
      inCase('expect: deny, transfer: { token: usdc, amount: 1e3, to: vendor:acme }'),
      ['1e3> "1e3" must be a decimal number such as 250 or 1.50'],
    ],
    [
      inCase('expect: deny, transfer: { token: dai, amount: 1, to: vendor:acm, too: 1 }'),
      [
        'dai> treasury.json has no token "dai"',
        'vendor> treasury.json has no address "vendor:acm"',
        'too> transfer has no field "too"',
      ],
    ],
    [inCase('expect: deny, transfer: { token: usdc, amount: 1 }'), ['{> transfer must say "to"']],
    [
      inCase('expect: deny, chainId: 1, transfer: { token: usdc, amount: 1, to: vendor:acme }'),
      ['usdc> usdc is on chain 84532, and the case on chain 1'],
    ],
    [inCase('expect: deny, wallet: safe, signRaw: '), ['safe> treasury.json has no wallet "safe"']],
    [
      inCase(
        'expect: deny, effects: [{ delegatecall: { contract: vendor:acme, wallet: signer } }, { signRaw: { wallet: treasury } }]',
      ),
      ['treasury> the case is of the wallet signer already'],
    ],
    [
      inCase('expect: deny, time: 2026-01-05T10, signHash: '),
      ['2026-01-05T10> 2026-01-05T10 is not a time with its zone'],
    ],
    [
      inCase('expect: deny, delegate: { to: vendor:acme }'),
      ['{> a delegation is for the chainId of the case, or everyChain: true'],
    ],
    [
      inCase('expect: deny, chainId: 1, delegate: { to: vendor:acme, everyChain: true }'),
      ['{> a delegation is for the chainId of the case, or everyChain: true'],
    ],
    [inCase('expect: deny, sourceIp: 1.2.3, signHash: '), ['1.2.3> 1.2.3 is not an IP address']],
    [inCase('expect: deny, fee: 17, signHash: '), ['17> a hash costs nothing']],
    [
      inCase('expect: deny, call: { contract: vendor:acme, selector: claim }'),
      ['claim> claim must be 0x and 8 hex digits, or a signature such as mint(uint256)'],
    ],
    [
      inCase('expect: deny, request: { message: 1 }, fee: 17'),
      [
        expect.stringMatching(/^\{> request: .*message must be 32 bytes.*signerAddress is required/),
        '17> fee goes with effects, and a request says it itself',
      ],
    ],
    [inCase('expect: deny, request: none.json'), [expect.stringMatching(/^none.json> request: ENOENT/)]],
    [
      `${inCase('expect: deny, signHash: ')}\n  - { name: a, expect: deny, signHash: , principal: arn:aws:iam::111122223333:user/* }`,
      [
        '{> there is another case "a"',
        'arn> arn:aws:iam::111122223333:user/* is not the ARN of one principal',
      ],
    ],
  ])('error: %s', (text, expected) => {
    expect(placed(text)).toEqual(expected)
  })
})
