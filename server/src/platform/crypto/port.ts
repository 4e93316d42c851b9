/** Pure cryptography over Node's own: sealed envelopes, derived keys, password hashes, signatures. Keys are inputs. */
export { deriveKey, equalInConstantTime, hmacSha256 } from './derive-key.ts';
export { openEnvelope, readKeyId, sealEnvelope, SealError, type SealingKey } from './envelope.ts';
export { hashPassword, needsRehash, verifyPassword } from './hash-password.ts';
export { encodeStrictly, presignV4, signV4, type AwsKeys, type SignableRequest } from './sign-v4.ts';
