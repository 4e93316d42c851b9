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

/** Revokes here, whose time passes meanwhile. */
async function revoke(id: string): Promise<void> {
  let answered = false;
  const revoking = here.call(here.ownerKey, 'DELETE', `/api/v1/keys/${id}`).finally(() => (answered = true));
  while (!answered) {
    await sleep(5);
    here.clock.advance(5);
  }
  expect((await revoking).status).toBe(204);
}

/** A key that both know. */
async function makeKnownKey(): Promise<{ id: string; key: string }> {
  const made = await here.makeKey(here.ownerKey);
  expect(await there.authenticate(made.key)).not.toBeNull();
  return made;
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
  it('is heard before it is answered, each time', async () => {
    await sleep(200);
    for (let round = 0; round < 30; round += 1) {
      const { id, key } = await makeKnownKey();
      await revoke(id);
      expect(await there.authenticate(key)).toBeNull();
    }
  });

  it('is answered later while the listening connections are down, and heard again afterwards', async () => {
    const { id, key } = await makeKnownKey();
    // Sessions that stand stay; none can be opened, so nobody listens.
    await administer(`alter database identity allow_connections false`, cutListeners);
    try {
      await revoke(id);
      // Refused, or nobody can tell (its session may have ended meanwhile): not served either way.
      expect(await Promise.resolve(there.authenticate(key)).catch(onlyUnavailable)).toBeNull();
    } finally {
      await administer('alter database identity allow_connections true');
    }
    await sleep(3_000);
    const again = await makeKnownKey();
    await revoke(again.id);
    expect(await there.authenticate(again.key)).toBeNull();
  });

  it('is answered late where a process listens and does not say that it heard', async () => {
    const { id, key } = await makeKnownKey();
    const mute = await openPostgresDatabase({ url });
    const stop = await mute.listen('reeve_keys', () => undefined);
    const beforeMs = here.clock.monotonicMs();
    await revoke(id);
    expect(here.clock.monotonicMs() - beforeMs).toBeGreaterThanOrEqual(1_000);
    expect(await there.authenticate(key)).toBeNull();
    await stop();
    await mute.close();
  });

  it('takes a second at most where a pooler swallows the notices', async () => {
    const deaf: Database = { ...thereDatabase, listen: () => Promise.resolve(() => Promise.resolve()) };
    const hearing = there;
    there = openIdentity(deaf);
    const { id, key } = await makeKnownKey();
    await revoke(id);
    await sleep(1_000);
    expect(await there.authenticate(key)).toBeNull();
    await there.close();
    there = hearing;
  });
});
