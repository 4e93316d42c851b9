/** Against the protocol fake, or a real Vault where `REEVE_VAULT_URL` names one. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startVault, TOKEN_SECONDS, type VaultRig } from '../../../test/rigs/vault-fake.ts';
import { asTenantId } from '#kernel';
import { createSystemRandom, systemClock } from '../clock/system-clock.ts';
import { createVirtualClock } from '../clock/testing.ts';
import { createLoopbackClient, startRawUpstream } from '../http-client/testing.ts';
import type { HttpClient } from '../http-client/port.ts';
import { describeSecrets, reasonOf } from './secrets-contract.testing.ts';
import { createVaultSecrets } from './vault-secrets.ts';
import { parseVaultUrl } from './vault-url.ts';

const scope = { tenantId: asTenantId('default') };
const random = createSystemRandom();

function urlOf({ url, mounts, roleId, secretId, token }: VaultRig, how: 'token' | 'approle'): string {
  const address = new URL(url);
  address.username = how === 'token' ? '' : roleId;
  address.password = how === 'token' ? token : secretId;
  address.search = `kv=${mounts.kv}&transit=${mounts.transit}`;
  return address.href;
}

describeSecrets('Vault', async () => {
  const vault = await startVault();
  const httpClient = createLoopbackClient();
  const open = (how: 'token' | 'approle') =>
    createVaultSecrets({ url: urlOf(vault, how), httpClient, clock: systemClock, random });
  const secrets = open('approle');
  return {
    secrets,
    reopen: () => Promise.resolve(open('token')),
    async close() {
      await secrets.close();
      await httpClient.close();
      await vault.stop();
    },
  };
});

/** What only the fake can be put through. */
describe.skipIf(process.env['REEVE_VAULT_URL'] !== undefined)('Vault in trouble', () => {
  let vault: VaultRig;
  let httpClient: HttpClient;
  beforeAll(async () => {
    vault = await startVault();
    httpClient = createLoopbackClient();
  });
  afterAll(async () => {
    await httpClient.close();
    await vault.stop();
  });
  const open = (url = urlOf(vault, 'approle'), clock = createVirtualClock()) => ({
    clock,
    secrets: createVaultSecrets({ url, httpClient, clock, random }),
  });
  const logins = () => vault.faults?.requests.filter((line) => line.endsWith('auth/approle/login')).length;

  it('sealed: everything is refused in clear words, and heals without a restart', async () => {
    const { secrets } = open();
    const sealed = await secrets.encrypt(scope, 'payload', Buffer.from('before'));
    vault.faults?.seal();
    await expect(secrets.get(scope, 'name')).rejects.toMatchObject({
      code: 'secrets_unavailable',
      status: 503,
      detail: 'Vault is sealed: unseal it',
    });
    await expect(secrets.put(scope, 'name', Buffer.of(1))).rejects.toMatchObject({ code: 'secrets_unavailable' });
    await expect(secrets.encrypt(scope, 'new-purpose', Buffer.of(1))).rejects.toMatchObject({
      code: 'secrets_unavailable',
    });
    expect(await secrets.check()).toBe('Vault is sealed: unseal it');
    // A process that knows the data key goes on working with it.
    expect((await secrets.decrypt(scope, 'payload', sealed)).toString()).toBe('before');
    vault.faults?.unseal();
    expect(await secrets.check()).toBeNull();
    expect((await secrets.put(scope, 'healed', Buffer.of(1))).type).toBe('stored');
  });

  it('sealed at our start: the first call after it opens is served', async () => {
    vault.faults?.seal();
    const { secrets } = open();
    await expect(secrets.encrypt(scope, 'payload', Buffer.of(1))).rejects.toMatchObject({
      code: 'secrets_unavailable',
    });
    vault.faults?.unseal();
    expect(await reasonOf(secrets.encrypt(scope, 'payload', Buffer.of(1)))).toBe('opened');
  });

  it('away', async () => {
    const { secrets } = open('http://role:secret@127.0.0.1:1');
    await expect(secrets.get(scope, 'name')).rejects.toMatchObject({
      code: 'secrets_unavailable',
      detail: expect.stringContaining('Vault cannot be reached'),
    });
    expect(await secrets.check()).toContain('Vault cannot be reached');
  });

  it('refuses our role', async () => {
    const { secrets } = open(urlOf({ ...vault, secretId: 'wrong' }, 'approle'));
    await expect(secrets.get(scope, 'name')).rejects.toMatchObject({
      detail: expect.stringContaining('refuses the AppRole (400: invalid role or secret ID)'),
    });
  });

  it.each([
    ['404 Not Found', '{"errors":["no handler for route kv"]}', 'Vault answers 404: no handler'],
    ['429 Too Many Requests', '{"errors":["request path is rate limited"]}', 'Vault answers 429'],
    ['500 Internal Server Error', '{"errors":["internal error"]}', 'Vault answers 500'],
    ['501 Not Implemented', '{"errors":["not initialized"]}', 'Vault is not initialised'],
    ['403 Forbidden', '{"errors":["permission denied"]}', 'Vault refuses us: permission denied'],
    ['200 OK', '<html>', 'Vault answers 200 with what is no JSON'],
    ['200 OK', '{"data":{"data":{"foreign":1}}}', 'without a value of ours'],
  ])('answers %s %s', async (status, body, detail) => {
    const upstream = await startRawUpstream((socket) =>
      socket.write(`HTTP/1.1 ${status}\r\ncontent-length: ${body.length}\r\n\r\n${body}`),
    );
    const { secrets } = open(`http://:token@127.0.0.1:${upstream.port}`);
    const got = secrets.get(scope, 'name');
    await expect(got).rejects.toMatchObject({ code: 'secrets_unavailable', detail: expect.stringContaining(detail) });
    await upstream.close();
  });

  it('renews its token before it ends, and logs in again only when it must', async () => {
    const { secrets, clock } = open();
    await secrets.put(scope, 'renewed', Buffer.of(1));
    const before = logins();
    for (let round = 0; round < 5; round += 1) {
      const asked = vault.faults?.requests.length ?? 0;
      clock.advance(TOKEN_SECONDS * 1000 * 0.6);
      await expect
        .poll(() => vault.faults?.requests.slice(asked).filter((line) => line.endsWith('renew-self')).length)
        .toBe(1);
      expect(await secrets.get(scope, 'renewed')).not.toBeNull();
    }
    expect(logins()).toBe(before);
    vault.faults?.expireTokens();
    expect(await secrets.get(scope, 'renewed')).not.toBeNull();
    expect(logins()).toBe((before ?? 0) + 1);
    await secrets.close();
  });

  it('logs in once for many calls at the same time', async () => {
    const { secrets } = open();
    const before = logins();
    await Promise.all(Array.from({ length: 10 }, () => secrets.get(scope, 'name')));
    expect(logins()).toBe((before ?? 0) + 1);
  });

  it('gives one data key for an hour of envelopes, and none twice to open', async () => {
    const { secrets, clock } = open(urlOf(vault, 'token'));
    const made = () => vault.faults?.requests.filter((line) => line.includes('/datakey/')).length ?? 0;
    const asked = made();
    const sealed = await Promise.all(
      ['a', 'b', 'c'].map((text) => secrets.encrypt(scope, 'hourly', Buffer.from(text))),
    );
    for (const envelope of sealed) await secrets.decrypt(scope, 'hourly', envelope);
    await secrets.encrypt(scope, 'hourly', Buffer.of(1));
    const first = made() - asked;
    expect(first).toBeLessThanOrEqual(3);
    clock.advance(60 * 60_000);
    await secrets.encrypt(scope, 'hourly', Buffer.of(1));
    expect(made() - asked).toBe(first + 1);
  });
});

describe('the address of Vault', () => {
  it('names the login and the mounts', () => {
    expect(parseVaultUrl('https://role:se%2Fcret@vault.example:8200')).toEqual({
      origin: 'https://vault.example:8200',
      login: { type: 'approle', roleId: 'role', secretId: 'se/cret' },
      kvMount: 'secret',
      transitMount: 'transit',
      transitKey: 'reeve',
      namespace: null,
    });
    expect(parseVaultUrl('http://:hvs.x@127.0.0.1:8200?kv=kv&transit=t&key=k&namespace=team')).toMatchObject({
      login: { type: 'token', token: 'hvs.x' },
      kvMount: 'kv',
      transitMount: 't',
      transitKey: 'k',
      namespace: 'team',
    });
  });

  it.each(['', 'vault:8200', 'https://vault.example', 'ftp://a:b@c', 'https://a:b@c/v1'])('%j is refused', (text) => {
    expect(() => parseVaultUrl(text)).toThrow(/REEVE_VAULT_URL must look like/);
  });
});
