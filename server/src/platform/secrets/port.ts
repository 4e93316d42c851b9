/**
 * Secrets of tenants: named values with versions, and bytes sealed under keys of a tenant that callers never see.
 * What one tenant stored or sealed, no other can read or open.
 */
import type { Scope } from '#kernel';

export type SecretScope = Pick<Scope, 'tenantId'>;

export interface Secret {
  value: Buffer;
  /** Counts up from 1 with each `put`. */
  version: number;
  /** ISO 8601, UTC. */
  createdAt: string;
}

/** `conflict`: the newest version is not the one that the caller saw. */
export type PutVerdict = { type: 'stored'; version: number } | { type: 'conflict' };

/**
 * Names are 1–128 of `a–z 0–9 . _ -`, beginning with a letter or digit; purposes likewise, at most 64. Anything else is
 * a bug of the caller. Everything rejects with `AppError('secrets_unavailable')` where the engine cannot be reached,
 * is sealed or refuses us: there is no answer without it.
 */
export interface Secrets {
  readonly engine: 'sealed-file' | 'vault';
  /**
   * Stores a value as the newest version; the ten newest are kept. `ifVersion` lets it happen only while that version is
   * the newest, 0 while there is none. What `stored` says survives a crash.
   */
  put(scope: SecretScope, name: string, value: Uint8Array, ifVersion?: number): Promise<PutVerdict>;
  /** The newest version, or the one asked for; `null` where there is none. */
  get(scope: SecretScope, name: string, version?: number): Promise<Secret | null>;
  /** The tenant's names, sorted. */
  list(scope: SecretScope): Promise<string[]>;
  /** Removes every version; the next `put` begins at 1. False where there was none. */
  delete(scope: SecretScope, name: string): Promise<boolean>;

  /** Seals bytes under the tenant's key of today for this purpose. Needs no round trip once the key is known. */
  encrypt(scope: SecretScope, purpose: string, plain: Uint8Array): Promise<Buffer>;
  /** Opens what the same tenant sealed for the same purpose. Throws `SealError` (of crypto) on anything else. */
  decrypt(scope: SecretScope, purpose: string, sealed: Uint8Array): Promise<Buffer>;
  /** From now on `encrypt` takes a new key; what older ones sealed still opens. Keys also change by themselves in 30 days. */
  rotate(scope: SecretScope, purpose: string): Promise<void>;
  /** The same bytes under the key of today. */
  rewrap(scope: SecretScope, purpose: string, sealed: Uint8Array): Promise<Buffer>;

  /** Resolves to `null` when the engine serves, else to what is wrong. */
  check(): Promise<string | null>;
  close(): Promise<void>;
}
