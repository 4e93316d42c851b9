/**
 * What one exchange costs the main thread: bare undici dispatch (a handler that only collects chunks), our client, and
 * `undici.request`, interleaved in one run against the same upstream. Usage: node bench/http-client/run.ts [rounds] [requests]
 */
import { Worker } from 'node:worker_threads';
import { type Dispatcher, Pool, request as undiciRequest } from 'undici';
import { systemClock } from '../../server/src/platform/clock/system-clock.ts';
import { createHttpClient } from '../../server/src/platform/http-client/undici-client.ts';

const rounds = Number(process.argv[2] ?? 8);
const requests = Number(process.argv[3] ?? 10_000);
const CONCURRENCY = 16;

const worker = new Worker(new URL('upstream.ts', import.meta.url));
const port = await new Promise<number>((resolve) => worker.once('message', resolve));
const origin = `http://127.0.0.1:${port}`;
const url = `${origin}/v1/chat/completions`;
const body = Buffer.alloc(1024, 'q');
const headers = { 'content-type': 'application/json', authorization: 'Bearer bench' };

const pool = new Pool(origin, { connections: null, pipelining: 1, allowH2: false, headersTimeout: 0, bodyTimeout: 0 });
const requestPool = new Pool(origin, { connections: null, pipelining: 1, allowH2: false });
const client = createHttpClient({ egress: { offline: true, allow: [] }, clock: systemClock });
const never = new AbortController().signal;

const contenders: Record<string, () => Promise<number>> = {
  'bare dispatch': dispatchBare,
  'our exchange': async () => {
    const answer = await client.exchange({ method: 'POST', url, headers, body, timeoutMs: 60_000 });
    return (await answer.readAll(1_000_000)).length;
  },
  'our exchange, signal': async () => {
    const answer = await client.exchange({ method: 'POST', url, headers, body, timeoutMs: 60_000, signal: never });
    return (await answer.readAll(1_000_000)).length;
  },
  'undici.request': async () => {
    const answer = await undiciRequest(url, { method: 'POST', headers, body, dispatcher: requestPool });
    return (await answer.body.arrayBuffer()).byteLength;
  },
};

const cpuMicros = new Map<string, number[]>();
for (const call of Object.values(contenders)) await run(call, requests);
for (let round = 0; round < rounds; round += 1) {
  // Each round begins with another contender: whoever follows a burst pays for its garbage.
  const order = Object.entries(contenders);
  for (const [name, call] of [...order.slice(round % order.length), ...order.slice(0, round % order.length)]) {
    const figures = cpuMicros.get(name) ?? [];
    figures.push((await run(call, requests)) / requests);
    cpuMicros.set(name, figures);
  }
}
const bare = median(cpuMicros.get('bare dispatch') ?? []);
for (const [name, figures] of cpuMicros) {
  const middle = median(figures);
  const spread = `${Math.min(...figures).toFixed(1)}–${Math.max(...figures).toFixed(1)}`;
  console.log(`${name.padEnd(22)} ${middle.toFixed(1)} µs (${spread}), ${(middle - bare).toFixed(1)} above bare`);
}
await Promise.all([pool.destroy(), requestPool.destroy(), client.close(), worker.terminate()]);

/** CPU µs that the main thread spent on `count` calls. */
async function run(call: () => Promise<number>, count: number): Promise<number> {
  let left = count;
  const before = process.threadCpuUsage();
  await Promise.all(
    Array.from({ length: CONCURRENCY }, async () => {
      while (left > 0) {
        left -= 1;
        if ((await call()) !== 2048) throw new Error('wrong answer');
      }
    }),
  );
  const spent = process.threadCpuUsage(before);
  return spent.user + spent.system;
}

function dispatchBare(): Promise<number> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const handler: Dispatcher.DispatchHandler = {
      onRequestStart() {},
      onResponseStart() {},
      onResponseData(_controller, chunk) {
        chunks.push(chunk);
      },
      onResponseEnd() {
        resolve(Buffer.concat(chunks).length);
      },
      onResponseError(_controller, error) {
        reject(error);
      },
    };
    pool.dispatch({ path: '/v1/chat/completions', method: 'POST', headers, body }, handler);
  });
}

function median(figures: readonly number[]): number {
  return figures.toSorted((a, b) => a - b)[figures.length >> 1] ?? 0;
}
