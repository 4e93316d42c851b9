/** Requests that a signature allows: who signed it, for which method and key, until when. */
import type { Clock } from '#kernel';
import { deriveKey, encodeStrictly, equalInConstantTime, hmacSha256 } from '../crypto/port.ts';
import { isKey } from './object-keys.ts';
import type { PresignedRequest, PresignOptions } from './port.ts';

/** Where the signed requests are served. */
const SIGNED_PATH = '/objects/';
const WEEK_SECONDS = 604_800;

export interface SignedPaths {
  sign(key: string, options: PresignOptions): PresignedRequest;
  /** Whether this request was signed and still counts. */
  verify(request: SignedRequest): 'valid' | 'expired' | 'invalid';
}

export interface SignedRequest {
  method: string;
  key: string;
  query: Readonly<Record<string, unknown>>;
  mediaType: string;
}

export function createSignedPaths(secret: Uint8Array, clock: Clock): SignedPaths {
  const signingKey = deriveKey(secret, 'reeve/objects/1', ['signed-paths']);
  const signatureOf = (method: string, key: string, expires: string, mediaType: string): Buffer =>
    hmacSha256(signingKey, [method, key, expires, mediaType].join('\n'));
  return {
    sign(key, { method, expiresInSeconds, mediaType }) {
      const expiresMs = clock.now() + Math.min(expiresInSeconds, WEEK_SECONDS) * 1000;
      const expires = String(Math.ceil(expiresMs / 1000));
      const type = method === 'PUT' ? (mediaType ?? '') : '';
      const signature = signatureOf(method, key, expires, type).toString('base64url');
      const typed = type === '' ? '' : `&type=${encodeStrictly(type)}`;
      return {
        url: `${SIGNED_PATH}${key}?expires=${expires}${typed}&signature=${signature}`,
        method,
        headers: type === '' ? {} : { 'content-type': type },
        expiresAt: new Date(Number(expires) * 1000).toISOString(),
      };
    },
    verify({ method, key, query, mediaType }) {
      const { expires, signature, type = '' } = query;
      if (typeof expires !== 'string' || typeof signature !== 'string' || typeof type !== 'string') return 'invalid';
      if (!/^\d{1,12}$/.test(expires) || !isKey(key)) return 'invalid';
      const expected = signatureOf(method, key, expires, type);
      if (!equalInConstantTime(expected, Buffer.from(signature, 'base64url'))) return 'invalid';
      if (type !== '' && mediaType !== type) return 'invalid';
      return clock.now() < Number(expires) * 1000 ? 'valid' : 'expired';
    },
  };
}
