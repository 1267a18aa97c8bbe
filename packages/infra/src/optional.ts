// Values that are known at synthesis, or only at deployment because the template is given to others as it is: then the
// value is a parameter, and what depends on it stands under a CloudFormation condition.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/conditions-section-structure.html
import { Aws, CfnCondition, type CfnParameter, CfnResource, Fn, type IResolvable, Token } from 'aws-cdk-lib'
import { Construct } from 'constructs'

/** A value, or a CloudFormation parameter that counts as absent while it is empty. */
export type Optional<T> = T | CfnParameter | undefined

/** What is known of an optional value at synthesis. */
export type Choice<T> =
  | { readonly kind: 'absent' }
  | { readonly kind: 'given'; readonly value: T }
  | {
      readonly kind: 'parameter'
      readonly value: T
      readonly given: () => CfnCondition
      readonly absent: () => CfnCondition
    }

/** An optional string; an empty one is absent. `id` names the conditions. */
export const optionalString = (scope: Construct, id: string, value: Optional<string>): Choice<string> => {
  if (value === undefined || value === '') return { kind: 'absent' }
  if (typeof value === 'string') return { kind: 'given', value }
  return parameter(scope, id, value.valueAsString, value.valueAsString)
}

/** An optional list; an empty one is absent. The parameter is a CommaDelimitedList. */
export const optionalList = (
  scope: Construct,
  id: string,
  value: Optional<readonly string[]>,
): Choice<readonly string[]> => {
  if (value === undefined) return { kind: 'absent' }
  if (isList(value)) return value.length === 0 ? { kind: 'absent' } : { kind: 'given', value }
  return parameter(scope, id, value.valueAsList, Fn.join('', value.valueAsList))
}

/** An optional number. The parameter is a String, because a Number cannot be empty. */
export const optionalNumber = (scope: Construct, id: string, value: Optional<number>): Choice<number> => {
  if (value === undefined) return { kind: 'absent' }
  if (typeof value === 'number') return { kind: 'given', value }
  return parameter(scope, id, Token.asNumber(value.value), value.valueAsString)
}

/** A part of the template that is there only with the value: a property, a statement. Undefined: known to be absent. */
export const whereGiven = <T, R>(choice: Choice<T>, make: (value: T) => R): R | IResolvable | undefined => {
  if (choice.kind === 'absent') return undefined
  const made = make(choice.value)
  return choice.kind === 'given' ? made : Fn.conditionIf(choice.given().logicalId, made, Aws.NO_VALUE)
}

/** Resources that are there only with the value, in a scope of their own. */
export const createWhereGiven = <T, R>(
  scope: Construct,
  id: string,
  choice: Choice<T>,
  create: (scope: Construct, value: T) => R,
): R | undefined => {
  if (choice.kind === 'absent') return undefined
  const inner = new Construct(scope, id)
  const created = create(inner, choice.value)
  if (choice.kind === 'parameter') setCondition(inner, choice.given())
  return created
}

/** The value, or without it the ARN, name or id of what is created in its place. */
export const givenOrCreated = (
  scope: Construct,
  id: string,
  choice: Choice<string>,
  create: (scope: Construct) => string,
): string => either(scope, id, choice, create, chosen => Token.asString(chosen))

/** The same for a list. */
export const givenOrCreatedList = (
  scope: Construct,
  id: string,
  choice: Choice<readonly string[]>,
  create: (scope: Construct) => readonly string[],
): readonly string[] => either(scope, id, choice, create, chosen => Token.asList(chosen))

const either = <T>(
  scope: Construct,
  id: string,
  choice: Choice<T>,
  create: (scope: Construct) => T,
  read: (chosen: IResolvable) => T,
): T => {
  if (choice.kind === 'given') return choice.value
  const inner = new Construct(scope, id)
  const created = create(inner)
  if (choice.kind === 'absent') return created
  setCondition(inner, choice.absent())
  return read(Fn.conditionIf(choice.given().logicalId, choice.value, created))
}

const parameter = <T>(scope: Construct, id: string, value: T, text: string): Choice<T> => {
  const isEmpty = Fn.conditionEquals(text, '')
  const given = onFirstUse(
    () => new CfnCondition(scope, `${id}Given`, { expression: Fn.conditionNot(isEmpty) }),
  )
  const absent = onFirstUse(() => new CfnCondition(scope, `${id}Absent`, { expression: isEmpty }))
  return { kind: 'parameter', value, given, absent }
}

/** A condition that nothing uses is a fault in a template. */
const onFirstUse = <T>(make: () => T): (() => T) => {
  let made: T | undefined
  return () => {
    made ??= make()
    return made
  }
}

const isList = (value: readonly string[] | CfnParameter): value is readonly string[] => Array.isArray(value)

const setCondition = (scope: Construct, condition: CfnCondition): void => {
  for (const child of scope.node.findAll())
    if (CfnResource.isCfnResource(child)) child.cfnOptions.condition = condition
}
