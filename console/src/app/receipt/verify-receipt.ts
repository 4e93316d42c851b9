/**
 * Checks a receipt here, with nothing of the server: the hash is the SHA-256 of the body's canonical form (JCS, RFC 8785).
 * `bigint` stands for integers beyond what a `number` holds, so that each is written with the digits that it came with.
 */
import type { Receipt } from './receipt.ts';

export type Verdict =
  | { type: 'match' | 'mismatch'; computed: string }
  /** The browser gives WebCrypto to pages over HTTPS and on this machine alone. */
  | { type: 'unable' };

export async function verifyReceipt(receipt: Receipt): Promise<Verdict> {
  // What stands beside the body is not hashed.
  const { hash, proof: _proof, tags: _tags, links: _links, ...body } = receipt;
  const subtle: SubtleCrypto | undefined = globalThis.crypto?.subtle;
  if (subtle === undefined) return { type: 'unable' };
  const digest = await subtle.digest('SHA-256', new TextEncoder().encode(canonicalise(body)));
  const computed = Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
  return { type: computed === hash ? 'match' : 'mismatch', computed };
}

function canonicalise(value: unknown): string {
  if (typeof value === 'bigint') return String(value);
  if (Array.isArray(value)) return `[${value.map(canonicalise).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, member]) => `${JSON.stringify(name)}:${canonicalise(member)}`);
  return `{${members.join(',')}}`;
}
