import { sql } from 'kysely';
import { expect, it } from 'vitest';
import { asTenantId } from '#kernel';
import { createVirtualClock } from '../clock/testing.ts';
import { openTestDatabase } from '../database/testing.ts';
import { createDatabaseGraph } from './database-graph.ts';
import { describeGraph } from './graph-contract.testing.ts';

describeGraph('PGlite', async () => {
  const database = await openTestDatabase();
  return { database, close: () => database.close() };
});

it('gives up where more than 20,000 nodes lie within reach', async () => {
  const database = await openTestDatabase();
  const graph = createDatabaseGraph({ database, clock: createVirtualClock() });
  const scope = { tenantId: asTenantId('ten_large') };
  await database.forTenant(scope, async (tx) => {
    await sql`insert into graph_node select 'ten_large', 'n' || i, 'k', '{Public}', '{}', '{}', now() from generate_series(0, 20002) i`.execute(
      tx,
    );
    await sql`insert into graph_edge select 'ten_large', 'n0', 't', 'n' || i, '{}', now() from generate_series(1, 20001) i`.execute(
      tx,
    );
  });
  const reader = { principals: [] };
  expect(await graph.path(scope, reader, { from: 'n0', to: 'n20002' })).toEqual({ type: 'too-large' });
  expect(await graph.path(scope, reader, { from: 'n0', to: 'n20001' })).toMatchObject({ type: 'found' });
  expect(await graph.neighbours(scope, reader, { of: 'n0', limit: 1000 })).toHaveLength(1000);
  await database.close();
});
