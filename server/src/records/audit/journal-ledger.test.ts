import { AppError, idTimestampMs } from '#kernel';
import type { Database, Tx } from '#platform/database/port.ts';
import { openTestDatabase } from '#platform/database/testing.ts';
import { listSegments } from '#platform/journal/segment-files.ts';
import { createFaultyFiles } from '#platform/journal/testing.ts';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { sql } from 'kysely';
import { findReceiptIds } from './receipt-store.ts';
import { makeDraft, makeTestFolder, openTestLedger, type TestLedger } from './testing.ts';
import { verifyWriterChain } from './verify-receipts.ts';

let database: Database;
let folder: ReturnType<typeof makeTestFolder>;
const ledgers: TestLedger[] = [];

beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());
beforeEach(() => {
  folder = makeTestFolder();
});
afterEach(async () => {
  for (const ledger of ledgers.splice(0)) await ledger.close();
  folder.remove();
});

async function open(options: Partial<Parameters<typeof openTestLedger>[0]> = {}): Promise<TestLedger> {
  const ledger = await openTestLedger({ database, folder: folder.path, ...options });
  ledgers.push(ledger);
  return ledger;
}

async function close(ledger: TestLedger): Promise<void> {
  ledgers.splice(ledgers.indexOf(ledger), 1);
  await ledger.close();
}

const asProjector = <T>(work: (tx: Tx) => Promise<T>): Promise<T> => database.asRole('projector', work);

async function readRows(ids: readonly string[]) {
  const { rows } = await asProjector((tx) =>
    sql<{ id: string; status: string; seq: number; writer_id: string; hash: string; tags: object; cost_nanos: number }>`
      select id, status, seq, writer_id, hash, tags, cost_nanos from receipt where id = any(${[...ids]}::text[])
      order by seq`.execute(tx),
  );
  return rows;
}

describe('the embedded ledger', () => {
  it('makes a committed receipt readable, in the chain of its writer', async () => {
    const { ledger } = await open();
    const drafts = Array.from({ length: 20 }, () => makeDraft());
    const committed = await Promise.all(drafts.map((draft) => ledger.commit(draft, { team: 'a' })));
    await ledger.settled();
    const rows = await readRows(drafts.map(({ id }) => id));
    expect(rows.map(({ hash }) => hash)).toEqual(committed.map(({ hash }) => hash));
    expect(rows.map(({ seq }) => seq)).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
    expect(rows[0]).toMatchObject({ status: 'ok', tags: { team: 'a' }, cost_nanos: 1_234_567 });
    const report = await asProjector((tx) => verifyWriterChain(tx, rows[0]?.writer_id ?? ''));
    expect(report).toMatchObject({ receipts: 20, faults: [] });
  });

  it('goes on with one writer and one chain over restarts, with and without a clean close', async () => {
    const first = await open();
    const drafts = Array.from({ length: 3 }, () => makeDraft());
    await first.ledger.commit(drafts[0] ?? makeDraft(), {});
    await close(first);
    const second = await open();
    await second.ledger.commit(drafts[1] ?? makeDraft(), {});
    // Not closed: its last receipt may not have reached the table.
    const third = await open();
    await third.ledger.commit(drafts[2] ?? makeDraft(), {});
    await third.ledger.settled();
    const rows = await readRows(drafts.map(({ id }) => id));
    expect(new Set(rows.map(({ writer_id }) => writer_id)).size).toBe(1);
    expect(rows.map(({ seq }) => seq)).toEqual([1, 2, 3]);
    ledgers.splice(ledgers.indexOf(second), 1);
  });

  it('settles a call that was cut off as assumed, once', async () => {
    const first = await open();
    const settled = makeDraft();
    const cutOff = makeDraft({ status: 'assumed', cost_nanos: 5_000 });
    await first.ledger.openIntent({ ...settled, status: 'assumed', cost_nanos: 9_000 }, {});
    await first.ledger.openIntent(cutOff, { team: 'b' });
    await first.ledger.commit(settled, {});
    ledgers.pop();

    const second = await open();
    expect(second.recovery.assumed).toBe(1);
    const third = await open();
    expect(third.recovery.assumed).toBe(0);
    await third.ledger.settled();
    const rows = await readRows([settled.id, cutOff.id]);
    expect(rows.map(({ id, status, cost_nanos }) => ({ id, status, cost_nanos }))).toEqual([
      { id: settled.id, status: 'ok', cost_nanos: settled.cost_nanos },
      { id: cutOff.id, status: 'assumed', cost_nanos: 5_000 },
    ]);
    expect(rows[1]?.tags).toEqual({ team: 'b' });
    ledgers.splice(ledgers.indexOf(second), 1);
  });

  it('keeps chain and open intents when the journal is pruned under load', async () => {
    const segments = { segmentBytes: 256 * 1024 };
    const first = await open({ journal: segments, upkeepStepBytes: 512 * 1024 });
    const long = makeDraft({ status: 'assumed' });
    await first.ledger.openIntent(long, {});
    const ids: string[] = [];
    for (let round = 0; round < 30; round += 1) {
      const drafts = Array.from({ length: 100 }, () => makeDraft());
      await Promise.all(drafts.map((draft) => first.ledger.commit(draft, {})));
      ids.push(...drafts.map(({ id }) => id));
    }
    await first.ledger.settled();
    // What was stored is settled before the journal is pruned behind it; nobody asks twice before that is done.
    await first.ledger.settled();
    const oldest = listSegments(folder.path)[0]?.start ?? 0;
    expect(oldest).toBeGreaterThan(1024 * 1024);
    ledgers.pop();

    const second = await open({ journal: segments });
    expect(second.recovery.assumed).toBe(1);
    await second.ledger.settled();
    const rows = await readRows([...ids, long.id]);
    expect(rows).toHaveLength(3001);
    const report = await asProjector((tx) => verifyWriterChain(tx, rows[0]?.writer_id ?? ''));
    expect(report).toMatchObject({ receipts: 3001, faults: [] });
  });

  it('answers relaxed commits without waiting for the disk, and syncs soon after', async () => {
    const files = createFaultyFiles();
    const { ledger, journal } = await open({ durability: 'relaxed', journal: { files } });
    files.syncCount = 0;
    const draft = makeDraft();
    const before = journal.end;
    await ledger.commit(draft, {});
    expect(files.syncCount).toBe(0);
    expect(journal.end).toBeGreaterThan(before);
    await ledger.settled();
    expect(await readRows([draft.id])).toHaveLength(1);
    await expect.poll(() => files.syncCount, { timeout: 2000 }).toBeGreaterThan(0);
    expect(await journal.check()).toBeNull();
  });
});

describe('a disk that refuses', () => {
  it('fails the call, refuses new ones, and takes the receipt when there is room, the chain unbroken', async () => {
    const files = createFaultyFiles();
    const { ledger, plugin } = await open({ journal: { files } });
    const drafts = Array.from({ length: 5 }, () => makeDraft());
    const [before, failed, late, after, ...rest] = drafts;
    if (!before || !failed || !late || !after) throw new Error('five drafts');
    const underWay = makeDraft();
    await ledger.openIntent(underWay, {});
    await ledger.commit(before, {});
    files.roomBytes = 100;
    const refusals = await Promise.allSettled([ledger.commit(failed, {}), ledger.commit(late, {})]);
    for (const refusal of refusals) expect(refusal).toMatchObject({ reason: { code: 'audit_unavailable' } });
    await expect(ledger.openIntent(after, {})).rejects.toMatchObject({ code: 'audit_unavailable' });
    const denied = makeDraft();
    for (const draft of [underWay, denied]) {
      await expect(ledger.commit(draft, {})).rejects.toMatchObject({ code: 'audit_unavailable' });
    }
    const health = await Promise.all((plugin.health ?? []).map(({ check }) => check()));
    expect(health.join()).toMatch(/ENOSPC.*receipts wait/);

    files.roomBytes = Infinity;
    await expect.poll(() => ledger.openIntent(after, {}).then(() => 'open', String), { timeout: 3000 }).toBe('open');
    await Promise.all([after, ...rest].map((draft) => ledger.commit(draft, {})));
    await ledger.settled();
    const rows = await readRows([...drafts, underWay, denied].map(({ id }) => id));
    // What a provider worked for waits in memory; what never left the house is not kept: full disks last long.
    const kept = [before, failed, late, underWay, after, ...rest];
    expect(rows.map(({ id }) => id)).toEqual(kept.map(({ id }) => id));
    const report = await asProjector((tx) => verifyWriterChain(tx, rows[0]?.writer_id ?? ''));
    expect(report).toMatchObject({ receipts: 6, faults: [] });
  });

  it('that fails to sync costs no receipt and doubles none, also over a restart', async () => {
    const files = createFaultyFiles();
    const first = await open({ journal: { files } });
    const drafts = Array.from({ length: 6 }, () => makeDraft());
    await first.ledger.commit(drafts[0] ?? makeDraft(), {});
    await Promise.all(drafts.slice(1, 5).map((draft) => first.ledger.openIntent(draft, {})));
    files.failingSyncs = 1;
    const refused = await Promise.allSettled(drafts.slice(1, 4).map((draft) => first.ledger.commit(draft, {})));
    expect(refused.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    await expect
      .poll(() => first.ledger.commit(drafts[4] ?? makeDraft(), {}).then(() => 'kept', String), { timeout: 3000 })
      .toBeTypeOf('string');
    await expect
      .poll(() => first.ledger.openIntent(drafts[5] ?? makeDraft(), {}).then(() => 'open', String))
      .toBe('open');
    ledgers.pop();
    const second = await open();
    await second.ledger.settled();
    const rows = await readRows(drafts.map(({ id }) => id));
    expect(rows.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6]);
    const report = await asProjector((tx) => verifyWriterChain(tx, rows[0]?.writer_id ?? ''));
    expect(report.faults).toEqual([]);
  });
});

describe('a database that is away', () => {
  it('lets the journal take receipts up to its bound, then refuses; all arrive when it is back', async () => {
    let away = false;
    const flaky: Database = {
      ...database,
      asRole: (role, work, options) =>
        away && role === 'projector'
          ? Promise.reject(new AppError('database_unavailable'))
          : database.asRole(role, work, options),
    };
    const { ledger } = await open({
      database: flaky,
      journal: { bytesMax: 300_000, segmentBytes: 32_768 },
      upkeepStepBytes: 65_536,
    });
    away = true;
    const ids: string[] = [];
    let refusal: unknown = null;
    for (let index = 0; index < 400 && refusal === null; index += 1) {
      const draft = makeDraft();
      refusal = await ledger.openIntent({ ...draft, status: 'assumed' }, {}).then(
        () => null,
        (error: unknown) => error,
      );
      if (refusal !== null) break;
      await ledger.commit(draft, {});
      ids.push(draft.id);
    }
    expect(refusal).toMatchObject({ code: 'audit_unavailable' });
    expect(ids.length).toBeGreaterThan(50);
    await expect(ledger.settled()).rejects.toMatchObject({ code: 'database_unavailable' });
    away = false;
    await ledger.settled();
    expect(await readRows(ids)).toHaveLength(ids.length);
    await expect
      .poll(() => ledger.openIntent(makeDraft(), {}).then(() => 'open', String), { timeout: 8000 })
      .toBe('open');
  });

  it('falls back on the journal when more receipts wait than memory holds', { timeout: 60_000 }, async () => {
    let away = true;
    const flaky: Database = {
      ...database,
      asRole: (role, work, options) =>
        away && role === 'projector' && options?.sync === false
          ? Promise.reject(new AppError('database_unavailable'))
          : database.asRole(role, work, options),
    };
    const { ledger } = await open({ database: flaky, durability: 'relaxed' });
    const ids: string[] = [];
    const commitMany = async (rounds: number): Promise<void> => {
      for (let round = 0; round < rounds; round += 1) {
        const drafts = Array.from({ length: 500 }, () => makeDraft());
        await Promise.all(drafts.map((draft) => ledger.commit(draft, {})));
        ids.push(...drafts.map(({ id }) => id));
        await new Promise((resolve) => setImmediate(resolve));
      }
    };
    await commitMany(20);
    away = false;
    const draining = ledger.settled();
    await commitMany(10);
    await draining;
    await ledger.settled();
    const found = await asProjector((tx) => findReceiptIds(tx, ids, toIso(ids[0])));
    expect(found.size).toBe(15_000);
    const [row] = await readRows(ids.slice(0, 1));
    const report = await asProjector((tx) => verifyWriterChain(tx, row?.writer_id ?? ''));
    expect(report).toMatchObject({ receipts: 15_000, faults: [] });
  });
});

function toIso(id: string | undefined): string {
  return new Date(idTimestampMs(id ?? '') - 60_000).toISOString();
}
