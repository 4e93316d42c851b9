/** A Reeve beside a Redis: it starts, serves and stops whatever becomes of that Redis, and says how it stands. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ask } from '../rigs/api.ts';
import { startFaultProxy, type FaultProxy } from '../rigs/fault-proxy.ts';
import { mockConfig } from '../rigs/mock-config.ts';
import { startMockProvider, type MockProvider } from '../rigs/mock-provider.ts';
import { startRedis, type RedisRig } from '../rigs/redis.ts';
import { createReeveHome, type ReeveHome, type RunningReeve } from '../rigs/reeve.ts';

let mock: MockProvider;
let redis: RedisRig;
let proxy: FaultProxy;
let home: ReeveHome;

beforeEach(async () => {
  [mock, redis] = await Promise.all([startMockProvider(), startRedis()]);
  proxy = await startFaultProxy(redis.port);
  home = await createReeveHome({ config: mockConfig(mock, []), env: { REEVE_REDIS_URL: proxy.through(redis.url) } });
});
afterEach(async () => {
  await home.dispose();
  await proxy.stop();
  await redis.stop();
  await mock.stop();
});

async function readyz(running: RunningReeve, query = ''): Promise<[status: number, redis: string | undefined]> {
  const response = await fetch(`${running.baseUrl}/readyz${query}`);
  const { checks } = (await response.json()) as { checks: Record<string, string> };
  return [response.status, checks['redis']];
}

async function expectServed(running: RunningReeve): Promise<void> {
  const answer = await ask({ baseUrl: running.baseUrl, key: home.apiKey() }, 'good');
  expect(answer.status).toBe(200);
  await answer.arrayBuffer();
  expect(await readyz(running, '?for=traffic')).toEqual([200, undefined]);
}

test('serves beside it, without it, through it hanging, and with it again', async () => {
  const running = await home.start();
  expect(await readyz(running)).toEqual([200, 'ok']);
  await expectServed(running);
  proxy.set({ hold: 'both' });
  expect(await readyz(running)).toEqual([503, expect.stringContaining('Redis does not answer')]);
  await expectServed(running);
  proxy.set({ refuse: true });
  proxy.cut();
  expect(await readyz(running)).toEqual([503, expect.stringContaining('Redis does not answer')]);
  await expectServed(running);
  proxy.heal();
  await expect.poll(() => readyz(running), { timeout: 15_000 }).toEqual([200, 'ok']);
  expect((await running.stop()).code).toBe(0);
});

test('starts and stops while it is away, and says so', async () => {
  await redis.down();
  const running = await home.start();
  await expectServed(running);
  expect((await readyz(running))[0]).toBe(503);
  const { code, stderr } = await running.stop();
  expect(code).toBe(0);
  expect(stderr).toContain('Redis does not answer');
});
