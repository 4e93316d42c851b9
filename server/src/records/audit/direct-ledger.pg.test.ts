import { AppError } from '#kernel';
import type { Database, Tx } from '#platform/database/port.ts';
import { openPostgresDatabase } from '#platform/database/postgres-database.ts';
import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type PostgresRig, startPostgres } from '../../../test/rigs/postgres.ts';
import type { ReceiptDraft } from './ledger.ts';
import { makeDraft, makeTestFolder, openTestLedger, type TestLedger } from './testing.ts';
import { verifyWriterChain } from './verify-receipts.ts';

let rig: PostgresRig;
let database: Database;
let folder: ReturnType<typeof makeTestFolder>;
const ledgers: TestLedger[] = [];

beforeAll(async () => {
  rig = await startPostgres({ fsync: true });
  database = await openPostgresDatabase({ url: await rig.url('ledger') });
  await database.migrate();
});
afterAll(async () => {
  await database.close();
  await rig.stop();
});
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

const makeDrafts = (count: number): ReceiptDraft[] => Array.from({ length: count }, () => makeDraft());

async function readRows(drafts: readonly ReceiptDraft[]) {
  const ids = drafts.map(({ id }) => id);
  const { rows } = await database.asRole('operator', (tx: Tx) =>
    sql<{ id: string; status: string; seq: number; writer_id: string; hash: string }>`
      select id, status, seq, writer_id, hash from receipt where id = any(${ids}::text[]) order by seq`.execute(tx),
  );
  return rows;
}

async function expectWholeChain(drafts: readonly ReceiptDraft[]): Promise<void> {
  const rows = await readRows(drafts);
  expect(rows.map(({ seq }) => seq)).toEqual(drafts.map((_, index) => index + 1));
  const report = await database.asRole('operator', (tx) => verifyWriterChain(tx, rows[0]?.writer_id ?? ''));
  expect(report).toMatchObject({ receipts: drafts.length, faults: [] });
}

/** The database as the ledger sees it, with a switch: what happens when the ledger's role commits. */
function createSwitched() {
  const state = { ledger: 'answers' as 'answers' | 'refuses' | 'hangs' | 'loses the answer' };
  const switched: Database = {
    ...database,
    async asRole(role, work, options) {
      if (role !== 'ledger' || state.ledger === 'answers') return database.asRole(role, work, options);
      if (state.ledger === 'hangs') return new Promise(() => {});
      if (state.ledger === 'loses the answer') await database.asRole(role, work, options);
      throw new AppError('database_unavailable');
    },
  };
  return { state, switched };
}

describe('the ledger on PostgreSQL', () => {
  it('has committed when it answers, in order, with few transactions', async () => {
    let transactions = 0;
    const counted: Database = {
      ...database,
      asRole(role, work, options) {
        if (role === 'ledger') transactions += 1;
        return database.asRole(role, work, options);
      },
    };
    const { ledger } = await open({ database: counted });
    const drafts = makeDrafts(200);
    const committed = await Promise.all(drafts.map((draft) => ledger.commit(draft, {})));
    const rows = await readRows(drafts);
    expect(rows.map(({ hash }) => hash)).toEqual(committed.map(({ hash }) => hash));
    await expectWholeChain(drafts);
    expect(transactions).toBeLessThan(10);
  });

  it('goes on with its chain and settles cut-off calls once, whatever the journal had time to note', async () => {
    const first = await open();
    const drafts = makeDrafts(3);
    const [settled, noted, cutOff] = drafts;
    if (!settled || !noted || !cutOff) throw new Error('three drafts');
    for (const draft of drafts) await first.ledger.openIntent({ ...draft, status: 'assumed' }, {});
    await first.ledger.commit(noted, {});
    // PostgreSQL has it, and the process dies before the journal hears of it.
    first.journal.write = () => new Promise(() => {});
    await first.ledger.commit(settled, {});
    ledgers.pop();

    const second = await open();
    expect(second.recovery.assumed).toBe(1);
    await second.close();
    ledgers.pop();
    const third = await open();
    expect(third.recovery.assumed).toBe(0);
    expect((await readRows(drafts)).map(({ id, status }) => [id, status])).toEqual([
      [noted.id, 'ok'],
      [settled.id, 'ok'],
      [cutOff.id, 'assumed'],
    ]);
    await expectWholeChain([noted, settled, cutOff]);
  });

  it('may not read receipts with the role it writes with', async () => {
    const reading = database.asRole('ledger', (tx) => sql`select id from receipt`.execute(tx));
    await expect(reading).rejects.toThrow(/permission denied/);
  });
});

describe('while PostgreSQL is away', () => {
  it.each(['refuses', 'loses the answer'] as const)(
    'the journal takes receipts when it %s; they arrive in order, once, and the direct way opens again',
    async (fault) => {
      const { state, switched } = createSwitched();
      const { ledger, plugin } = await open({ database: switched });
      const drafts = makeDrafts(60);
      await Promise.all(drafts.slice(0, 10).map((draft) => ledger.commit(draft, {})));
      state.ledger = fault;
      await Promise.all(drafts.slice(10, 20).map((draft) => ledger.commit(draft, {})));
      for (const draft of drafts.slice(20, 30)) await ledger.commit(draft, {});
      await expect(ledger.settled()).rejects.toMatchObject({ code: 'database_unavailable' });
      const health = await Promise.all((plugin.health ?? []).map(({ check }) => check()));
      expect(health.join()).toMatch(/does not take receipts/);

      state.ledger = 'answers';
      await Promise.all(drafts.slice(30, 50).map((draft) => ledger.commit(draft, {})));
      await ledger.settled();
      await Promise.all(drafts.slice(50).map((draft) => ledger.commit(draft, {})));
      await ledger.settled();
      await expectWholeChain(drafts);
    },
  );

  it(
    'a server that has gone silent holds an answer up for seconds, not for its time-out',
    { timeout: 20_000 },
    async () => {
      const { state, switched } = createSwitched();
      const { ledger } = await open({ database: switched });
      const drafts = makeDrafts(3);
      await ledger.commit(drafts[0] ?? makeDraft(), {});
      state.ledger = 'hangs';
      const startedMs = performance.now();
      await ledger.commit(drafts[1] ?? makeDraft(), {});
      expect(performance.now() - startedMs).toBeLessThan(5000);
      state.ledger = 'answers';
      await ledger.commit(drafts[2] ?? makeDraft(), {});
    },
  );

  it('receipts in the journal survive the end of the process', async () => {
    const { state, switched } = createSwitched();
    const first = await open({ database: switched });
    const drafts = makeDrafts(12);
    await first.ledger.openIntent({ ...(drafts[0] ?? makeDraft()), status: 'assumed' }, {});
    await first.ledger.commit(drafts[0] ?? makeDraft(), {});
    state.ledger = 'refuses';
    for (const draft of drafts.slice(1, 8)) {
      await first.ledger.openIntent({ ...draft, status: 'assumed' }, {});
      await first.ledger.commit(draft, {});
    }
    ledgers.pop();
    const second = await open();
    expect(second.recovery).toMatchObject({ assumed: 0, waiting: 7 });
    await Promise.all(drafts.slice(8).map((draft) => second.ledger.commit(draft, {})));
    await second.ledger.settled();
    await expectWholeChain(drafts);
  });

  it('a crash of the server under load loses and doubles nothing', async () => {
    const { ledger } = await open();
    const drafts: ReceiptDraft[] = [];
    const crashing = rig.crash();
    let crashed = false;
    void crashing.then(() => (crashed = true));
    while (!crashed || drafts.length < 200) {
      const batch = makeDrafts(5);
      drafts.push(...batch);
      await Promise.all(batch.map((draft) => ledger.commit(draft, {})));
    }
    await expect.poll(() => ledger.settled().then(() => 'settled', String), { timeout: 15_000 }).toBe('settled');
    await expectWholeChain(drafts);
  });

  it('two writers have a chain each', async () => {
    const other = makeTestFolder();
    const [one, two] = [await open(), await open({ folder: other.path })];
    const drafts = makeDrafts(40);
    await Promise.all(drafts.map((draft, index) => (index % 2 === 0 ? one : two).ledger.commit(draft, {})));
    await expectWholeChain(drafts.filter((_, index) => index % 2 === 0));
    await expectWholeChain(drafts.filter((_, index) => index % 2 === 1));
    other.remove();
  });
});
