/**
 * Kept answers are sealed by the request that brought them: the key to open one is derived from the idempotency key's
 * text and the body, which the database never holds. Whoever reads the table finds hashes and ciphertext.
 */
import { createCipheriv, createDecipheriv, createHash, hash, hkdfSync } from 'node:crypto';
import type { Random } from '#kernel';
import type { KeptAnswer, RepeatableRequest } from './port.ts';

/** What a request under a key leaves behind (`keyHash`, `fingerprint`) and what only the request itself gives. */
export interface RequestSeal {
  /** Hex. Finds the row within its tenant. */
  keyHash: string;
  /** Hex. Equal for the same key, method, path and body. */
  fingerprint: string;
  /** 256 bits, kept in memory while the request runs. */
  sealingKey: Uint8Array;
}

const FORMAT = 1;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const LENGTH_BYTES = 4;

/**
 * Derives both from one pass over the request. The labels keep every derived value apart from the others and from the
 * plain SHA-256 of a body that receipts hold, so that none of what is stored helps to open an answer.
 */
export function deriveSeal(tenantId: string, key: string, request: RepeatableRequest): RequestSeal {
  const root = createHash('sha512');
  for (const part of ['reeve/idempotency/1', tenantId, key, request.method, request.path, request.authority ?? '']) {
    root.update(`${Buffer.byteLength(part)}:${part}`);
  }
  const secret = root.update(request.body).digest();
  return {
    keyHash: hash('sha256', `reeve/idempotency/1/key:${tenantId}:${key}`),
    fingerprint: Buffer.from(expand(secret, 'fingerprint')).toString('hex'),
    sealingKey: new Uint8Array(expand(secret, 'sealing-key')),
  };
}

/** AES-256-GCM over status, headers, receipt id and body: `format, nonce, tag, ciphertext`. */
export function sealAnswer(seal: RequestSeal, answer: KeptAnswer, random: Random): Buffer {
  const nonce = new Uint8Array(NONCE_BYTES);
  random.fill(nonce);
  const { status, headers, receiptId } = answer;
  const head = Buffer.from(JSON.stringify({ status, headers, receiptId }));
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt32BE(head.length);
  const cipher = createCipheriv('aes-256-gcm', seal.sealingKey, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(boundTo(seal));
  const sealed = [cipher.update(length), cipher.update(head), cipher.update(answer.body), cipher.final()];
  return Buffer.concat([Buffer.of(FORMAT), nonce, cipher.getAuthTag(), ...sealed]);
}

/** The sealed answer. Throws where the bytes were changed or belong to another request. */
export function openAnswer(seal: RequestSeal, bytes: Uint8Array): KeptAnswer {
  const sealed = Buffer.from(bytes);
  if (sealed[0] !== FORMAT) throw new Error('the kept answer has an unknown format');
  const nonce = sealed.subarray(1, 1 + NONCE_BYTES);
  const tag = sealed.subarray(1 + NONCE_BYTES, 1 + NONCE_BYTES + TAG_BYTES);
  const decipher = createDecipheriv('aes-256-gcm', seal.sealingKey, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(boundTo(seal)).setAuthTag(tag);
  const plain = Buffer.concat([decipher.update(sealed.subarray(1 + NONCE_BYTES + TAG_BYTES)), decipher.final()]);
  const bodyAt = LENGTH_BYTES + plain.readUInt32BE(0);
  // Authentic, so it is what `sealAnswer` wrote.
  const head = JSON.parse(plain.toString('utf8', LENGTH_BYTES, bodyAt)) as Omit<KeptAnswer, 'body'>;
  return { ...head, body: plain.subarray(bodyAt) };
}

function expand(secret: Uint8Array, label: string): ArrayBuffer {
  return hkdfSync('sha256', secret, 'reeve/idempotency/1', label, 32);
}

function boundTo(seal: RequestSeal): Buffer {
  return Buffer.from(`${seal.keyHash}:${seal.fingerprint}`);
}
