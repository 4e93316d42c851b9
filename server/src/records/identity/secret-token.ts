/** Tokens of 256 random bits for sessions and one-time links. Only their hash is ever stored. */
import { hash } from 'node:crypto';
import { encodeBase32, type Random } from '#kernel';

export interface SecretToken {
  text: string;
  hash: string;
}

const TOKEN_BYTES = 32;

export function makeToken(random: Random): SecretToken {
  const secret = new Uint8Array(TOKEN_BYTES);
  random.fill(secret);
  const text = encodeBase32(secret);
  return { text, hash: hashToken(text) };
}

/** Lower-case hex SHA-256; enough, since nobody guesses 256 random bits. */
export function hashToken(text: string): string {
  return hash('sha256', text);
}
