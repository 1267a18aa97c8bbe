// The whole guide as one construct: key, role, function, API, operators, trail, alarms.
import type { PolicySource } from '@coffer/service/policy'
import type { IResolvable } from 'aws-cdk-lib'
import type { RestApi } from 'aws-cdk-lib/aws-apigateway'
import type { CfnGroup, CfnRole } from 'aws-cdk-lib/aws-iam'
import type { Code, Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda'
import { RetentionDays } from 'aws-cdk-lib/aws-logs'
import type { Topic } from 'aws-cdk-lib/aws-sns'
import { Construct } from 'constructs'
import { createAlarms, createMetrics } from './alarms.ts'
import { createApi } from './api.ts'
import { createApiLogRole } from './apiLogRole.ts'
import { arn } from './arn.ts'
import { BundledCode, bundledCode } from './bundledCode.ts'
import { createDashboard } from './dashboard.ts'
import { createEventRules } from './events.ts'
import { createFunction } from './function.ts'
import { createKey, keyPolicy } from './key.ts'
import { createLogGroup } from './logGroup.ts'
import { createNetwork, type PrivateNetwork } from './network.ts'
import { createOperators } from './operators.ts'
import { type Choice, type Optional, optionalList, optionalNumber, optionalString } from './optional.ts'
import { createRole, createRolePolicy } from './role.ts'
import type { PolicyDocument } from './statement.ts'
import { createTopic } from './topic.ts'
import { createTrail } from './trail.ts'

/** What can be chosen. Everything has a default; names are the guide's. */
export type TreasurySignerProps = {
  /** Alias of the new key, without `alias/`. Default: `treasury-admin-signer`. */
  readonly keyAlias?: string | undefined
  /**
   * ARN of a key that exists, to be used instead of creating one: `ECC_SECG_P256K1`, `SIGN_VERIFY`, same account and Region.
   * Its policy is not touched; give it the one in `keyPolicy`.
   */
  readonly existingKeyArn?: Optional<string>
  /** Whether the new key can be replicated to other Regions one day. It cannot be changed later. Default: false. */
  readonly multiRegion?: boolean | IResolvable | undefined
  /** The address that the key must have, `0x` and 40 hex digits, or nothing is signed. Default: any. */
  readonly signerAddress?: Optional<string>
  /** Name of the execution role. Default: `adminSignerInvoker`. */
  readonly roleName?: string | undefined
  /** Name of the function; alarms, rules, trail and dashboard are named after it. Default: `adminSigner`. */
  readonly functionName?: string | undefined
  /** By which the function decides what it signs. It goes with the default of `code`. Default: everything is denied. */
  readonly policy?: PolicySource | undefined
  /** Code of the function. Default: the bundle of @coffer/service. */
  readonly code?: Code | undefined
  /** How many requests at most the function works on at a time; 0 stops it. Default: the account's limit. */
  readonly reservedConcurrency?: Optional<number>
  /** Name of the API. Default: `KMS Sign API`. */
  readonly apiName?: string | undefined
  /** Name of the API's stage. Default: `prod`. */
  readonly stageName?: string | undefined
  /** Requests a second, on average, that the API lets through. Default: 10. */
  readonly throttleRate?: number | undefined
  /** Requests that it lets through at once. Default: 20. */
  readonly throttleBurst?: number | undefined
  /** Name of the IAM group whose members may ask for signatures. Default: `treasury-operators`. */
  readonly groupName?: string | undefined
  /** ARNs of IAM roles of this account that may ask for signatures too. Default: none. */
  readonly operatorRoleArns?: Optional<readonly string[]>
  /** IPv4 and IPv6 ranges from which alone the API may be called. Default: from anywhere. */
  readonly allowedCidrs?: Optional<readonly string[]>
  /** A VPC to which the API and the function are confined. Default: a Regional API, with the internet before it. */
  readonly network?: PrivateNetwork | undefined
  /** CloudWatch log group of a CloudTrail trail that exists, to be used instead of creating a trail. */
  readonly existingTrailLogGroupName?: Optional<string>
  /** ARN of the role with which API Gateway logs in this account and Region already. Default: sets a new one. */
  readonly existingApiLogRoleArn?: Optional<string>
  /** E-mail address to which alarms go. Default: nobody is told, but the alarms are there. */
  readonly alarmEmail?: Optional<string>
  /** Signatures in five minutes from which on the rate is unusual. Default: 50. */
  readonly signingRateAlarm?: number | undefined
  /** Milliseconds; an alarm goes off when one request in a hundred takes as long. Default: 5000. */
  readonly latencyAlarm?: number | undefined
  /** How long log groups keep events. Default: one year. */
  readonly logRetention?: RetentionDays | undefined
}

/**
 * A KMS key as an Ethereum signer, behind an endpoint that operators call.
 *
 * Role and group are named and belong to the account, not to a Region: a second signer in an account needs other names.
 *
 * @example
 * new TreasurySigner(stack, 'Signer', { alarmEmail: 'treasury-alarms@acme.example' })
 */
export class TreasurySigner extends Construct {
  /** ARN of the key. */
  readonly keyArn: string
  /** Whether that is a key that existed before. */
  readonly existingKeyArn: Choice<string>
  /** The policy of the new key; an existing one should be given it. */
  readonly keyPolicy: PolicyDocument
  /** The address that is pinned. */
  readonly signerAddress: Choice<string>
  /** The execution role. */
  readonly role: CfnRole
  /** SHA-256 of the policy, 64 hex digits; undefined where the code is not known at synthesis. */
  readonly policyVersion: string | undefined
  /** The function. */
  readonly function: LambdaFunction
  /** The API; its `url` is the invoke URL. */
  readonly api: RestApi
  /** The operators. */
  readonly group: CfnGroup
  /** Where alarms are announced. */
  readonly topic: Topic

  constructor(scope: Construct, id: string, props: TreasurySignerProps = {}) {
    super(scope, id)
    const {
      keyAlias = 'treasury-admin-signer',
      roleName = 'adminSignerInvoker',
      functionName = 'adminSigner',
      stageName = 'prod',
      groupName = 'treasury-operators',
      network,
      logRetention: retention = RetentionDays.ONE_YEAR,
    } = props
    const functionArn = arn('lambda', `function:${functionName}`)

    this.role = createRole(this, { roleName, functionArn })
    this.keyPolicy = keyPolicy({ roleArn: this.role.attrArn, vpcId: network?.vpcId })
    this.existingKeyArn = optionalString(this, 'ExistingKey', props.existingKeyArn)
    this.keyArn = createKey(this, {
      existingKeyArn: this.existingKeyArn,
      alias: keyAlias,
      multiRegion: props.multiRegion ?? false,
      policy: this.keyPolicy,
    })
    const roleArn = this.role.attrArn
    const keyArn = this.keyArn

    const place =
      network === undefined ? undefined : createNetwork(this, network, { roleArn, keyArn, stageName })
    const functionLog = createLogGroup(this, 'FunctionLog', retention)
    this.signerAddress = optionalString(this, 'SignerAddress', props.signerAddress)
    const code = props.code ?? bundledCode({ policy: props.policy })
    this.policyVersion = code instanceof BundledCode ? code.policyVersion : undefined
    this.function = createFunction(this, {
      functionName,
      code,
      role: this.role,
      permissions: createRolePolicy(this, {
        roleName: this.role.ref,
        keyArn,
        functionArn,
        logGroupName: functionLog.logGroupName,
        inVpc: network !== undefined,
      }),
      logGroup: functionLog,
      keyArn,
      signerAddress: this.signerAddress,
      reservedConcurrency: optionalNumber(this, 'ReservedConcurrency', props.reservedConcurrency),
      network: place?.function,
    })

    const endpoint = createApi(this, {
      apiName: props.apiName ?? 'KMS Sign API',
      stageName,
      target: this.function,
      operatorRoleArns: optionalList(this, 'OperatorRoles', props.operatorRoleArns),
      allowedCidrs: optionalList(this, 'AllowedCidrs', props.allowedCidrs),
      throttleRate: props.throttleRate ?? 10,
      throttleBurst: props.throttleBurst ?? 20,
      accessLog: createLogGroup(this, 'AccessLog', retention),
      logRole: createApiLogRole(
        this,
        optionalString(this, 'ExistingApiLogRole', props.existingApiLogRoleArn),
      ),
      endpointIds: place?.apiEndpointIds,
    })
    this.api = endpoint.api
    this.group = createOperators(this, { groupName, methodArn: endpoint.methodArn })

    this.topic = createTopic(this, optionalString(this, 'AlarmEmail', props.alarmEmail))
    const trailLogGroupName = createTrail(this, {
      existingLogGroupName: optionalString(this, 'ExistingTrail', props.existingTrailLogGroupName),
      trailName: `${functionName}-trail`,
      functionArn,
      retention,
    })
    createEventRules(this, {
      topicArn: this.topic.topicArn,
      keyArn,
      aliasArn: arn('kms', `alias/${keyAlias}`),
      roleArn,
      functionName,
      apiId: this.api.restApiId,
    })
    const metrics = createMetrics(this, {
      trailLogGroupName,
      functionLog,
      keyArn,
      roleName,
      groupName,
      functionName,
      target: this.function,
      api: this.api,
    })
    const alarms = createAlarms(this, metrics, {
      functionName,
      topic: this.topic,
      signingRate: props.signingRateAlarm ?? 50,
      latency: props.latencyAlarm ?? 5000,
    })
    createDashboard(this, { name: functionName, alarms, metrics })
  }
}
