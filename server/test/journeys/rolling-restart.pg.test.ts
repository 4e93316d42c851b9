/** Nobody who calls notices that gateways are restarted one after the other. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startPostgres, type PostgresRig } from '../rigs/postgres.ts';
import { measureRollingRestart } from '../rigs/rolling-restart.ts';
import { verifyReceipts } from '../rigs/verify-receipts.ts';

let rig: PostgresRig;

beforeAll(async () => {
  rig = await startPostgres({ fsync: true });
});
afterAll(() => rig.stop());

describe('two gateways behind a balancer, 200 calls a second', { timeout: 120_000 }, () => {
  test('restarted one after the other: no call fails, every stream ends, the books are whole', async () => {
    const report = await measureRollingRestart({
      databaseUrl: await rig.url('rolling'),
      perSecond: 200,
      rounds: 1,
      streamEvery: 5,
    });
    expect(report.failures).toEqual([]);
    expect(report.exitCodes).toEqual([0, 0]);
    expect(report.receipts).toHaveLength(report.sent);
    expect((await verifyReceipts(report.receipts)).faults).toEqual([]);
  });

  test('fault: gateways that are killed instead do fail calls, and the load sees it', async () => {
    const report = await measureRollingRestart({
      databaseUrl: await rig.url('killed'),
      perSecond: 200,
      rounds: 1,
      streamEvery: 5,
      stopWith: 'kill',
    });
    expect(report.failures.length).toBeGreaterThan(0);
  });
});
