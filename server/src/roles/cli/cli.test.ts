import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createReeveHome, type ReeveHome, type RunningReeve } from '../../../test/rigs/reeve.ts';
import { EXIT } from './exit-codes.ts';
import { parseMoment } from './keys-command.ts';
import { run } from './run-cli.testing.ts';

const whoAmI = (baseUrl: string, key: string): Promise<number> =>
  fetch(`${baseUrl}/api/v1/keys`, { headers: { authorization: `Bearer ${key}` } }).then(({ status }) => status);

describe('beside a running server', () => {
  let home: ReeveHome;
  let server: RunningReeve;
  beforeAll(async () => {
    home = await createReeveHome();
    server = await home.start();
  });
  afterAll(() => home.dispose());

  it('reaches it through a socket that only its owner can open', () => {
    expect(statSync(join(home.dataDir, 'admin.sock')).mode & 0o777).toBe(0o600);
  });

  it('makes a key that works at once and ends it at once', async () => {
    const made = await run(home.dataDir, ['keys', 'create', '--name', 'n', '--scope', 'keys:manage', '--json']);
    expect(made.code).toBe(EXIT.ok);
    const { id, key, scopes } = JSON.parse(made.out);
    expect(scopes).toEqual(['keys:manage']);
    expect(await whoAmI(server.baseUrl, key)).toBe(200);
    expect(await run(home.dataDir, ['keys', 'revoke', id])).toEqual({ code: 0, out: `Revoked ${id}\n`, err: '' });
    expect(await whoAmI(server.baseUrl, key)).toBe(401);
  });

  it('makes tenants and keys in them, and lists both', async () => {
    const tenant = JSON.parse(
      (await run(home.dataDir, ['tenants', 'create', 'Field \u001b[31m research', '--json'])).err,
    );
    expect(tenant.error.code).toBe('invalid_request');
    const { id } = JSON.parse((await run(home.dataDir, ['tenants', 'create', 'Research', '--json'])).out);
    await run(home.dataDir, ['keys', 'create', '--name', 'owner', '--tenant', id, '--model', 'a,b', '--expires', '2h']);
    const keys = await run(home.dataDir, ['keys', 'list', '--tenant', id]);
    expect(keys.out.split('\n')[1]).toMatch(/^key_\S+ +rv_\S+ +\* +a,b +\d{4}-\S+Z +owner$/);
    const tenants = await run(home.dataDir, ['tenants', 'list']);
    expect(tenants.out).toMatch(new RegExp(`^default .*default\n${id} .*Research$`, 'm'));
  });

  it('walks listings of more than one page', async () => {
    const { id } = JSON.parse((await run(home.dataDir, ['tenants', 'create', 'Many', '--json'])).out);
    const headers = { authorization: `Bearer ${home.apiKey()}`, 'content-type': 'application/json' };
    const body = JSON.stringify({ name: 'one of many', tenant_id: id });
    const makeKey = (): Promise<Response> => fetch(`${server.baseUrl}/api/v1/keys`, { method: 'POST', headers, body });
    for (let made = 0; made < 501; made += 167) {
      const replies = await Promise.all(Array.from({ length: 167 }, makeKey));
      expect(replies.every(({ status }) => status === 201)).toBe(true);
    }
    const { out } = await run(home.dataDir, ['keys', 'list', '--tenant', id, '--json']);
    expect(JSON.parse(out).data).toHaveLength(501);
  });

  it.each([
    [['keys', 'revoke', 'key_00000000000000000000000000'], EXIT.notFound],
    [['keys', 'list', '--tenant', 'ten_00000000000000000000000000'], EXIT.notFound],
    [['keys', 'create', '--name', 'x', '--scope', 'nonsense'], EXIT.usage],
    [['keys', 'create', '--name', 'x', '--expires', 'soon'], EXIT.usage],
    [['keys', 'create'], EXIT.usage],
    [['keys', 'destroy'], EXIT.usage],
    [['nonsense'], EXIT.usage],
    [['tenants', 'create', 'default'], EXIT.refused],
    [['migrate'], EXIT.refused],
    [['migrate', '--to', '3'], EXIT.usage],
    [['migrate', '--down'], EXIT.usage],
    [['--help'], EXIT.ok],
    [['keys', '--help'], EXIT.ok],
  ])('%j ends with %i', async (line, expected) => {
    const { code, out, err } = await run(home.dataDir, line);
    expect(code).toBe(expected);
    expect(expected === EXIT.ok ? out : err).not.toBe('');
    expect(err).not.toMatch(/\n {4}at /);
  });

  it('says with --json what went wrong as JSON too', async () => {
    const { code, out, err } = await run(home.dataDir, ['keys', 'revoke', 'key_x', '--json']);
    expect([code, out]).toEqual([EXIT.notFound, '']);
    expect(JSON.parse(err)).toEqual({ error: { code: 'not_found', message: expect.any(String) } });
  });

  it.each([
    [['nonsense', '--json'], "unknown command 'nonsense'"],
    [['keys', 'create', '--json'], "required option '--name <name>' not specified"],
    [['keys', 'list', '--colour', '--json'], "unknown option '--colour'"],
  ])('says with --json what is wrong about %j as JSON, and nothing beside it', async (line, message) => {
    const { code, out, err } = await run(home.dataDir, line);
    expect([code, out]).toEqual([EXIT.usage, '']);
    expect(JSON.parse(err)).toEqual({ error: { code: 'invalid_request', message } });
  });

  it.each([
    ['keys', 'create', '--name', 'x'],
    ['keys', 'list'],
    ['login'],
    ['workflows', 'list'],
    ['dead-letters', 'list'],
  ])('tells whoever gives %s %s a name for a tenant what it takes', async (...line) => {
    const { code, out, err } = await run(home.dataDir, [...line, '--tenant', 'field-team']);
    expect([code, out]).toEqual([EXIT.usage, '']);
    expect(err).toMatch(/^--tenant is "field-team"; it takes .*ten_… or default.*reeve tenants list/);
  });

  it.each(['key_nope', 'key_00000000000000000000000000'])('names the key %s that is none', async (id) => {
    const ended = await run(home.dataDir, ['keys', 'revoke', id]);
    expect(ended).toEqual({ code: EXIT.notFound, out: '', err: `There is no key ${id}.\n` });
  });

  it('warns of a model that nothing here is called', async () => {
    const create = (...models: string[]) =>
      run(home.dataDir, ['keys', 'create', '--name', 'n', '--json', '--model', ...models]);
    const { code, out, err } = await create('reeve/hello,nope');
    expect([code, JSON.parse(out).models]).toEqual([EXIT.ok, ['reeve/hello', 'nope']]);
    expect(err).toMatch(/^Warning: .*"nope".*reeve models.*\n$/);
    expect((await create('reeve/hello')).err).toBe('');
  });

  it('lets the doctor ask it', async () => {
    const { code, out } = await run(home.dataDir, ['doctor', '--json']);
    const { ok, findings } = JSON.parse(out);
    expect([code, ok]).toEqual([0, true]);
    for (const name of ['server', 'database', 'journal', 'data folder']) {
      expect(findings).toContainEqual(expect.objectContaining({ section: 'reachable', name, state: 'ok' }));
    }
  });
});

describe('without a server', () => {
  let folder: string;
  const dataDir = (): string => join(folder, 'data');
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'reeve-cli-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('lets the doctor look without making anything', async () => {
    const { code, out } = await run(dataDir(), ['doctor']);
    expect(code).toBe(EXIT.ok);
    expect(out).toContain('only reeve/hello answers');
    expect(() => statSync(dataDir())).toThrow('ENOENT');
  });

  it("opens everything for the visit, and shows the owner's key of a first start", async () => {
    const { code, out, err } = await run(dataDir(), ['keys', 'create', '--name', 'n', '--json']);
    expect([code, JSON.parse(out).tenant_id]).toEqual([EXIT.ok, 'default']);
    expect(err).toMatch(/^This was the first start\. The owner's API key: rv_\S+\n$/);
    const again = await run(dataDir(), ['keys', 'list', '--json']);
    expect(JSON.parse(again.out).data).toHaveLength(2);
    expect(again.err).toBe('');
  });

  it('says what stands for a fact that nobody knows, and only then', async () => {
    const config = join(folder, 'models.yaml');
    const list = async (facts: string): Promise<string> => {
      const prices = `prices: { acme/m1: { input: 1, output: 1${facts} } }`;
      writeFileSync(
        config,
        `providers: { acme: { adapter: openai, base_url: "http://127.0.0.1:1/v1" } }\nmodels: { small: [acme/m1] }\n${prices}`,
      );
      return (await run(dataDir(), ['models', '--config', config])).out;
    };
    expect(await list('')).toMatch(/^small +acme\/m1 +\? +\? +\?\n\n\? is what nobody has said/m);
    const known = await list(', context_tokens: 8000, max_output_tokens: 100, takes: [images]');
    expect(known).toMatch(/^small +acme\/m1 +8000 +100 +text, images\n$/m);
    expect(known).not.toContain('?');
  });

  it('works past a socket that a crash left, and in a folder with a long path', async () => {
    const home = await createReeveHome();
    await (await home.start()).kill();
    const { code } = await run(home.dataDir, ['tenants', 'list']);
    expect(code).toBe(EXIT.ok);
    await home.dispose();
    const deep = join(folder, 'd'.repeat(60), 'e'.repeat(60));
    expect((await run(deep, ['tenants', 'list'])).code).toBe(EXIT.ok);
  });

  it('moves the schema back and forward, back only when told so', async () => {
    const back = await run(dataDir(), ['migrate', '--to', '7', '--down', '--json']);
    const steps: string[] = JSON.parse(back.out).steps;
    expect(steps).toContain('0008_idempotency_key');
    expect(await run(dataDir(), ['migrate'])).toMatchObject({ code: 0, out: expect.stringContaining('Applied 0008') });
    expect((await run(dataDir(), ['migrate'])).out).toContain('Nothing to do');
  });

  it('names each variable that cannot be used, where a start and the doctor meet it', async () => {
    const wrong = {
      REEVE_TRUSTED_PROXIES: '192.0.2.0/24, 192.0.2.0/255.255.255.0, ::1, loopback, garbage',
      OTEL_EXPORTER_OTLP_ENDPOINT: 'grpc://collector:4317',
      REEVE_DATABASE_URL: 'postgres://u:p@host:notaport/x',
      REEVE_TLS_CERT: '/nowhere/cert.pem',
      REEVE_TLS_KEY: '/nowhere/key.pem',
      REEVE_LOG_FILE: '/nowhere/reeve.log',
    };
    const { code, err } = await run(dataDir(), ['serve'], wrong);
    expect(code).toBe(EXIT.usage);
    const doctor = await run(dataDir(), ['doctor'], wrong);
    expect(doctor.code).toBe(EXIT.failed);
    for (const name of Object.keys(wrong)) {
      expect(err).toContain(name);
      expect(doctor.out).toContain(name);
    }
    expect(err).toContain('garbage');
    expect(err).not.toContain('192.0.2.0');
  });

  it('looks after the records without what only calls need, as a key of a provider', async () => {
    const config = join(folder, 'keyless.yaml');
    const acme = '{ adapter: openai, base_url: "http://127.0.0.1:1/v1", api_key: "${ACME_KEY}" }';
    writeFileSync(config, `providers:\n  acme: ${acme}\nmodels:\n  fast: [acme/m]\n`);
    const keys = await run(dataDir(), ['keys', 'list', '--config', config], { OPENAI_API_KEY: 'with spaces' });
    expect([keys.code, keys.err]).toEqual([EXIT.ok, '']);
    const models = await run(dataDir(), ['models', '--config', config]);
    expect(models.code).toBe(EXIT.usage);
    expect(models.err.match(/ACME_KEY|acme/g)).toEqual(['acme', 'ACME_KEY']);
    const listed = await run(dataDir(), ['models', '--config', config], { ACME_KEY: 'k' });
    expect(listed.out).toMatch(/^fast +acme\/m /m);
    writeFileSync(config, `durability: sometimes\n`);
    expect((await run(dataDir(), ['keys', 'list', '--config', config])).err).toContain('durability');
  });

  it('lists every fault of the configuration', async () => {
    const config = join(folder, 'wrong.yaml');
    writeFileSync(config, 'durability: sometimes\nproviders:\n  acme: { adapter: nonsense, base_url: "ftp://x" }\n');
    const { code, err } = await run(dataDir(), ['tenants', 'list', '--config', config], { REEVE_PORT: 'x' });
    expect(code).toBe(EXIT.usage);
    expect(err).toContain('REEVE_PORT');
    const doctor = await run(dataDir(), ['doctor', '--config', config]);
    expect(doctor.code).toBe(EXIT.failed);
    for (const place of ['durability', 'providers.acme.adapter', 'providers.acme.base_url']) {
      expect(doctor.out).toContain(place);
    }
  });
});

describe('parseMoment', () => {
  const now = Date.parse('2026-01-01T00:00:00Z');
  it.each([
    ['90m', '2026-01-01T01:30:00.000Z'],
    ['12h', '2026-01-01T12:00:00.000Z'],
    ['30d', '2026-01-31T00:00:00.000Z'],
    ['2027-02-03', '2027-02-03T00:00:00.000Z'],
    ['2027-02-03T04:05:06+02:00', '2027-02-03T02:05:06.000Z'],
  ])('reads %s', (text, expected) => {
    expect(parseMoment(text, now)).toBe(expected);
  });

  it.each(['', '30', '30y', 'tomorrow', '999999d999999d', '9999999d'])('refuses %j', (text) => {
    expect(() => parseMoment(text, now)).toThrow('--expires');
  });
});
