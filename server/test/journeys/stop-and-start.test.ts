/** SIGTERM under traffic: what runs is finished, what is idle is closed, what comes is refused, and nothing is lost. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Agent, fetch as undiciFetch } from 'undici';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { ask, listAll, sseData, type ReceiptView } from '../rigs/api.ts';
import { mockConfig } from '../rigs/mock-config.ts';
import { startMockProvider, type MockProvider } from '../rigs/mock-provider.ts';
import { openSocket } from '../rigs/raw-http.ts';
import { createReeveHome, type ReeveHome } from '../rigs/reeve.ts';
import { verifyReceipts } from '../rigs/verify-receipts.ts';

let mock: MockProvider;
let home: ReeveHome;

beforeAll(async () => {
  mock = await startMockProvider();
});

afterEach(async () => {
  await home.dispose();
});

afterAll(() => mock.stop());

const closedOrRefused = [
  (socket: Socket): string => {
    socket.destroy();
    return 'opened';
  },
  (): string => 'refused',
] as const;

async function makeHome(env: Record<string, string> = {}): Promise<void> {
  home = await createReeveHome({
    config: mockConfig(mock, ['slow', 'slow-frames', 'endless', 'hang'], { faultTimeoutMs: 60_000 }),
    env,
  });
}

describe('SIGTERM', () => {
  test('running answers are finished, plain and streaming, and the exit is 0', async () => {
    await makeHome();
    const running = await home.start();
    const caller = { baseUrl: running.baseUrl, key: home.apiKey() };
    const stream = await ask(caller, 'slow-frames', { stream: true });
    const plain = ask(caller, 'slow');
    await wait(100);
    const stopped = running.stop();
    expect(sseData(await stream.text()).at(-1)).toBe('[DONE]');
    expect((await plain).status).toBe(200);
    const { code, signal } = await stopped;
    expect({ code, signal }).toEqual({ code: 0, signal: null });
  });

  test('idle connections do not hold it up, and the folder is free at once', async () => {
    await makeHome();
    const running = await home.start();
    const caller = { baseUrl: running.baseUrl, key: home.apiKey() };
    await Promise.all(Array.from({ length: 10 }, async () => (await ask(caller, 'good')).text()));
    const silent = await openSocket(running.port);
    const startedMs = performance.now();
    expect((await running.stop()).code).toBe(0);
    expect(performance.now() - startedMs).toBeLessThan(5000);
    silent.destroy();
    expect((await (await home.start()).stop()).code).toBe(0);
  });

  test('who still calls is told to go and answered; then nobody opens, while a running stream goes on', async () => {
    await makeHome();
    const running = await home.start();
    const caller = { baseUrl: running.baseUrl, key: home.apiKey() };
    const stream = await ask(caller, 'slow-frames', { stream: true });
    const stopped = running.stop();
    await wait(50);
    const ready = await fetch(`${running.baseUrl}/readyz`).then((response) => response.status);
    const late = await ask(caller, 'good');
    expect({ ready, late: late.status, closes: late.headers.get('connection') }).toEqual({
      ready: 503,
      late: 200,
      closes: 'close',
    });
    const opens = (): Promise<string> => openSocket(running.port).then(...closedOrRefused);
    await expect.poll(opens, { timeout: 3000, interval: 100 }).toBe('refused');
    expect(sseData(await stream.text()).at(-1)).toBe('[DONE]');
    expect((await stopped).code).toBe(0);
  });

  test('over TLS too: a stream is finished, a handshake that never ends is not waited for', async () => {
    await makeHome();
    const [cert, key] = [join(home.folder, 'cert.pem'), join(home.folder, 'key.pem')];
    const request = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '1'];
    const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'];
    execFileSync('openssl', [...request, ...subject, '-keyout', key, '-out', cert], { stdio: 'ignore' });
    const running = await home.start({ REEVE_TLS_CERT: cert, REEVE_TLS_KEY: key });
    const silent = await openSocket(running.port);
    const dispatcher = new Agent({ connect: { ca: readFileSync(cert) } });
    const stream = await undiciFetch(`${running.baseUrl}/v1/chat/completions`, {
      method: 'POST',
      dispatcher,
      headers: { authorization: `Bearer ${home.apiKey()}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'slow-frames', stream: true, messages: [{ role: 'user', content: 'a' }] }),
    });
    const startedMs = performance.now();
    const stopped = running.stop();
    expect(sseData(await stream.text()).at(-1)).toBe('[DONE]');
    expect((await stopped).code).toBe(0);
    expect(performance.now() - startedMs).toBeLessThan(10_000);
    silent.destroy();
    await dispatcher.close();
  });

  test(
    'answers without end are given up after half a minute: told so, with receipts that say it',
    { timeout: 90_000 },
    async () => {
      await makeHome();
      const running = await home.start();
      const caller = { baseUrl: running.baseUrl, key: home.apiKey() };
      const stream = await ask(caller, 'endless', { stream: true });
      const text = stream.text();
      const plain = ask(caller, 'hang');
      await wait(100);
      const startedMs = performance.now();
      const { code } = await running.stop();
      const tookMs = performance.now() - startedMs;
      expect(code).toBe(0);
      const frames = sseData(await text);
      expect(JSON.parse(frames.at(-1) ?? '')).toMatchObject({ error: { code: 'draining' } });
      expect(frames).not.toContain('[DONE]');
      const refused = await plain;
      expect({ status: refused.status, retryAfter: refused.headers.get('retry-after') }).toEqual({
        status: 503,
        retryAfter: '1',
      });
      expect(await refused.json()).toMatchObject({ error: { code: 'draining' } });
      expect(tookMs).toBeGreaterThan(25_000);
      expect(tookMs).toBeLessThan(45_000);
      const again = await home.start();
      const receipts = await listAll<ReceiptView>({ baseUrl: again.baseUrl, key: home.apiKey() }, '/api/v1/receipts');
      expect(receipts).toMatchObject([
        { status: 'failed', error_code: 'draining' },
        { status: 'failed', error_code: 'draining' },
      ]);
      await again.stop();
    },
  );
});

describe('receipts over many starts', () => {
  test('one chain per writer, whatever the way the server ended', async () => {
    await makeHome();
    let made = 0;
    for (const end of ['stop', 'kill', 'stop', 'kill'] as const) {
      const running = await home.start();
      const caller = { baseUrl: running.baseUrl, key: home.apiKey() };
      for (let count = 0; count < 5; count += 1) {
        expect((await ask(caller, 'good')).status).toBe(200);
        made += 1;
      }
      await running[end]();
    }
    const last = await home.start();
    const receipts = await listAll<ReceiptView>({ baseUrl: last.baseUrl, key: home.apiKey() }, '/api/v1/receipts');
    expect(receipts).toHaveLength(made);
    expect(await verifyReceipts(receipts)).toEqual({ checked: made, faults: [] });
    await last.stop();
  });
});

describe('npm start', () => {
  test('hands a SIGTERM to the server, which exits by itself', async () => {
    await makeHome();
    const root = new URL('../../../', import.meta.url).pathname;
    const env = { PATH: process.env['PATH'] ?? '', HOME: home.folder, REEVE_PORT: '0', REEVE_DATA_DIR: home.dataDir };
    const npm = spawn('npm', ['start', '--silent'], { cwd: root, env, stdio: ['ignore', 'pipe', 'ignore'] });
    let said = '';
    npm.stdout.on('data', (part: Buffer) => (said += part.toString('utf8')));
    await expect.poll(() => said, { timeout: 60_000 }).toContain('Reeve is ready at');
    const baseUrl = /ready at (\S+)/.exec(said)?.[1] ?? '';
    npm.kill('SIGTERM');
    await once(npm, 'exit');
    await expect
      .poll(
        () =>
          fetch(`${baseUrl}/livez`).then(
            () => 'alive',
            () => 'gone',
          ),
        { timeout: 10_000 },
      )
      .toBe('gone');
  });
});
