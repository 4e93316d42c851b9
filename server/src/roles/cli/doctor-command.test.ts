import { createServer } from 'node:http';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createReeveHome, type ReeveHome, type RunningReeve } from '../../../test/rigs/reeve.ts';
import { EXIT } from './exit-codes.ts';
import { run } from './run-cli.testing.ts';

describe('doctor beside a server whose settings this shell does not have', () => {
  const provider = createServer((_request, response) => void response.writeHead(503).end());
  let home: ReeveHome;
  let server: RunningReeve;
  beforeAll(async () => {
    await new Promise<void>((resolve) => provider.listen(0, '127.0.0.1', resolve));
    const { port } = provider.address() as AddressInfo;
    const acme = `{ adapter: openai, base_url: "http://127.0.0.1:${port}/v1", api_key: "\${ACME_KEY}", region: eu }`;
    const config = `providers:\n  acme: ${acme}\nmodels:\n  fast: [acme/m]\n`;
    home = await createReeveHome({ config, env: { ACME_KEY: 'k', OPENAI_API_KEY: 'k' } });
    server = await home.start();
  });
  afterAll(async () => {
    await home.dispose();
    await new Promise((resolve) => provider.close(resolve));
  });

  it('tells the settings of the server, and what only a start from this shell would refuse', async () => {
    const config = join(home.dataDir, '..', 'reeve.yaml');
    const { code, out } = await run(home.dataDir, ['doctor', '--config', config]);
    expect(code).toBe(EXIT.ok);
    expect(out).toMatch(/-- {2}settings +of the server that runs/);
    expect(out).toMatch(/-- {2}address +http:\/\/127\.0\.0\.1:/);
    expect(out).toMatch(/-- {2}provider acme +openai at http:\/\/127\.0\.0\.1:\d+\/v1, with a key, region eu/);
    expect(out).toMatch(/-- {2}provider openai +openai at .*, with a key/);
    expect(out.match(/-- {2}model .*/g)).toEqual([expect.stringMatching(/fast +acme\/m$/)]);
    expect(out.match(/\?\? .*/g)).toEqual([
      expect.stringMatching(/this shell +.*providers\.acme\.api_key names the variable ACME_KEY, which is not set$/),
      expect.stringMatching(/price of acme\/m +unknown/),
    ]);
    expect(out).toMatch(/-- {2}provider acme +was not called in the last five minutes/);
    expect(out).not.toContain('only reeve/hello answers');
  });

  it('asks a provider that nobody called where this shell can, and calls nothing broken by its own key', async () => {
    const config = join(home.dataDir, '..', 'reeve.yaml');
    const { code, out } = await run(home.dataDir, ['doctor', '--config', config], { ACME_KEY: 'another' });
    expect(code).toBe(EXIT.ok);
    expect(out).toMatch(/\?\? {2}provider acme +answers 503 \(asked with the settings of this shell\)/);
  });

  it('says how the calls of the server ended', async () => {
    const headers = { authorization: `Bearer ${home.apiKey()}`, 'content-type': 'application/json' };
    const body = JSON.stringify({ model: 'fast', messages: [{ role: 'user', content: 'hi' }] });
    await (await fetch(`${server.baseUrl}/v1/chat/completions`, { method: 'POST', headers, body })).text();
    const { code, out } = await run(home.dataDir, ['doctor']);
    expect(code).toBe(EXIT.failed);
    expect(out).toMatch(/!! {2}provider acme +(\d) of \1 attempts of the last five minutes failed: \S+ at /);
  });
});

const HEADERS_OF_KEYS: Readonly<Record<string, string>> = {
  '/anthropic/models': 'x-api-key',
  '/google/models': 'x-goog-api-key',
  '/azure/models': 'api-key',
};

describe('doctor and providers', () => {
  const secret = 'a-secret-that-nobody-may-see';
  const server = createServer((request, response) => {
    const own = HEADERS_OF_KEYS[request.url ?? ''];
    const given = own === undefined ? request.headers.authorization?.slice('Bearer '.length) : request.headers[own];
    const status = given === secret ? 200 : 401;
    response.writeHead(status, { 'content-type': 'application/json' }).end('{"data":[]}');
  });
  let folder: string;
  let port: number;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'reeve-doctor-'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    ({ port } = server.address() as AddressInfo);
  });
  afterAll(async () => {
    await new Promise((resolve) => server.close(resolve));
    rmSync(folder, { recursive: true, force: true });
  });

  it('says which answer, which refuse the key, which are away, and which models have no price', async () => {
    const config = join(folder, 'reeve.yaml');
    writeFileSync(
      config,
      `providers:
  good: { adapter: openai, base_url: "http://127.0.0.1:${port}/v1", api_key: "\${GOOD_KEY}" }
  refused: { adapter: openai, base_url: "http://127.0.0.1:${port}/v1", api_key: wrong-${secret} }
  away: { adapter: openai, base_url: "http://127.0.0.1:1/v1" }
models:
  fast: [good/small, away/small]
prices:
  good/small: { input: 1, output: 2 }
`,
    );
    const ended = await run(join(folder, 'data'), ['doctor', '--config', config], { GOOD_KEY: secret });
    expect(ended.code).toBe(EXIT.failed);
    expect(ended.out).toMatch(/ok {2}provider good +answers/);
    expect(ended.out).toMatch(/!! {2}provider refused +answers 401: it refuses the key/);
    expect(ended.out).toMatch(/!! {2}provider away +does not answer/);
    expect(ended.out).toContain('price of away/small');
    expect(ended.out).not.toContain('price of good/small');
    expect(ended.out + ended.err).not.toContain(secret);
  });

  it('proves who asks as each service wants it, and claims no more than it can know', async () => {
    const config = join(folder, 'wires.yaml');
    const at = (wire: string, key: string): string =>
      `{ adapter: ${wire}, base_url: "http://127.0.0.1:${port}/${wire}"${key} }`;
    writeFileSync(
      config,
      `providers:
  claude: ${at('anthropic', `, api_key: ${secret}`)}
  stale: ${at('anthropic', ', api_key: another')}
  gemini: ${at('google', `, api_key: ${secret}`)}
  azure: ${at('azure', `, api_key: ${secret}`)}
  entra: ${at('azure', ', entra_tenant_id: t, entra_client_id: c, entra_client_secret: s')}
  bedrock: ${at('bedrock', ', access_key_id: i, secret_access_key: s, aws_region: eu-west-1')}
`,
    );
    const { out } = await run(join(folder, 'data'), ['doctor', '--config', config]);
    for (const name of ['claude', 'gemini', 'azure'])
      expect(out).toMatch(new RegExp(`ok {2}provider ${name} +answers\\n`));
    expect(out).toMatch(/!! {2}provider stale +answers 401: it refuses the key/);
    for (const name of ['entra', 'bedrock']) {
      expect(out).toMatch(new RegExp(`-- {2}provider ${name} +answers; .*reeve models test`));
    }
  });

  it('never shows the password of the database', async () => {
    const url = `postgres://reeve:${secret}@127.0.0.1:1/reeve`;
    for (const line of [['doctor'], ['doctor', '--json'], ['tenants', 'list']]) {
      const ended = await run(join(folder, 'data'), line, { REEVE_DATABASE_URL: url });
      expect(ended.code).not.toBe(EXIT.ok);
      expect(ended.out + ended.err).not.toContain(secret);
    }
  });

  it('names the folder that cannot be written to', async () => {
    const file = join(folder, 'a-file');
    writeFileSync(file, '');
    const { code, out } = await run(join(file, 'data'), ['doctor']);
    expect(code).toBe(EXIT.failed);
    expect(out).toContain('is not writable');
  });
});
