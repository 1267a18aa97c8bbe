// The four ways to name a KMS key: key id, key ARN, alias name, alias ARN.
// https://docs.aws.amazon.com/kms/latest/developerguide/concepts.html#key-id

export type KmsKeyId = {
  /** What was given. */
  readonly text: string
  /** The region in the ARN; `undefined` where a key id or an alias name was given. */
  readonly region: string | undefined
}

const ARN = /^arn:aws[a-z-]*:kms:([a-z0-9-]+):[0-9]{12}:(?:key\/[A-Za-z0-9-]+|alias\/[A-Za-z0-9/_-]+)$/
const NAME = /^(?:[A-Za-z0-9-]+|alias\/[A-Za-z0-9/_-]+)$/

/** Reads the name of a KMS key; `undefined` where the text is none. */
export const parseKmsKeyId = (text: string): KmsKeyId | undefined => {
  const arn = ARN.exec(text)
  if (arn !== null) return { text, region: arn[1] }
  return NAME.test(text) ? { text, region: undefined } : undefined
}

/** Whether a text is a key ARN: the one name of a key that cannot be pointed at another. */
export const isKeyArn = (text: string): boolean => ARN.test(text) && text.includes(':key/')

/** Whether a key ARN may be the answer to a name: it must say the same as far as the name says anything. */
export const isAnswerTo = (name: KmsKeyId, keyArn: string): boolean => {
  if (!isKeyArn(keyArn)) return false
  if (isKeyArn(name.text)) return keyArn === name.text
  // An alias lies in the account and region of its key.
  if (name.region !== undefined) return keyArn.split(':key/')[0] === name.text.split(':alias/')[0]
  return name.text.startsWith('alias/') || keyArn.endsWith(`:key/${name.text}`)
}
