import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPostgres, type PostgresRig } from '../../../test/rigs/postgres.ts';
import { createIdSource } from '#kernel';
import { createSystemRandom, systemClock } from '../../platform/clock/system-clock.ts';
import { createTestAppender } from '../../platform/bus/testing.ts';
import type { Database } from '#platform/database/port.ts';
import { openPostgresDatabase } from '../../platform/database/postgres-database.ts';
import { createIdentity, type Identity } from './identity.ts';
import { openIdentityRig, type IdentityRig } from './testing.ts';

let postgres: PostgresRig;
let url: string;
let here: IdentityRig;
let thereDatabase: Database;
let there: Identity;

beforeAll(async () => {
  postgres = await startPostgres();
  url = await postgres.url('identity');
  const database = await openPostgresDatabase({ url });
  await database.migrate();
  here = await openIdentityRig(database);
  thereDatabase = await openPostgresDatabase({ url });
  there = openIdentity(thereDatabase);
});
afterAll(async () => {
  await there.close();
  await here.close();
  await Promise.all([thereDatabase.close(), here.database.close()]);
  await postgres.stop();
});

function openIdentity(database: Database): Identity {
  const random = createSystemRandom();
  const log = { debug() {}, info() {}, warn() {}, error() {} };
  return createIdentity({
    database,
    events: createTestAppender(),
    clock: systemClock,
    random,
    ids: createIdSource(systemClock, random),
    log,
  });
}

/** Milliseconds from the answer of the revocation here until the key is refused there. */
async function measureRevocation(): Promise<number> {
  const { id, key } = await here.makeKey(here.ownerKey);
  expect(await there.authenticate(key)).not.toBeNull();
  expect((await here.call(here.ownerKey, 'DELETE', `/api/v1/keys/${id}`)).status).toBe(204);
  const startedMs = performance.now();
  while ((await there.authenticate(key)) !== null) {
    if (performance.now() - startedMs > 5_000) throw new Error('the revoked key is still served after 5 s');
    await sleep(2);
  }
  return performance.now() - startedMs;
}

/** Asks the server, as its administrator. */
async function administer(...statements: string[]): Promise<void> {
  const client = new Client({ connectionString: await postgres.url('administration') });
  await client.connect();
  for (const statement of statements) await client.query(statement);
  await client.end();
}

/** Ends the sessions that listen. */
const cutListeners = `select pg_terminate_backend(pid) from pg_stat_activity where query ilike 'listen%' and pid <> pg_backend_pid()`;

function onlyUnavailable(error: unknown): null {
  expect(error).toMatchObject({ code: 'database_unavailable' });
  return null;
}

describe('revocation by another process', () => {
  it('is heard within milliseconds', async () => {
    await sleep(200);
    expect(await measureRevocation()).toBeLessThan(500);
  });

  it('takes a second at most while the listening connection is down, and is heard again afterwards', async () => {
    const { id, key } = await here.makeKey(here.ownerKey);
    expect(await there.authenticate(key)).not.toBeNull();
    // Sessions that stand stay; none can be opened, so nobody listens.
    await administer(`alter database identity allow_connections false`, cutListeners);
    try {
      expect((await here.call(here.ownerKey, 'DELETE', `/api/v1/keys/${id}`)).status).toBe(204);
      await sleep(1_100);
      // Refused, or nobody can tell (its session may have ended meanwhile): not served either way.
      expect(await there.authenticate(key).catch(onlyUnavailable)).toBeNull();
    } finally {
      await administer('alter database identity allow_connections true');
    }
    await sleep(3_000);
    expect(await measureRevocation()).toBeLessThan(500);
  });

  it('takes a second at most where a pooler swallows the notices', async () => {
    const deaf: Database = { ...thereDatabase, listen: () => Promise.resolve(() => Promise.resolve()) };
    const hearing = there;
    there = openIdentity(deaf);
    expect(await measureRevocation()).toBeLessThan(1_300);
    await there.close();
    there = hearing;
  });
});
