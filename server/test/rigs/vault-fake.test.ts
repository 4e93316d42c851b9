/** The fake gives the answers that were seen from a real Vault; against a real one (`REEVE_VAULT_URL`) it shows the same. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startVault, TOKEN_SECONDS, type VaultRig } from './vault-fake.ts';

let vault: VaultRig;
beforeAll(async () => {
  vault = await startVault();
});
afterAll(() => vault.stop());

interface Reply {
  status: number;
  data: Record<string, unknown>;
  errors: string;
  auth: { client_token: string; renewable: boolean };
}

async function ask(method: string, path: string, body?: unknown): Promise<Reply> {
  return readReply(await vault.request(method, path, body));
}

async function askWith(token: string, method: string, path: string, body?: unknown): Promise<Reply> {
  const headers = token === '' ? {} : { 'x-vault-token': token };
  const sent = body === undefined ? {} : { body: JSON.stringify(body) };
  return readReply(await fetch(`${vault.url}/v1/${path}`, { method, headers, ...sent }));
}

async function readReply(response: Response): Promise<Reply> {
  const text = await response.text();
  const body = (text === '' ? {} : JSON.parse(text)) as Partial<Reply> & { errors?: string[] };
  return {
    status: response.status,
    data: body.data ?? {},
    errors: (body.errors ?? []).join(),
    auth: body.auth ?? { client_token: '', renewable: false },
  };
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const unique = (): string => `rig-${process.pid}-${Math.random().toString(36).slice(2)}`;

it('keeps versions of secrets and lets a first write win', async () => {
  const name = unique();
  const data = `secret/data/${name}/a`;
  expect((await ask('POST', data, { data: { v: 1 }, options: { cas: 0 } })).data).toMatchObject({ version: 1 });
  const second = await ask('POST', data, { data: { v: 9 }, options: { cas: 0 } });
  expect([second.status, second.errors]).toEqual([
    400,
    expect.stringContaining('check-and-set parameter did not match'),
  ]);
  await ask('POST', data, { data: { v: 2 } });
  expect((await ask('GET', data)).data).toMatchObject({ data: { v: 2 }, metadata: { version: 2 } });
  expect((await ask('GET', `${data}?version=1`)).data).toMatchObject({ data: { v: 1 } });
  expect((await ask('GET', `secret/metadata/${name}?list=true`)).data).toEqual({ keys: ['a'] });
  expect((await ask('DELETE', data)).status).toBe(204);
  expect(await ask('GET', data)).toMatchObject({ status: 404, data: { data: null } });
  await ask('POST', `secret/undelete/${name}/a`, { versions: [2] });
  expect((await ask('GET', data)).data).toMatchObject({ data: { v: 2 } });
  await ask('DELETE', `secret/metadata/${name}/a`);
  expect((await ask('GET', data)).status).toBe(404);
});

it('encrypts under a derived key for one context alone, and rewraps', async () => {
  const key = unique();
  const context = base64('tenant a');
  await ask('POST', `transit/keys/${key}`, { type: 'aes256-gcm96', derived: true });
  const { ciphertext } = (await ask('POST', `transit/encrypt/${key}`, { plaintext: base64('hello'), context })).data;
  expect(ciphertext).toMatch(/^vault:v1:/);
  const foreign = await ask('POST', `transit/decrypt/${key}`, { ciphertext, context: base64('tenant b') });
  expect([foreign.status, foreign.errors]).toEqual([400, expect.stringContaining('message authentication failed')]);
  expect((await ask('POST', `transit/decrypt/${key}`, { ciphertext })).errors).toContain("missing 'context'");
  await ask('POST', `transit/keys/${key}/rotate`);
  const rewrapped = (await ask('POST', `transit/rewrap/${key}`, { ciphertext, context })).data['ciphertext'];
  expect(rewrapped).toMatch(/^vault:v2:/);
  await ask('POST', `transit/keys/${key}/config`, { min_decryption_version: 2 });
  expect((await ask('POST', `transit/decrypt/${key}`, { ciphertext, context })).status).toBe(400);
  expect((await ask('POST', `transit/decrypt/${key}`, { ciphertext: rewrapped, context })).data['plaintext']).toBe(
    base64('hello'),
  );
});

it('makes data keys and signs', async () => {
  const key = unique();
  await ask('POST', `transit/keys/${key}`, {});
  const made = (await ask('POST', `transit/datakey/plaintext/${key}`, { bits: 256 })).data;
  expect(Buffer.from(String(made['plaintext']), 'base64')).toHaveLength(32);
  const opened = await ask('POST', `transit/decrypt/${key}`, { ciphertext: made['ciphertext'] });
  expect(opened.data['plaintext']).toBe(made['plaintext']);
  const signer = unique();
  await ask('POST', `transit/keys/${signer}`, { type: 'ed25519' });
  const { signature } = (await ask('POST', `transit/sign/${signer}`, { input: base64('fact') })).data;
  const check = (input: string) => ask('POST', `transit/verify/${signer}`, { input: base64(input), signature });
  expect([(await check('fact')).data['valid'], (await check('lie')).data['valid']]).toEqual([true, false]);
});

it('gives a role a token that lives only while it is renewed', { timeout: 20_000 }, async () => {
  const login = { role_id: vault.roleId, secret_id: vault.secretId };
  expect((await askWith('', 'POST', 'auth/approle/login', { ...login, secret_id: 'no' })).status).toBe(400);
  const { client_token: token, renewable } = (await askWith('', 'POST', 'auth/approle/login', login)).auth;
  expect(renewable).toBe(true);
  const read = () => askWith(token, 'GET', 'secret/data/nothing');
  expect((await askWith('', 'GET', 'secret/data/nothing')).status).toBeGreaterThanOrEqual(400);
  expect((await askWith('hvs.none', 'GET', 'secret/data/nothing')).status).toBe(403);
  await sleep(TOKEN_SECONDS * 700);
  expect((await askWith(token, 'POST', 'auth/token/renew-self', {})).status).toBe(200);
  await sleep(TOKEN_SECONDS * 700);
  expect((await read()).status).toBe(404);
  await sleep(TOKEN_SECONDS * 1000);
  expect((await read()).status).toBe(403);
});

it('answers 503 while it is sealed, and loses nothing', async ({ skip }) => {
  const { faults } = vault;
  if (faults === null) return skip('a real Vault is not sealed by a test');
  const name = unique();
  await ask('POST', `secret/data/${name}`, { data: { v: 1 } });
  faults.seal();
  expect((await ask('GET', 'sys/health')).status).toBe(503);
  expect(await ask('GET', `secret/data/${name}`)).toMatchObject({ status: 503, errors: 'Vault is sealed' });
  faults.unseal();
  expect((await ask('GET', `secret/data/${name}`)).status).toBe(200);
});
