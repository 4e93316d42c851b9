/**
 * Run as a process of its own by the crash tests of the bus: appends events, moves them on and consumes them until it is
 * killed. Notes `asked <name>` before an event is appended and `done <name>` once its transaction is committed.
 *
 * Arguments: the notes' file, a PostgreSQL URL or a data folder, a NATS URL or nothing, what to do (`append`, `consume`
 * or both) and the promise to break (or nothing).
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import { lockDataFolder } from '#platform/database/data-folder-lock.ts';
import { openPgliteDatabase } from '#platform/database/pglite-database.ts';
import type { Database, Tx } from '#platform/database/port.ts';
import { openPostgresDatabase } from '#platform/database/postgres-database.ts';
import type { BusEvent } from '#platform/bus/port.ts';
import { auditEvent, createTestBus } from '../../src/platform/bus/testing.ts';
import { openNotes } from '../rigs/kill-loop.ts';
import { type BrokenPromise, CONSUMERS, KILLER, SERVICE } from './event-kills.ts';

const [, , notesPath = '', place = '', natsUrl = '', work = 'append consume', brokenName = ''] = process.argv;
const broken = brokenName as BrokenPromise;
const notes = openNotes(notesPath);
const AGGREGATES = 9;
const WRITERS = 3;
/** Events of one transaction. */
const TOGETHER = 5;

const database = await openDatabase();
const settings = { backoffMs: [50, 200], ackWaitMs: 700, sweepMs: 2_000 };
const bus = createTestBus(database, { natsUrl: natsUrl === '' ? null : natsUrl, settings });
if (work.includes('consume')) {
  for (const name of CONSUMERS) {
    bus.subscribe({
      name,
      subjects: [`audit.${SERVICE}.>`],
      as: 'projector',
      handle: (event, tx) => handle(name, event, tx),
    });
  }
}
bus.job.start();
// Whoever is not known yet gets nothing.
await waitForConsumers();
notes.add('ready');
if (work === 'consume') await waitUntilDrained();
if (work.includes('append')) await Promise.all(Array.from({ length: WRITERS }, (_, writer) => appendForEver(writer)));

async function openDatabase(): Promise<Database> {
  const opened = place.startsWith('postgres:')
    ? await openPostgresDatabase({ url: place })
    : await openPgliteDatabase({ lock: lockDataFolder(place) });
  await opened.migrate();
  return opened;
}

async function waitForConsumers(): Promise<void> {
  for (;;) {
    const { rows } = await database.asRole('operator', (tx) => sql`select name from event_consumer`.execute(tx));
    if (rows.length >= CONSUMERS.length) return;
    await sleep(20);
  }
}

/** Notes `drained` when nothing waits in the database any more, and goes on. */
async function waitUntilDrained(): Promise<void> {
  for (;;) {
    const { rows } = await database.asRole('operator', (tx) =>
      sql`select from outbox where status = 'pending' union all select from inbox where status = 'waiting' limit 1`.execute(
        tx,
      ),
    );
    if (rows.length === 0) return notes.add('drained');
    await sleep(100);
  }
}

/** Each writer has aggregates of its own, so that the number in an event's name says its place. */
async function appendForEver(writer: number): Promise<never> {
  for (let turn = 0; ; turn += TOGETHER) {
    const names = Array.from(
      { length: TOGETHER },
      (_, index) => `${process.pid}-${writer}-${String(turn + index).padStart(6, '0')}`,
    );
    const events = names.map((name, index) =>
      auditEvent(SERVICE, name, { aggregate: `${writer}-${(turn + index) % AGGREGATES}` }),
    );
    for (const name of names) notes.add(`asked ${name}`);
    if (broken === 'says too early') for (const name of names) notes.add(`done ${name}`);
    await database.asRole('operator', async (tx) => {
      await bus.append(tx, ...events);
      if (broken === 'says too early') await sleep(10);
    });
    for (const name of names) notes.add(`done ${name}`);
    await sleep(10 + Math.random() * 40);
  }
}

async function handle(consumer: string, event: BusEvent, tx: Tx): Promise<void> {
  const { target: name } = Object(event.data) as { target: string };
  if (name === KILLER) process.kill(process.pid, 'SIGKILL');
  if (broken === 'effect beside the transaction') {
    await database.asRole('projector', (own) => note(own, `effect ${consumer}`, name));
    await sleep(10);
    return;
  }
  await note(tx, `effect ${consumer}`, name);
  // Of one process and one aggregate, events come with growing numbers.
  const { rows } = await sql<{ late: boolean }>`
    insert into projection_cursor (projection, writer_id, seq)
    values (${`order ${consumer}`}, ${`${name.slice(0, -7)} ${event.aggregate.id}`}, ${Number(name.slice(-6))})
    on conflict (projection, writer_id) do update set seq = greatest(projection_cursor.seq, excluded.seq)
    returning seq > ${Number(name.slice(-6))} as late`.execute(tx);
  if (rows[0]?.late === true) await note(tx, `late ${consumer}`, name);
  if (Math.random() < 0.005) await sleep(Math.random() * 80);
}

async function note(tx: Tx, kind: string, name: string): Promise<void> {
  await sql`insert into projection_cursor (projection, writer_id, seq) values (${kind}, ${name}, 1)
    on conflict (projection, writer_id) do update set seq = projection_cursor.seq + 1`.execute(tx);
}
