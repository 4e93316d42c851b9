import { openTestDatabase } from '#platform/database/testing.ts';
import type { Database, Tx } from '#platform/database/port.ts';
import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { summariseReceipts, type WriterCursors } from './summarise-receipts.ts';
import { makeDraft, makeTestFolder, openTestLedger, type TestLedger } from './testing.ts';
import { verifyAllChains } from './verify-receipts.ts';

let database: Database;
const closing: (() => Promise<void> | void)[] = [];

beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
  await asOwner((tx) => sql`truncate receipt, projection_cursor`.execute(tx));
});

async function open(): Promise<TestLedger> {
  const folder = makeTestFolder();
  const ledger = await openTestLedger({ database, folder: folder.path });
  closing.push(() => folder.remove(), ledger.close);
  return ledger;
}

/** The embedded session belongs to the owner of the tables; a role is only taken on. */
const asOwner = <T>(work: (tx: Tx) => Promise<T>): Promise<T> =>
  database.asRole('operator', async (tx) => {
    await sql`reset role`.execute(tx);
    return work(tx);
  });
const summarise = (cursors: WriterCursors) => database.asRole('projector', (tx) => summariseReceipts(tx, cursors));

describe('the sums of receipts', () => {
  it('are exact, by tenant, key, model and day, and count each receipt of each writer once', async () => {
    const [one, two] = [await open(), await open()];
    const huge = Number.MAX_SAFE_INTEGER;
    const commit = async ({ ledger }: TestLedger, changes: Parameters<typeof makeDraft>[0]): Promise<void> => {
      await ledger.commit(makeDraft(changes), {});
    };
    const midnight = '2026-03-01T00:00:00.000Z';
    await commit(one, { cost_nanos: huge, created_at: midnight });
    await commit(one, { cost_nanos: huge, created_at: midnight });
    await commit(two, { cost_nanos: 2, created_at: midnight });
    await commit(two, { cost_nanos: null, created_at: '2026-02-28T23:59:59.999Z' });
    await commit(two, { cost_nanos: 7, created_at: midnight, model: null, key_id: null });
    await one.ledger.settled();
    await two.ledger.settled();
    const first = await summarise(new Map());
    const figures = first.sums.map(
      ({ day, modelId, keyId, requests, inputTokens, outputTokens, costNanos, unpriced }) =>
        [day, modelId, keyId === null, requests, inputTokens, outputTokens, costNanos, unpriced].join(' '),
    );
    expect(figures.toSorted()).toEqual([
      '2026-02-28 gpt-4o-mini false 1 100 200 0 1',
      '2026-03-01  true 1 100 200 7 0',
      '2026-03-01 gpt-4o-mini false 1 100 200 2 0',
      `2026-03-01 gpt-4o-mini false 2 200 400 ${BigInt(huge) * 2n} 0`,
    ]);

    expect((await summarise(first.cursors)).sums).toEqual([]);
    await commit(one, { cost_nanos: 5 });
    await one.ledger.settled();
    const second = await summarise(first.cursors);
    expect(second.sums.map(({ requests, costNanos }) => [requests, costNanos])).toEqual([[1n, 5n]]);
    expect([...second.cursors.values()].toSorted()).toEqual([3n, 3n]);
  });
});

describe('verification of the stored chain', () => {
  const TAMPERED: [string, (seq: number) => ReturnType<typeof sql>, RegExp][] = [
    [
      'a figure in a column',
      (seq) => sql`update receipt set cost_nanos = 1 where seq = ${seq}`,
      /column cost_nanos differs/,
    ],
    [
      'the body',
      (seq) => sql`update receipt set body = body || '{"cost_nanos": 1}' where seq = ${seq}`,
      /hash does not fit/,
    ],
    ['the tenant', (seq) => sql`update receipt set tenant_id = 'ten_x' where seq = ${seq}`, /column tenant_id differs/],
    ['a missing receipt', (seq) => sql`delete from receipt where seq = ${seq}`, /follows number/],
  ];
  it.each(TAMPERED)('sees %s', async (_what, tamper, says) => {
    const { ledger } = await open();
    for (let index = 0; index < 5; index += 1) await ledger.commit(makeDraft(), {});
    await ledger.settled();
    const verify = () => database.asRole('operator', (tx) => verifyAllChains(tx));
    expect(await verify()).toMatchObject([{ receipts: 5, faults: [] }]);
    await asOwner((tx) => tamper(3).execute(tx));
    const [report] = await verify();
    expect(report?.faults.map(({ what }) => what).join('; ')).toMatch(says);
  });
});
