// What policies can speak about, as a Cedar schema, and which of its actions are dangerous.
// https://docs.cedarpolicy.com/schema/human-readable-schema.html

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

const action = (names: string, attributes: string): string =>
  `action ${names} appliesTo { principal: Principal, resource: Wallet, context: {${request}${attributes}\n} };`

/** The schema in Cedar's own notation. Amounts are in token units, rounded up to four decimal places. */
export const schema: string = `// What Coffer's policies can speak about.

// A role of treasury.json: the principals whose ARN matches one of its patterns.
entity Role;
// A group of the address book.
entity Group;
// Who asks: an IAM principal, by the ARN that API Gateway has authenticated.
entity Principal in [Role] = { arn: String };
// A name of the address book, or 0x and 40 lower-case hex digits for an address that is not in it.
entity Address in [Group] = { known: Bool };
// A token of treasury.json, native value included.
entity Token = { symbol: String };
// A wallet of treasury.json. Wallet::"signer" is the key's own account.
entity Wallet = { address: Address, factory?: Address };

// ERC-20 tokens or native value move. From is the wallet, unless it is a contract that it calls, or an allowance is used.
${action('transfer', 'token: Token, amount: decimal, recipient: Address, from: Address')}
// Tokens of ERC-721 or ERC-1155 move.
${action('transferNft', 'collection: Address, tokenId: String, amount: decimal, recipient: Address, from: Address')}
// An allowance of a limited amount: approve, increaseAllowance, EIP-2612, Permit2.
${action('approve', 'token: Token, amount: decimal, spender: Address, owner: Address')}
// DANGEROUS. An allowance without a limit, or for all of an NFT collection.
${action('approveUnlimited', 'contract: Address, spender: Address, owner: Address')}
// Native value is wrapped into a token such as WETH, or unwrapped.
${action('wrap, unwrap', 'token: Token, amount: decimal')}
// A contract is called in a way that Coffer does not understand further. Value is in units of native value.
${action('call', 'contract: Address, selector: String, value: decimal')}
// The most that execution may cost, in units of native value, and who is charged: the wallet or a paymaster.
${action('payFee', 'maximum: decimal, payer: Address')}
// DANGEROUS. Foreign code runs as the wallet.
${action('delegatecall', 'contract: Address')}
// DANGEROUS. A contract is created: the wallet itself by its factory, or another one.
${action('deploy', 'factory: Address, deployed: Address')}
// DANGEROUS. Owners, signers, modules, code or deposits change.
${action('administer', 'contract: Address, function: String')}
// DANGEROUS. EIP-7702: the key's account takes the code of a contract.
${action('delegate', 'delegate: Address, everyChain: Bool')}
// DANGEROUS. A bare hash: nothing is known of what it permits.
${action('signHash', '')}
// DANGEROUS. The hash of a user operation, or a bare one, is signed without the EIP-191 prefix.
${action('signRaw', '')}
// DANGEROUS. EIP-191 personal message.
${action('signMessage', 'text?: String')}
// DANGEROUS. EIP-712 typed data of a type that Coffer does not understand.
${action('signTypedData', 'verifyingContract?: Address, domainName?: String, primaryType: String')}
`

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
