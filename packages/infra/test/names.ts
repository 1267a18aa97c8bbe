// Names of what the tests deploy: account 111122223333, Region eu-north-1.

export const newKey = 'arn:aws:kms:eu-north-1:111122223333:key/id-of-SignerNewKey'
export const existingKey = 'arn:aws:kms:eu-north-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab'
export const role = 'arn:aws:iam::111122223333:role/adminSignerInvoker'
export const root = 'arn:aws:iam::111122223333:root'
export const signingFunction = 'arn:aws:lambda:eu-north-1:111122223333:function:adminSigner'
export const method = 'arn:aws:execute-api:eu-north-1:111122223333:id-of-SignerApi/prod/POST/'
export const trail = 'arn:aws:cloudtrail:eu-north-1:111122223333:trail/adminSigner-trail'
export const bucket = 'arn:aws:s3:::id-of-SignerTrailBucket'
export const everyone = { AWS: '*' }
export const digests = { 'kms:MessageType': 'DIGEST', 'kms:SigningAlgorithm': 'ECDSA_SHA_256' }
