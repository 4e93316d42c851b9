import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mockConfig } from '../../../test/rigs/mock-config.ts';
import { startMockProvider, type MockProvider } from '../../../test/rigs/mock-provider.ts';
import { startReeve, type WholeReeve } from '../../../test/rigs/reeve.ts';
import { runCli } from './cli.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';

let mock: MockProvider;
let reeve: WholeReeve;
beforeAll(async () => {
  mock = await startMockProvider();
  reeve = await startReeve({ config: mockConfig(mock, ['reset']) });
});
afterAll(async () => {
  await reeve.close();
  await mock.stop();
});

interface Step {
  name: string;
  state: string;
  ms: number;
  detail: string;
}

interface Smoked {
  code: ExitCode;
  steps: Step[];
  failed: Step | undefined;
}

async function smoke(url: string, ...more: string[]): Promise<Smoked> {
  let out = '';
  const streams = { out: (text: string) => void (out += text), err: (text: string) => void (out += text) };
  const line = ['smoke', '--url', url, '--key', reeve.key, '--json', ...more];
  const code = await runCli(line, { streams, variables: { REEVE_DATA_DIR: reeve.home.dataDir } });
  const steps: Step[] = JSON.parse(out).steps ?? [];
  return { code, steps, failed: steps.find(({ state }) => state === 'failed') };
}

type Change = (reply: { status: number; text: string }, path: string) => { status: number; text: string };

/** A server between the test and Reeve that answers what Reeve answers, but for what `change` makes of it. */
async function withFault<T>(change: Change, work: (url: string) => Promise<T>): Promise<T> {
  const server: Server = createServer((request, response) => {
    void forward(change, request, response);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  try {
    return await work(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

async function forward(change: Change, ...[request, response]: Parameters<Parameters<typeof createServer>[1] & {}>) {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const { authorization = '', 'content-type': type = 'application/json' } = request.headers;
  const answer = await fetch(`${reeve.baseUrl}${request.url}`, {
    method: request.method ?? 'GET',
    headers: { authorization, 'content-type': type },
    ...(chunks.length === 0 ? {} : { body: Buffer.concat(chunks) }),
  });
  const { status, text } = change({ status: answer.status, text: await answer.text() }, request.url ?? '');
  const kept = [...answer.headers].filter(([name]) => /^(content-type|x-)/.test(name));
  response.writeHead(status, Object.fromEntries(kept)).end(text);
}

async function keysOf(path: string): Promise<{ name: string; revoked_at: string | null }[]> {
  const reply = await fetch(`${reeve.baseUrl}${path}`, { headers: { authorization: `Bearer ${reeve.key}` } });
  const { data } = (await reply.json()) as { data: { name: string; revoked_at: string | null }[] };
  return data;
}

describe('reeve smoke', () => {
  it('passes a server that works, takes each step and leaves no key', async () => {
    const { code, steps } = await smoke(reeve.baseUrl);
    expect(steps.map(({ name, state }) => `${name} ${state}`)).toEqual([
      'health ok',
      'key made ok',
      'models ok',
      'chat ok',
      'chat, streamed ok',
      'receipts ok',
      'usage ok',
      'key revoked ok',
    ]);
    expect(code).toBe(EXIT.ok);
    const keys = (await keysOf('/api/v1/keys')).filter(({ name }) => name === 'smoke test');
    expect(keys.length).toBeGreaterThan(0);
    expect(keys.every((key) => key.revoked_at !== null)).toBe(true);
  });

  it('asks the model that is named, and says what its provider did', async () => {
    const { code, failed, steps } = await smoke(reeve.baseUrl, '--model', 'reset');
    expect(code).toBe(EXIT.failed);
    expect(failed).toMatchObject({ name: 'chat', detail: expect.stringContaining('answered 502') });
    expect(steps.at(-1)).toMatchObject({ name: 'key revoked', state: 'ok' });
  });

  it('refuses a wrong key and a server that is not there with codes of their own', async () => {
    expect(await smoke(reeve.baseUrl, '--key', 'rv_wrong')).toMatchObject({
      code: EXIT.refused,
      failed: { name: 'key made' },
    });
    expect(await smoke('http://127.0.0.1:1')).toMatchObject({ code: EXIT.unreachable, failed: { name: 'health' } });
    expect((await smoke('reeve.example.com')).code).toBe(EXIT.usage);
  });

  it.each<[what: string, step: string, says: string, change: Change]>([
    ['not ready', 'health', 'answered 503', (reply, path) => (path === '/readyz' ? { ...reply, status: 503 } : reply)],
    [
      'a stream that ends early',
      'chat, streamed',
      'no closing frame',
      ({ status, text }) => ({ status, text: text.replace('data: [DONE]\n\n', '') }),
    ],
    [
      'a stream without its receipt',
      'chat, streamed',
      'does not say its receipt',
      ({ status, text }) => ({ status, text: text.replace(': reeve ', ': other ') }),
    ],
    [
      'a receipt that was changed',
      'receipts',
      'its hash does not fit',
      ({ status, text }, path) => ({
        status,
        text: path.startsWith('/api/v1/receipts') ? text.replace(/"cost_nanos":\d+/, '"cost_nanos":1') : text,
      }),
    ],
    [
      'a hash that the answer told otherwise',
      'receipts',
      'another hash',
      ({ status, text }) => ({
        status,
        text: text.replace(/("hash":")[0-9a-f]{64}("?,"cost_nanos)/, `$1${'0'.repeat(64)}$2`),
      }),
    ],
    [
      'usage that counts otherwise',
      'usage',
      'the receipts 2',
      ({ status, text }, path) => ({
        status,
        text: path.startsWith('/api/v1/usage') ? text.replaceAll('"requests":2', '"requests":3') : text,
      }),
    ],
    [
      'a key that works after its end',
      'key revoked',
      'not 401',
      (reply, path) => (path === '/v1/models' && reply.status === 401 ? { ...reply, status: 200 } : reply),
    ],
  ])('seeded fault: %s', async (_what, step, says, change) => {
    const { code, failed } = await withFault(change, (url) => smoke(url));
    expect(failed).toMatchObject({ name: step, detail: expect.stringContaining(says) });
    expect(code).toBe(EXIT.failed);
  });
});
