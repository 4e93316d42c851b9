/**
 * Keys that seal data, made by Vault's Transit engine and wrapped by its derived key. The wrapped form travels in front
 * of what the key sealed; the plain one stays in this process for a while, so that not every envelope asks Vault.
 */
import { AppError, type Clock } from '#kernel';
import { SealError, type SealingKey } from '../crypto/port.ts';
import type { SecretScope } from './port.ts';
import { contextOf } from './secret-names.ts';
import type { VaultClient, VaultReply } from './vault-client.ts';
import type { VaultAddress } from './vault-url.ts';

export interface DataKeys {
  /** The key that seals now for this tenant and purpose. */
  current(scope: SecretScope, purpose: string): Promise<SealingKey>;
  /** The key behind a wrapped one. Throws `SealError('key')` where it is not this tenant's and purpose's. */
  unwrap(scope: SecretScope, purpose: string, wrapped: string): Promise<Uint8Array>;
  /** Changes Vault's key for all tenants, and forgets the data key of this one. */
  rotate(scope: SecretScope, purpose: string): Promise<void>;
}

/** How long one data key seals. */
const USE_MS = 60 * 60_000;
const KNOWN_MAX = 4096;
/** Vault changes its own key by itself after 30 days. */
const AUTO_ROTATE = '720h';

type Place = Pick<VaultAddress, 'transitMount' | 'transitKey'>;

export function createDataKeys(client: VaultClient, { transitMount, transitKey }: Place, clock: Clock): DataKeys {
  const sealing = new Map<string, { key: SealingKey; untilMs: number }>();
  const opened = new Map<string, Uint8Array>();
  const prepare = createKeyMaker(client, `${transitMount}/keys/${transitKey}`);
  const at = (operation: string): string => `${transitMount}/${operation}/${transitKey}`;

  function remember(context: string, wrapped: string, bytes: Uint8Array): void {
    if (opened.size >= KNOWN_MAX) opened.clear();
    opened.set(`${context}\n${wrapped}`, bytes);
  }

  return {
    async current(scope, purpose) {
      const context = contextOf(scope, purpose);
      const known = sealing.get(context);
      if (known !== undefined && clock.monotonicMs() < known.untilMs) return known.key;
      await prepare();
      const { data } = expectDone(
        await client.ask('POST', at('datakey/plaintext'), { context: base64(context), bits: 256 }),
      );
      const key = { id: readText(data['ciphertext']), bytes: Buffer.from(readText(data['plaintext']), 'base64') };
      if (sealing.size >= KNOWN_MAX) sealing.clear();
      sealing.set(context, { key, untilMs: clock.monotonicMs() + USE_MS });
      remember(context, key.id, key.bytes);
      return key;
    },
    async unwrap(scope, purpose, wrapped) {
      const context = contextOf(scope, purpose);
      const known = opened.get(`${context}\n${wrapped}`);
      if (known !== undefined) return known;
      if (!wrapped.startsWith('vault:')) throw new SealError('key', 'the bytes were not sealed with a key of Vault');
      const reply = await client.ask('POST', at('decrypt'), { context: base64(context), ciphertext: wrapped });
      if (reply.status === 400) throw new SealError('key', `Vault does not unwrap the key: ${reply.fault}`);
      const bytes = Buffer.from(readText(expectDone(reply).data['plaintext']), 'base64');
      remember(context, wrapped, bytes);
      return bytes;
    },
    async rotate(scope, purpose) {
      await prepare();
      expectDone(await client.ask('POST', `${transitMount}/keys/${transitKey}/rotate`, {}));
      sealing.delete(contextOf(scope, purpose));
    },
  };
}

/** Makes Vault's key where it is missing, once. An operator may have made it and kept that right from us. */
function createKeyMaker(client: VaultClient, path: string): () => Promise<void> {
  let made: Promise<void> | null = null;
  async function make(): Promise<void> {
    const form = { type: 'aes256-gcm96', derived: true, auto_rotate_period: AUTO_ROTATE };
    try {
      expectDone(await client.ask('POST', path, form));
    } catch (error) {
      const known = await client.ask('GET', path).catch(() => null);
      if (known?.status !== 200) throw error;
    }
  }
  return async () => {
    const asked = (made ??= make());
    try {
      await asked;
    } catch (error) {
      if (made === asked) made = null;
      throw error;
    }
  };
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');

function expectDone(reply: VaultReply): VaultReply {
  if (reply.status < 300) return reply;
  throw new AppError('secrets_unavailable', { detail: `Vault answers ${reply.status}: ${reply.fault}` });
}

function readText(value: unknown): string {
  if (typeof value === 'string') return value;
  throw new AppError('secrets_unavailable', { detail: 'Vault answers without what was asked for' });
}
