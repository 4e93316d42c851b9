/**
 * Do the pages of the receipts stay fast over a million of them? Fills an embedded store, starts Reeve on it, and asks for
 * pages as the console does, from everywhere in the list.
 *
 *   node bench/console/receipts.ts [--receipts 1000000] [--rounds 60] [--folder path]
 *
 * `--folder` keeps the filled store there and takes it again the next time. Ends with 1 where a page misses its bound.
 */
import { existsSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { setTimeout as wait } from 'node:timers/promises';
import { ask, expectJson, get, makeKey, type Caller, type Page, type ReceiptView } from '../../server/test/rigs/api.ts';
import { fillReceipts } from '../../server/test/rigs/fill-receipts.ts';
import { createReeveHome } from '../../server/test/rigs/reeve.ts';
import { waitUntilQuiet } from '../gateway/process-figures.ts';

const PAGE_P95_MS = 50;
const OWNER_KEY = 'bench-owner-key-of-the-receipts';
const SETTLE_MS = 20_000;
const CATCH_UP_LIMIT_MS = 600_000;
const PATH = '/api/v1/receipts';
/** Nobody listens there, so calls fail and their receipts say so. */
const CONFIG = `
providers:
  gone: { adapter: openai, base_url: "http://127.0.0.1:9/v1" }
models:
  gone: [gone/model]
`;

const QUERIES: [name: string, query: string][] = [
  ['newest, 50', 'order=newest&limit=50'],
  ['newest, 200', 'order=newest&limit=200'],
  ['oldest, 50', 'limit=50'],
  ['status=failed', 'order=newest&limit=50&status=failed'],
  ['model', 'order=newest&limit=50&model=reeve/hello'],
  ['decision=deny', 'order=newest&limit=50&decision=deny'],
  ['stream=true and a tag', 'order=newest&limit=50&stream=true&tag=team=b'],
  ['nothing fits', 'order=newest&limit=50&trace_id=none'],
];

const { values } = parseArgs({
  options: {
    receipts: { type: 'string', default: '1000000' },
    rounds: { type: 'string', default: '60' },
    folder: { type: 'string' },
  },
});

const home = await createReeveHome({ config: CONFIG, env: { REEVE_BOOTSTRAP_KEY: OWNER_KEY } });
try {
  process.exitCode = await main(Number(values.receipts), Number(values.rounds));
} finally {
  await home.dispose();
}

async function main(receipts: number, rounds: number): Promise<number> {
  await fill(receipts);
  const running = await home.start();
  const caller = { baseUrl: running.baseUrl, key: OWNER_KEY };
  await wait(SETTLE_MS);
  await waitUntilQuiet(running.pid, CATCH_UP_LIMIT_MS);
  let slow = 0;
  for (const [name, query] of QUERIES) {
    const p95 = await measure(name, rounds, () => getPage(caller, `${PATH}?${query}&after=${randomPlace()}`));
    if (p95 > PAGE_P95_MS) slow += 1;
  }
  await measure('facets', Math.ceil(rounds / 4), () => get(caller, `${PATH}/facets?status=ok`).then((r) => r.text()));
  await running.stop();
  return slow === 0 ? 0 : 1;
}

async function fill(receipts: number): Promise<void> {
  const kept = values.folder;
  if (kept !== undefined && existsSync(kept)) return cp(kept, home.dataDir, { recursive: true });
  const first = await home.start();
  await makeCalls({ baseUrl: first.baseUrl, key: OWNER_KEY });
  await first.stop();
  await fillReceipts(home.dataDir, receipts);
  if (kept !== undefined) await cp(home.dataDir, join(kept), { recursive: true });
}

/** Of a hundred: a few that failed, one that was denied, the rest answered, half of them as streams. */
async function makeCalls(owner: Caller): Promise<void> {
  const narrow = await makeKey(owner, { name: 'narrow', models: ['gone'] });
  for (let n = 0; n < 96; n += 1) {
    const headers = { 'x-reeve-tags': `team=${n % 3 === 0 ? 'a' : 'b'}` };
    const body = JSON.stringify({
      model: 'reeve/hello',
      stream: n % 2 === 0,
      messages: [{ role: 'user', content: `call ${n}` }],
    });
    const reply = await fetch(`${owner.baseUrl}/v1/chat/completions`, {
      method: 'POST',
      headers: { ...headers, authorization: `Bearer ${owner.key}`, 'content-type': 'application/json' },
      body,
    });
    await reply.text();
  }
  for (let n = 0; n < 3; n += 1) await (await ask(owner, 'gone')).text();
  await (await ask({ ...owner, key: narrow.key }, 'reeve/hello')).text();
}

async function getPage(caller: Caller, path: string): Promise<Page<ReceiptView>> {
  return expectJson<Page<ReceiptView>>(await get(caller, path), 200);
}

/** A cursor into the running month. */
function randomPlace(): string {
  const now = new Date();
  const monthMs = Date.UTC(now.getUTCFullYear(), now.getUTCMonth());
  const at = new Date(monthMs + Math.random() * (now.getTime() - monthMs)).toISOString();
  return Buffer.from(JSON.stringify([at, `rcp_${'0'.repeat(26)}`])).toString('base64url');
}

async function measure(name: string, rounds: number, work: () => Promise<unknown>): Promise<number> {
  await work();
  const took: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const startedMs = performance.now();
    await work();
    took.push(performance.now() - startedMs);
  }
  took.sort((left, right) => left - right);
  const at = (share: number): number => took[Math.min(took.length - 1, Math.floor(took.length * share))] ?? 0;
  const figures = [at(0.5), at(0.95), at(1)].map((ms) => ms.toFixed(1).padStart(8));
  process.stdout.write(`${name.padEnd(24)} p50 ${figures[0]} ms   p95 ${figures[1]} ms   max ${figures[2]} ms\n`);
  return at(0.95);
}
