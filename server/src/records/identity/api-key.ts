/** The API key as people hold it: `rv_<public id>_<secret>`. Only its hash is ever stored. */
import { hash } from 'node:crypto';
import { encodeBase32, type KeyId, type Random } from '#kernel';

export interface FreshKey {
  /** The whole key, shown once. */
  text: string;
  /** What listings show of it. */
  prefix: string;
  hash: string;
}

const SECRET_BYTES = 32;
const PUBLIC_ID_LENGTH = 10;

/** A new key with a secret of 256 bits. Its public id is the random tail of the key's id. */
export function makeApiKey(id: KeyId, random: Random): FreshKey {
  const secret = new Uint8Array(SECRET_BYTES);
  random.fill(secret);
  const prefix = `rv_${id.slice(-PUBLIC_ID_LENGTH)}`;
  const text = `${prefix}_${encodeBase32(secret)}`;
  return { text, prefix, hash: hashApiKey(text) };
}

/** Lower-case hex SHA-256 of the whole key. A fast hash is enough: nobody guesses 256 random bits. */
export function hashApiKey(text: string): string {
  return hash('sha256', text);
}

/** What may be shown of a key that somebody else made up: never enough to guess the rest. */
export function prefixOf(text: string): string {
  const own = /^rv_[0-9a-z]{10}(?=_)/.exec(text);
  return own === null ? `${text.slice(0, 4)}…` : own[0];
}
