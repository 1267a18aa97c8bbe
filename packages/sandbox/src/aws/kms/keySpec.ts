// The kinds of key the sandbox keeps: what an Ethereum signer needs, and the one it is most often mistaken for.

export const keySpec = 'ECC_SECG_P256K1'

/** The specs of keys that can be had here. Both sign with ECDSA over SHA-256. */
export type KeySpec = typeof keySpec | 'ECC_NIST_P256'

export const supportedKeySpecs: readonly KeySpec[] = [keySpec, 'ECC_NIST_P256']

export const keyUsage = 'SIGN_VERIFY'

/** KMS's name for ECDSA over 32 bytes; with MessageType DIGEST nothing is hashed. */
export const signingAlgorithm = 'ECDSA_SHA_256'

/** The key specs that CustomerMasterKeySpec, KeySpec's old name, knows; it is closed to newer ones. */
export const customerMasterKeySpecs: readonly string[] = [
  'RSA_2048',
  'RSA_3072',
  'RSA_4096',
  'ECC_NIST_P256',
  'ECC_NIST_P384',
  'ECC_NIST_P521',
  keySpec,
  'SYMMETRIC_DEFAULT',
  'HMAC_224',
  'HMAC_256',
  'HMAC_384',
  'HMAC_512',
  'SM2',
]

/** All key specs of KMS: those which are refused as unsupported, not as invalid. */
export const keySpecs: readonly string[] = [
  ...customerMasterKeySpecs,
  'ML_DSA_44',
  'ML_DSA_65',
  'ML_DSA_87',
  'ECC_NIST_EDWARDS25519',
]

/** All key usages of KMS. */
export const keyUsages: readonly string[] = [
  keyUsage,
  'ENCRYPT_DECRYPT',
  'GENERATE_VERIFY_MAC',
  'KEY_AGREEMENT',
]
