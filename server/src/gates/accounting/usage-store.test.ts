import { sql } from 'kysely';
import { expect, it } from 'vitest';
import type { ReceiptSums } from '#audit';
import { openTestDatabase } from '#platform/database/testing.ts';
import { addTagUsage, addUsage } from './usage-store.ts';

const SUMS: ReceiptSums = {
  tenantId: 'default',
  keyId: 'key_one',
  provider: 'acme',
  modelId: 'small',
  day: '2026-03-01',
  requests: 2n,
  inputTokens: 10n,
  outputTokens: 20n,
  costNanos: 2n ** 60n,
  unpriced: 1n,
};

it('adds what several writers counted for the same day, key and model', async () => {
  const database = await openTestDatabase();
  const tag = { key: 'team', value: 'north' };
  const total = await database.asRole('projector', async (tx) => {
    await addUsage(tx, [SUMS, { ...SUMS, requests: 1n, costNanos: 1n }, { ...SUMS, modelId: null }]);
    await addUsage(tx, [SUMS]);
    await addTagUsage(tx, [
      { ...SUMS, tag },
      { ...SUMS, tag },
    ]);
    const ofModel = sql`where model_id = 'small'`;
    const days = await sql<{ requests: string; cost: string; unpriced: string }>`
      select requests::text, cost_nanos::text as cost, unpriced::text from usage_daily ${ofModel}`.execute(tx);
    const tags = await sql<{ requests: string; cost: string; unpriced: string }>`
      select requests::text, cost_nanos::text as cost, unpriced::text from usage_tag_daily ${ofModel}`.execute(tx);
    return [...days.rows, ...tags.rows];
  });
  await database.close();
  expect(total).toEqual([
    { requests: '5', cost: String(2n ** 61n + 1n), unpriced: '3' },
    { requests: '4', cost: String(2n ** 61n), unpriced: '2' },
  ]);
});
