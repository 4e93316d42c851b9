/**
 * Kept answers are sealed by the request that brought them: the key to open one is derived from the idempotency key's
 * text and the body, which the database never holds. Whoever reads the table finds hashes and ciphertext.
 */
import { createHash, hash, hkdfSync } from 'node:crypto';
import type { Random } from '#kernel';
import { openEnvelope, sealEnvelope } from '../crypto/port.ts';
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

/** An envelope over status, headers, receipt id and body. Its key needs no name: the request brings it. */
export function sealAnswer(seal: RequestSeal, answer: KeptAnswer, random: Random): Buffer {
  const { status, headers, receiptId } = answer;
  const head = Buffer.from(JSON.stringify({ status, headers, receiptId }));
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt32BE(head.length);
  return sealEnvelope({ id: '', bytes: seal.sealingKey }, [length, head, answer.body], boundTo(seal), random);
}

/** The sealed answer. Throws `SealError` where the bytes were changed or belong to another request. */
export function openAnswer(seal: RequestSeal, bytes: Uint8Array): KeptAnswer {
  const plain = openEnvelope(seal.sealingKey, bytes, boundTo(seal));
  const bodyAt = LENGTH_BYTES + plain.readUInt32BE(0);
  // Authentic, so it is what `sealAnswer` wrote.
  const head = JSON.parse(plain.toString('utf8', LENGTH_BYTES, bodyAt)) as Omit<KeptAnswer, 'body'>;
  return { ...head, body: plain.subarray(bodyAt) };
}

function expand(secret: Uint8Array, label: string): ArrayBuffer {
  return hkdfSync('sha256', secret, 'reeve/idempotency/1', label, 32);
}

function boundTo(seal: RequestSeal): string {
  return `${seal.keyHash}:${seal.fingerprint}`;
}
