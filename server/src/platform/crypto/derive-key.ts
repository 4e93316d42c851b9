/** Keys made from keys, and comparisons whose time says nothing. */
import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';

const KEY_BYTES = 32;

/**
 * HKDF-SHA-256 (RFC 5869). Each part of `info` counts with its length, so that no two lists of parts give one key:
 * (`a`, `bc`) and (`ab`, `c`) differ.
 */
export function deriveKey(secret: Uint8Array, salt: string, info: readonly string[], bytes = KEY_BYTES): Buffer {
  const label = info.map((part) => `${Buffer.byteLength(part)}:${part}`).join('');
  return Buffer.from(hkdfSync('sha256', secret, salt, label, bytes));
}

export function hmacSha256(key: Uint8Array, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

/** Whether two values are the same; the time it takes tells at most whether their lengths are. */
export function equalInConstantTime(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && timingSafeEqual(one, other);
}
