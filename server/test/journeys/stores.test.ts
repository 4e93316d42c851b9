/** Objects and secrets as a whole Reeve keeps them: in its data folder, or in S3 and Vault, which may go and come. */
import { existsSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { asTenantId } from '#kernel';
import { createSystemRandom, systemClock } from '#platform/clock/system-clock.ts';
import { openFolderObjects, type FolderObjects } from '#platform/objects/folder-objects.ts';
import { tenantKey, type PresignOptions } from '#platform/objects/port.ts';
import { sendRaw } from '../rigs/raw-http.ts';
import { createReeveHome, startReeve, type WholeReeve } from '../rigs/reeve.ts';
import { startS3 } from '../rigs/s3.ts';
import { startVault } from '../rigs/vault-fake.ts';

const scope = { tenantId: asTenantId('default') };
const key = tenantKey(scope, 'docs', 'photo.jpg');

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

async function start(settings: Parameters<typeof startReeve>[0] = {}): Promise<WholeReeve> {
  const reeve = await startReeve(settings);
  cleanups.push(() => reeve.close());
  return reeve;
}

/** The folder of a running Reeve, as another process of it sees it. */
function openFolder(reeve: WholeReeve): Promise<FolderObjects> {
  const folder = join(reeve.home.dataDir, 'objects');
  return openFolderObjects({ folder, clock: systemClock, random: createSystemRandom() });
}

interface Health {
  status: string;
  checks: Record<string, string>;
}

async function ask(reeve: WholeReeve, path: string): Promise<Health & { code: number }> {
  const response = await fetch(reeve.baseUrl + path);
  return { code: response.status, ...((await response.json()) as Health) };
}

it('serves what was signed, both ways, bytes of any type', async () => {
  const reeve = await start();
  const objects = await openFolder(reeve);
  const sign = async (options: Partial<PresignOptions>) => {
    const signed = await objects.presign(scope, key, { method: 'GET', expiresInSeconds: 60, ...options });
    return { ...signed, url: reeve.baseUrl + signed.url };
  };
  const bytes = new Uint8Array(300_000).map((_, index) => index % 251);
  const put = await sign({ method: 'PUT', mediaType: 'image/jpeg' });
  const stored = await fetch(put.url, { method: 'PUT', headers: put.headers, body: bytes });
  expect([stored.status, await stored.text()]).toEqual([200, '']);

  const get = await sign({});
  const answer = await fetch(get.url);
  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'image/jpeg']);
  expect(new Uint8Array(await answer.arrayBuffer())).toEqual(bytes);

  const refused = await fetch(get.url.replace('signature=', 'signature=A'));
  expect(refused.status).toBe(403);
  expect(await refused.json()).toMatchObject({ code: 'policy_denied' });
  expect((await fetch(get.url.replace('photo', 'other'))).status).toBe(403);
  expect((await fetch(`${reeve.baseUrl}/objects/${key}`)).status).toBe(403);
  expect((await fetch(`${reeve.baseUrl}/objects/..%2f..%2fmaster.key`)).status).toBe(403);
  const withKey = { authorization: `Bearer ${reeve.key}` };
  expect((await fetch(`${reeve.baseUrl}/objects/${key}`, { headers: withKey })).status).toBe(403);
});

it('refuses what nobody signed before it is sent', async () => {
  const { port } = new URL((await start()).baseUrl);
  const head = 'PUT /objects/tenant/default/x HTTP/1.1\r\nhost: reeve\r\ncontent-length: 30000000\r\n\r\n';
  expect((await sendRaw(Number(port), head)).status).toBe(403);
});

it('takes no body larger than the limit, and no other media type anywhere else', async () => {
  const reeve = await start({ config: 'limits: { body_mb: 1 }\n' });
  const objects = await openFolder(reeve);
  const { url } = await objects.presign(scope, key, { method: 'PUT', expiresInSeconds: 60 });
  const large = await fetch(reeve.baseUrl + url, { method: 'PUT', body: new Uint8Array(1024 * 1024 + 1) });
  expect(large.status).toBe(413);
  expect(await objects.head(scope, key)).toBeNull();
  const text = {
    method: 'POST',
    headers: { authorization: `Bearer ${reeve.key}`, 'content-type': 'image/png' },
    body: 'x',
  };
  expect((await fetch(`${reeve.baseUrl}/v1/chat/completions`, text)).status).toBe(415);
});

it('keeps its master key to itself, and does not start without it', async () => {
  const home = await createReeveHome();
  cleanups.push(() => home.dispose());
  await (await home.start()).stop();
  expect(statSync(join(home.dataDir, 'master.key')).mode & 0o777).toBe(0o600);
  rmSync(join(home.dataDir, 'master.key'));
  await expect(home.start()).rejects.toThrow(/master\.key is gone: put it back, or set REEVE_MASTER_KEY/);
  expect(existsSync(join(home.dataDir, 'master.key'))).toBe(false);
});

it('names every fault of its stores in one round', async () => {
  const env = { REEVE_S3_URL: 'https://s3.example/x', REEVE_VAULT_URL: 'vault:8200', REEVE_MASTER_KEY: 'short' };
  const home = await createReeveHome({ env });
  cleanups.push(() => home.dispose());
  const { code, stderr } = await home.cli('serve');
  expect(code).toBe(2);
  for (const name of Object.keys(env)) expect(stderr).toContain(name);
  expect(stderr).not.toContain('short');
});

it('goes on serving calls while S3 and Vault are away, says so, and heals', async () => {
  const [s3, vault] = [await startS3(), await startVault()];
  cleanups.push(
    () => s3.stop(),
    () => vault.stop(),
  );
  const vaultUrl = vault.url.replace('://', `://${vault.roleId}:${vault.secretId}@`);
  const reeve = await start({ env: { REEVE_S3_URL: s3.url, REEVE_VAULT_URL: vaultUrl } });
  expect(await ask(reeve, '/readyz')).toMatchObject({ code: 200, checks: { objects: 'ok', secrets: 'ok' } });
  expect((await fetch(`${reeve.baseUrl}/objects/${key}`)).status).toBe(404);
  expect(existsSync(join(reeve.home.dataDir, 'master.key'))).toBe(false);

  vault.faults?.seal();
  expect(await ask(reeve, '/readyz')).toMatchObject({ code: 503, checks: { secrets: 'Vault is sealed: unseal it' } });
  await s3.down();
  const { checks } = await ask(reeve, '/healthz');
  expect(checks['objects']).toContain('S3 cannot be reached');
  expect((await ask(reeve, '/readyz?for=traffic')).code).toBe(200);

  vault.faults?.unseal();
  await s3.up();
  expect(await ask(reeve, '/readyz')).toMatchObject({ code: 200, checks: { objects: 'ok', secrets: 'ok' } });
});
