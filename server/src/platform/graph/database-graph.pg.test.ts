import { expect, it } from 'vitest';
import { startPostgres } from '../../../test/rigs/postgres.ts';
import { asTenantId } from '#kernel';
import { createVirtualClock } from '../clock/testing.ts';
import { openPostgresDatabase } from '../database/postgres-database.ts';
import { createDatabaseGraph } from './database-graph.ts';
import { describeGraph } from './graph-contract.testing.ts';

async function open() {
  const postgres = await startPostgres();
  const database = await openPostgresDatabase({ url: await postgres.url('graph') });
  await database.migrate();
  return {
    database,
    async close() {
      await database.close();
      await postgres.stop();
    },
  };
}

describeGraph('PostgreSQL', open);

it('keeps edges tied to nodes while both come and go at once', async () => {
  const { database, close } = await open();
  const graph = createDatabaseGraph({ database, clock: createVirtualClock() });
  const scope = { tenantId: asTenantId('ten_race') };
  const node = (id: string) => ({ id, kind: 'k', labels: ['Public' as const], acl: [], properties: {} });
  await graph.putNode(scope, node('hub'));
  for (let round = 0; round < 30; round += 1) {
    await graph.putNode(scope, node('end'));
    const edge = { from: 'hub', type: 't', to: 'end', properties: {} };
    const [stored] = await Promise.all([graph.putEdge(scope, edge), graph.removeNode(scope, 'end')]);
    expect(stored).toMatch(/^(stored|no-such-node)$/);
    expect(await graph.neighbours(scope, { principals: [] }, { of: 'hub' })).toEqual([]);
  }
  await close();
});
