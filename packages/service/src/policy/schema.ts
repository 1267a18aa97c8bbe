// What policies can speak about, as a Cedar schema, and which of its actions are dangerous.
// https://docs.cedarpolicy.com/schema/human-readable-schema.html

import type { SchemaJson } from './cedar.ts'

/** What every request tells a rule, whatever the action. */
const request = `
    // The chain on which the signature is valid; 0 where it is valid on every chain, or the chain is not known.
    chainId: Long,
    // 'userOperation', 'transaction', 'typedData', 'personalMessage', 'authorization', or 'hash'.
    kind: String,
    // 'eip191' or 'raw'.
    scheme: String,
    // How many effects the whole request has; fees, the deployment of the wallet and the scheme are not counted.
    effects: Long,
    // When it is asked, UTC. Time of day: context.time.toTime() >= duration("9h").
    time: datetime,
    // 'Monday' to 'Sunday', UTC.
    weekday: String,
    // Where it is asked from, as API Gateway saw it.
    sourceIp?: ipaddr,
    // The caller's own words, such as an invoice number.
    reference?: String,`

type Entity = {
  readonly comment: string
  readonly name: string
  readonly in?: string
  readonly attributes?: string
}

const ENTITIES: readonly Entity[] = [
  { comment: 'A role of treasury.json: the principals whose ARN matches one of its patterns.', name: 'Role' },
  { comment: 'A group of the address book.', name: 'Group' },
  {
    comment: 'Who asks: an IAM principal, by the ARN that API Gateway has authenticated.',
    name: 'Principal',
    in: 'Role',
    attributes: 'arn: String',
  },
  {
    comment:
      'A name of the address book, or 0x and 40 lower-case hex digits for an address that is not in it.',
    name: 'Address',
    in: 'Group',
    attributes: 'known: Bool',
  },
  {
    comment: 'A token of treasury.json, native value included.',
    name: 'Token',
    attributes: 'symbol: String',
  },
  {
    comment: 'A wallet of treasury.json. Wallet::"signer" is the key\'s own account.',
    name: 'Wallet',
    attributes: 'address: Address, factory?: Address',
  },
]

type ActionGroup = {
  readonly comment: string
  readonly names: readonly string[]
  readonly attributes: string
}

const ACTIONS: readonly ActionGroup[] = [
  {
    comment:
      'ERC-20 tokens or native value move. From is the wallet, unless it is a contract that it calls, or an allowance is used.',
    names: ['transfer'],
    attributes: 'token: Token, amount: decimal, recipient: Address, from: Address',
  },
  {
    comment: 'Tokens of ERC-721 or ERC-1155 move.',
    names: ['transferNft'],
    attributes: 'collection: Address, tokenId: String, amount: decimal, recipient: Address, from: Address',
  },
  {
    comment: 'An allowance of a limited amount: approve, increaseAllowance, EIP-2612, Permit2.',
    names: ['approve'],
    attributes: 'token: Token, amount: decimal, spender: Address, owner: Address',
  },
  {
    comment: 'DANGEROUS. An allowance without a limit, or for all of an NFT collection.',
    names: ['approveUnlimited'],
    attributes: 'contract: Address, spender: Address, owner: Address',
  },
  {
    comment: 'Native value is wrapped into a token such as WETH, or unwrapped.',
    names: ['wrap', 'unwrap'],
    attributes: 'token: Token, amount: decimal',
  },
  {
    comment:
      'A contract is called in a way that Coffer does not understand further. Value is in units of native value.',
    names: ['call'],
    attributes: 'contract: Address, selector: String, value: decimal',
  },
  {
    comment:
      'The most that execution may cost, in units of native value, and who is charged: the wallet or a paymaster.',
    names: ['payFee'],
    attributes: 'maximum: decimal, payer: Address',
  },
  {
    comment: 'DANGEROUS. Foreign code runs as the wallet.',
    names: ['delegatecall'],
    attributes: 'contract: Address',
  },
  {
    comment: 'DANGEROUS. A contract is created: the wallet itself by its factory, or another one.',
    names: ['deploy'],
    attributes: 'factory: Address, deployed: Address',
  },
  {
    comment: 'DANGEROUS. Owners, signers, modules, code or deposits change.',
    names: ['administer'],
    attributes: 'contract: Address, function: String',
  },
  {
    comment: "DANGEROUS. EIP-7702: the key's account takes the code of a contract.",
    names: ['delegate'],
    attributes: 'delegate: Address, everyChain: Bool',
  },
  {
    comment: 'DANGEROUS. A bare hash: nothing is known of what it permits.',
    names: ['signHash'],
    attributes: '',
  },
  {
    comment: 'DANGEROUS. The hash of a user operation, or a bare one, is signed without the EIP-191 prefix.',
    names: ['signRaw'],
    attributes: '',
  },
  { comment: 'DANGEROUS. EIP-191 personal message.', names: ['signMessage'], attributes: 'text?: String' },
  {
    comment: 'DANGEROUS. EIP-712 typed data of a type that Coffer does not understand.',
    names: ['signTypedData'],
    attributes: 'verifyingContract?: Address, domainName?: String, primaryType: String',
  },
]

const entityText = ({ comment, name, in: group, attributes }: Entity): string =>
  `// ${comment}\nentity ${name}${group === undefined ? '' : ` in [${group}]`}${attributes === undefined ? '' : ` = { ${attributes} }`};`

const actionText = ({ comment, names, attributes }: ActionGroup): string =>
  `// ${comment}\naction ${names.join(', ')} appliesTo { principal: Principal, resource: Wallet, context: {${request}${attributes}\n} };`

/** The schema in Cedar's own notation, for people. Amounts are in token units, rounded up to four decimal places. */
export const schema: string = [
  "// What Coffer's policies can speak about.\n",
  ...ENTITIES.map(entityText),
  ...ACTIONS.map(actionText),
  '',
].join('\n')

/** `name: Type, other?: Type` as Cedar's JSON has it. */
const recordOf = (attributes: string): object => ({
  type: 'Record',
  attributes: Object.fromEntries(
    [...attributes.replace(/\/\/.*/g, '').matchAll(/(\w+)(\?)?: (\w+)/g)].map(
      ([, name = '', optional, type = '']) => [
        name,
        {
          ...(ENTITIES.some(entity => entity.name === type) ? { type: 'Entity', name: type } : { type }),
          ...(optional === undefined ? {} : { required: false }),
        },
      ],
    ),
  ),
})

/** The same schema as JSON, which Cedar reads in a fraction of the time: it is read when the function starts. */
export const schemaJson: SchemaJson<string> = {
  '': {
    entityTypes: Object.fromEntries(
      ENTITIES.map(({ name, in: group, attributes }) => [
        name,
        {
          ...(group === undefined ? {} : { memberOfTypes: [group] }),
          ...(attributes === undefined ? {} : { shape: recordOf(attributes) }),
        },
      ]),
    ),
    actions: Object.fromEntries(
      ACTIONS.flatMap(({ names, attributes }) =>
        names.map(name => [
          name,
          {
            appliesTo: {
              resourceTypes: ['Wallet'],
              principalTypes: ['Principal'],
              context: recordOf(`${request}${attributes}`),
            },
          },
        ]),
      ),
    ),
  },
} as SchemaJson<string>

/** An action of the schema. */
export type Action =
  | 'transfer'
  | 'transferNft'
  | 'approve'
  | 'wrap'
  | 'unwrap'
  | 'call'
  | 'payFee'
  | DangerousAction

/** An action that a permit has to name on purpose, and `coffer policy check` reports. */
export type DangerousAction = keyof typeof DANGERS

/** The dangerous actions, and what whoever may take them can do. */
export const DANGERS = {
  approveUnlimited: 'hand out an allowance without a limit',
  delegatecall: 'run foreign code as the wallet',
  deploy: 'create contracts',
  administer: 'change owners, signers, modules or code',
  delegate: "give the key's account the code of a contract (EIP-7702)",
  signHash: 'sign a bare hash, which could be anything',
  signRaw: 'sign without the EIP-191 prefix',
  signMessage: 'sign personal messages',
  signTypedData: 'sign typed data of unknown meaning',
} as const
