/** Secrets in Vault: values in KV version 2 under `tenant/<id>/<name>`, envelopes under data keys of Transit. */
import { AppError, type Random } from '#kernel';
import { openEnvelope, readKeyId, sealEnvelope } from '../crypto/port.ts';
import type { PutVerdict, Secret, Secrets, SecretScope } from './port.ts';
import { assertPurpose, assertSecretName, assertTenant, contextOf } from './secret-names.ts';
import { createVaultClient, type VaultDeps, type VaultReply } from './vault-client.ts';
import { createDataKeys } from './vault-data-keys.ts';
import { parseVaultUrl } from './vault-url.ts';

export interface VaultOptions extends VaultDeps {
  /** The value of `REEVE_VAULT_URL`. */
  url: string;
  random: Random;
}

/** Asks nothing yet: a Vault that is sealed or away at the start is told by `check` and heals without a restart. */
export function createVaultSecrets({ url, httpClient, clock, random }: VaultOptions): Secrets {
  const address = parseVaultUrl(url);
  const client = createVaultClient(address, { httpClient, clock });
  const keys = createDataKeys(client, address, clock);
  const at = (part: 'data' | 'metadata', scope: SecretScope, name = ''): string =>
    `${address.kvMount}/${part}/tenant/${scope.tenantId}/${name}`;

  async function encrypt(scope: SecretScope, purpose: string, plain: Uint8Array): Promise<Buffer> {
    assertPurpose(scope, purpose);
    return sealEnvelope(await keys.current(scope, purpose), plain, contextOf(scope, purpose), random);
  }

  async function decrypt(scope: SecretScope, purpose: string, sealed: Uint8Array): Promise<Buffer> {
    assertPurpose(scope, purpose);
    const key = await keys.unwrap(scope, purpose, readKeyId(sealed));
    return openEnvelope(key, sealed, contextOf(scope, purpose));
  }

  return {
    engine: 'vault',
    encrypt,
    decrypt,
    async put(scope, name, value, ifVersion) {
      assertSecretName(scope, name);
      const options = ifVersion === undefined ? {} : { options: { cas: ifVersion } };
      const data = { value: Buffer.from(value).toString('base64') };
      return readPut(await client.ask('POST', at('data', scope, name), { data, ...options }));
    },
    async get(scope, name, version) {
      assertSecretName(scope, name);
      const query = version === undefined ? '' : `?version=${version}`;
      return readSecret(await client.ask('GET', `${at('data', scope, name)}${query}`));
    },
    async list(scope) {
      assertTenant(scope);
      const { status, data } = await client.ask('GET', `${at('metadata', scope)}?list=true`);
      return status === 404 || !Array.isArray(data['keys']) ? [] : data['keys'].map(String).toSorted();
    },
    async delete(scope, name) {
      assertSecretName(scope, name);
      const { status } = await client.ask('GET', at('metadata', scope, name));
      if (status === 404) return false;
      await client.ask('DELETE', at('metadata', scope, name));
      return true;
    },
    async rotate(scope, purpose) {
      assertPurpose(scope, purpose);
      await keys.rotate(scope, purpose);
    },
    rewrap: async (scope, purpose, sealed) => encrypt(scope, purpose, await decrypt(scope, purpose, sealed)),
    check: () => client.check(),
    close() {
      client.close();
      return Promise.resolve();
    },
  };
}

function readPut({ status, data, fault }: VaultReply): PutVerdict {
  if (status === 400 && fault.includes('check-and-set')) return { type: 'conflict' };
  if (status < 300 && typeof data['version'] === 'number') return { type: 'stored', version: data['version'] };
  throw new AppError('secrets_unavailable', { detail: `Vault answers ${status}: ${fault}` });
}

interface KvData {
  data?: { value?: string } | null;
  metadata?: { version: number; created_time: string };
}

function readSecret({ status, data, fault }: VaultReply): Secret | null {
  if (status === 404) return null;
  const { data: stored, metadata } = data as KvData;
  if (stored?.value === undefined || metadata === undefined) {
    throw new AppError('secrets_unavailable', { detail: `Vault answers ${status} without a value of ours: ${fault}` });
  }
  const createdAt = new Date(metadata.created_time).toISOString();
  return { value: Buffer.from(stored.value, 'base64'), version: metadata.version, createdAt };
}
