import { execFile } from 'node:child_process';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { text as readText } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { getReceipt } from '../rigs/api.ts';
import { freePort } from '../rigs/engine-process.ts';
import { mockConfig } from '../rigs/mock-config.ts';
import { startMockProvider, type MockProvider } from '../rigs/mock-provider.ts';
import { startReeve, type WholeReeve } from '../rigs/reeve.ts';
import { startNginx, type NginxRig } from './nginx.ts';

const run = promisify(execFile);

let mock: MockProvider;
let reeve: WholeReeve;
let nginx: NginxRig;
beforeAll(async () => {
  mock = await startMockProvider();
  reeve = await startReeve({
    config: mockConfig(mock, ['slow-frames', 'endless'], { faultTimeoutMs: 20_000 }),
    env: { REEVE_TRUSTED_PROXIES: '127.0.0.1' },
  });
  nginx = await startNginx({ gatewayPort: reeve.port, changes: [['streams_of_caller 256', 'streams_of_caller 2']] });
});
afterAll(async () => {
  await nginx.stop();
  await reeve.close();
  await mock.stop();
});

const chat = (model: string, key = reeve.key, through = nginx): Promise<IncomingMessage> =>
  through.open(
    {
      method: 'POST',
      path: '/v1/chat/completions',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    },
    JSON.stringify({ model, stream: true, messages: [{ role: 'user', content: 'go' }] }),
  );

/** When each piece of the body came, in ms since the head, and the whole. */
async function readPieces(answer: IncomingMessage): Promise<{ atMs: number[]; text: string }> {
  const fromMs = performance.now();
  const atMs: number[] = [];
  let text = '';
  for await (const piece of answer as AsyncIterable<Buffer>) {
    atMs.push(performance.now() - fromMs);
    text += piece.toString();
  }
  return { atMs, text };
}

const FRAME_MS = 60;
const PATIENCE = { timeout: 10_000, interval: 50 };

describe('a Reeve behind nginx', () => {
  it('hands on each frame of a stream as it comes', async () => {
    const { atMs, text } = await readPieces(await chat('slow-frames'));
    const frames = text.split('\n\n').filter((frame) => frame.startsWith('data: ')).length;
    expect(text.trimEnd()).toMatch(/data: \[DONE\]$/);
    expect(frames).toBeGreaterThan(8);
    expect(atMs.length).toBeGreaterThanOrEqual(frames - 2);
    expect((atMs.at(-1) ?? 0) - (atMs[0] ?? 0)).toBeGreaterThan((frames - 3) * FRAME_MS * 0.8);
  });

  it('seeded fault: with buffering the frames come in one piece, and the test above sees it', async () => {
    const buffering = await startNginx({
      gatewayPort: reeve.port,
      changes: [['proxy_buffering off', 'proxy_buffering on; proxy_ignore_headers X-Accel-Buffering']],
    });
    try {
      const { atMs } = await readPieces(await chat('slow-frames', reeve.key, buffering));
      expect(atMs.length).toBeLessThanOrEqual(2);
    } finally {
      await buffering.stop();
    }
  });

  it('passes the smoke test over TLS', async () => {
    const env = { ...process.env, NODE_EXTRA_CA_CERTS: nginx.caPath, REEVE_BOOTSTRAP_KEY: reeve.key };
    const main = new URL('../../src/roles/main.ts', import.meta.url).pathname;
    const line = [main, 'smoke', '--url', nginx.url, '--model', 'good'];
    const { stdout } = await run(process.execPath, line, { env, cwd: reeve.home.folder });
    expect(stdout).toContain('The server works.');
  });

  it('ends the call where the caller goes away', async () => {
    const answer = await chat('endless');
    await once(answer, 'data');
    answer.destroy();
    const receipt = String(answer.headers['x-reeve-receipt']);
    await vi.waitFor(async () => expect((await getReceipt(reeve, receipt)).status).toBe('aborted'), PATIENCE);
  });

  it('caps what one key may have running, in the shape of the surface, and leaves other keys alone', async () => {
    const running = await Promise.all([chat('endless'), chat('endless')]);
    try {
      const refused = await chat('good');
      expect(refused.statusCode).toBe(429);
      expect(refused.headers).toMatchObject({ 'content-type': 'application/json', 'retry-after': '1' });
      expect(JSON.parse(await readText(refused))).toMatchObject({ error: { code: 'too_many_calls' } });
      const other = await chat('good', 'rv_another');
      expect(other.statusCode).toBe(401);
      other.resume();
    } finally {
      for (const answer of running) answer.destroy();
    }
    await vi.waitFor(async () => {
      const answer = await chat('good');
      answer.resume();
      expect(answer.statusCode).toBe(200);
    }, PATIENCE);
  });

  it('counts by x-api-key where a client sends that, and speaks as Anthropic does there', async () => {
    const headers = { 'x-api-key': reeve.key, 'content-type': 'application/json', 'anthropic-version': '2023-06-01' };
    const ask = (model: string): Promise<IncomingMessage> =>
      nginx.open(
        { method: 'POST', path: '/v1/messages', headers },
        JSON.stringify({ model, stream: true, max_tokens: 9, messages: [{ role: 'user', content: 'go' }] }),
      );
    const running = await Promise.all([ask('endless'), ask('endless')]);
    const refused = await ask('good');
    for (const answer of running) answer.destroy();
    expect(refused.statusCode).toBe(429);
    expect(JSON.parse(await readText(refused))).toMatchObject({ type: 'error', error: { type: 'rate_limit_error' } });
  });

  it('leaves bodies to Reeve as far as Reeve takes them, and refuses larger ones itself', async () => {
    const post = (mebibytes: number): Promise<IncomingMessage> =>
      nginx.open(
        {
          method: 'POST',
          path: '/v1/chat/completions',
          headers: { authorization: `Bearer ${reeve.key}`, 'content-type': 'application/json' },
        },
        Buffer.alloc(Math.floor(mebibytes * 1024 * 1024), ' '),
      );
    const byReeve = await post(32.5);
    expect([byReeve.statusCode, byReeve.headers['x-request-id']]).toEqual([413, expect.any(String)]);
    expect(JSON.parse(await readText(byReeve))).toMatchObject({ error: { code: 'body_too_large' } });
    const declared = await nginx.open({
      method: 'POST',
      path: '/v1/chat/completions',
      headers: {
        authorization: `Bearer ${reeve.key}`,
        'content-length': String(40 * 1024 * 1024),
        expect: '100-continue',
      },
    });
    expect(declared.statusCode).toBe(413);
    expect(JSON.parse(await readText(declared))).toMatchObject({ error: { code: 'body_too_large' } });
  });

  it('keeps metrics inside and sends plain HTTP to TLS', async () => {
    const metrics = await nginx.open({ path: '/metrics' });
    metrics.resume();
    expect(metrics.statusCode).toBe(404);
    const moved = await fetch(`http://127.0.0.1:${nginx.plainPort}/v1/models?limit=1`, { redirect: 'manual' });
    expect(moved.status).toBe(308);
    expect(moved.headers.get('location')).toBe('https://127.0.0.1/v1/models?limit=1');
  });

  it('says in the shape of the surface that no server is ready', async () => {
    const alone = await startNginx({ gatewayPort: await freePort() });
    try {
      const call = await chat('good', reeve.key, alone);
      expect([call.statusCode, call.headers['retry-after']]).toEqual([503, '1']);
      expect(JSON.parse(await readText(call))).toMatchObject({ error: { code: 'unavailable' } });
      const managed = await alone.open({ path: '/api/v1/keys' });
      expect(managed.headers['content-type']).toBe('application/problem+json');
      expect(JSON.parse(await readText(managed))).toMatchObject({ status: 503 });
    } finally {
      await alone.stop();
    }
  });
});

describe('what nginx hands to Reeve', () => {
  let seen: { url: string; headers: IncomingHttpHeaders }[];
  let gateway: Server;
  let control: Server;
  let through: NginxRig;
  const listen = async (name: string): Promise<Server> => {
    const server = createServer((request, response) => {
      seen.push({ url: `${name}${request.url}`, headers: request.headers });
      response.end('{}');
    });
    server.on('upgrade', (request, socket) => {
      seen.push({ url: `${name}${request.url}`, headers: request.headers });
      socket.end('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n');
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    return server;
  };
  beforeAll(async () => {
    seen = [];
    gateway = await listen('gateway');
    control = await listen('control');
    const portOf = (server: Server): number => (server.address() as AddressInfo).port;
    through = await startNginx({ gatewayPort: portOf(gateway), controlPort: portOf(control) });
  });
  afterAll(async () => {
    await through.stop();
    gateway.close();
    control.close();
  });
  const get = async (path: string, headers: Record<string, string> = {}): Promise<IncomingHttpHeaders> => {
    const answer = await through.open({ path, headers });
    answer.resume();
    return seen.at(-1)?.headers ?? {};
  };

  it('goes to the role that serves it', async () => {
    for (const path of ['/v1/models', '/readyz', '/mcp', '/api/v1/keys', '/api/version']) await get(path);
    expect(seen.map(({ url }) => url).slice(-5)).toEqual([
      'gateway/v1/models',
      'gateway/readyz',
      'gateway/mcp',
      'control/api/v1/keys',
      'control/api/version',
    ]);
  });

  it('says who asked, and not who the caller claims to be', async () => {
    const forged = { 'x-forwarded-for': '203.0.113.9', 'x-forwarded-proto': 'http' };
    expect(await get('/v1/models', forged)).toMatchObject({
      'x-forwarded-for': '127.0.0.1',
      'x-forwarded-proto': 'https',
    });
  });

  it('names the request, or keeps the name that the caller gave it', async () => {
    expect((await get('/v1/models'))['x-request-id']).toMatch(/^[0-9a-f]{32}$/);
    expect((await get('/v1/models', { 'x-request-id': 'mine' }))['x-request-id']).toBe('mine');
  });

  it('lets a WebSocket through, and keeps other connections', async () => {
    const upgrade = { connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13' };
    const answer = await through.open({
      path: '/ws',
      headers: { ...upgrade, 'sec-websocket-key': 'dGhlIHNhbXBsZQ==' },
    });
    expect(answer.statusCode).toBe(101);
    expect(seen.at(-1)?.headers).toMatchObject({ upgrade: 'websocket', connection: 'upgrade' });
    expect((await get('/v1/models')).connection).not.toBe('close');
  });

  it('does not take a file that is wrong', async () => {
    const wrong = startNginx({ gatewayPort: 1, changes: [['proxy_buffering off', 'proxy_bufering off']] });
    await expect(wrong).rejects.toThrow(/unknown directive "proxy_bufering"/);
  });
});
