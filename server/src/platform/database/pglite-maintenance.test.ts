import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import { createVirtualClock } from '../clock/testing.ts';
import { addTenant, open, tempFolder } from './pglite-database.testing.ts';
import type { Database } from './port.ts';

describe('maintenance', () => {
  const CHURN_BYTES = 40 * 1024 * 1024;

  async function churn(database: Database, bytes: number): Promise<void> {
    const text = 'x'.repeat(1024);
    for (let done = 0; done < bytes; done += 4096 * 1024) {
      await database.asRole(
        'projector',
        (tx) =>
          sql`insert into receipt (id, tenant_id, created_at, status, prompt_tokens, completion_tokens, latency_ms, writer_id,
              seq, hash, body) select 'rcp_' || n, 'ten_a', now(), 'ok', 1, 1, 1, 'wri_1', n, 'h', to_jsonb(${text}::text || n)
            from generate_series(${done}::bigint, ${done}::bigint + 4095) n`.execute(tx),
        { sync: false },
      );
    }
  }

  const logFiles = (folder: string): number => readdirSync(join(folder, 'database', 'pg_wal')).length;

  /** Time moves by hand and the timer never fires: only the test runs maintenance. */
  function stillClock(): {
    monotonicMs: () => number;
    after: () => () => void;
    advanceMinutes: (minutes: number) => void;
  } {
    let nowMs = 0;
    return {
      monotonicMs: () => nowMs,
      after: () => () => undefined,
      advanceMinutes: (minutes) => {
        nowMs += minutes * 60_000;
      },
    };
  }

  it('leaves an idle database alone', async () => {
    const clock = stillClock();
    const database = await open(tempFolder(), { clock });
    await database.maintain();
    clock.advanceMinutes(60);
    expect(await database.maintain()).toEqual({ checkpoint: false, vacuum: false });
  });

  it('writes a checkpoint and vacuums five minutes after a change, once', async () => {
    const clock = stillClock();
    const database = await open(tempFolder(), { clock });
    await database.maintain();
    await addTenant(database, 'ten_one');
    clock.advanceMinutes(4);
    expect(await database.maintain()).toEqual({ checkpoint: false, vacuum: false });
    clock.advanceMinutes(1);
    expect(await database.maintain()).toEqual({ checkpoint: true, vacuum: true });
    clock.advanceMinutes(60);
    expect(await database.maintain()).toEqual({ checkpoint: false, vacuum: false });
  });

  it('runs by itself', async () => {
    const clock = createVirtualClock();
    const database = await open(tempFolder(), { clock });
    clock.advance(15_000);
    await addTenant(database, 'ten_one');
    const before = database.syncCount();
    clock.advance(6 * 60_000);
    // A checkpoint syncs every file that changed; nothing else syncs here.
    await expect.poll(database.syncCount).toBeGreaterThan(before + 3);
  });

  it('keeps the log on disk within bounds', async () => {
    const folder = tempFolder();
    const database = await open(folder, { clock: stillClock() });
    await database.maintain();
    for (let round = 0; round < 4; round += 1) {
      await churn(database, CHURN_BYTES);
      expect(await database.maintain()).toMatchObject({ checkpoint: true });
    }
    // 4 MB each: what a round writes, what is kept for reuse, and no more.
    expect(logFiles(folder)).toBeLessThan(30);
  });
});
