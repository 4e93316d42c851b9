/** Moves appended events on: to the consumers' inboxes, or to the broker where there is one. */
import type { Tx } from '../database/port.ts';
import type { BusParts } from './bus-parts.ts';
import {
  fanOutPending,
  lockMoving,
  markPublished,
  readPending,
  type EventRef,
  type PendingEvent,
} from './event-store.ts';
import { createPump, type Pump } from './pump.ts';

/** A batch that is not full was the last: what is appended later tells so itself. */
const BATCH = 500;
/** So many share a transaction of the relay. */
const BATCHES = 10;
/** Another process moves events right now; it may have looked before ours were there. */
const BUSY_MS = 25;
const REFUSED_MS = 1_000;

/** Sends events in order, those of one aggregate one after the other; answers which of them the broker keeps now. */
export interface Publisher {
  /** False while the broker is away. */
  ready(): boolean;
  publish(events: readonly PendingEvent[]): Promise<readonly EventRef[]>;
}

/** Events of which the disk has not heard that they moved on move on once more, which consumers do not notice. */
const UNSYNCED = { sync: false };

/** Without a broker: consumers of any process find the events in their inbox. */
export function createFanOut(parts: BusParts): Pump {
  const { database } = parts;
  async function fanOut(tx: Tx): Promise<number | null> {
    if (!(await lockMoving(tx))) return BUSY_MS;
    return (await fanOutPending(tx, BATCH)) < BATCH ? null : 0;
  }
  return createOutboxPump(parts, () => database.asRole('operator', fanOut, UNSYNCED));
}

/**
 * To a broker. An event counts as published once the broker has said that it keeps it; after a crash in between it is
 * sent again under the same message id. While the broker is away events stay pending.
 */
export function createRelay(parts: BusParts, publisher: Publisher): Pump {
  const { database } = parts;
  return createOutboxPump(parts, () => {
    if (!publisher.ready()) return Promise.resolve(null);
    // The embedded database has one session, which must not wait for a broker; nor is there a second process.
    if (database.engine === 'pglite') {
      return relayPending((work) => database.asRole('operator', work, UNSYNCED), publisher);
    }
    const relay = async (tx: Tx): Promise<number | null> =>
      (await lockMoving(tx)) ? relayPending((work) => work(tx), publisher) : BUSY_MS;
    return database.asRole('operator', relay, UNSYNCED);
  });
}

/** Batch after batch: while the broker takes one, the one before it is noted and the next one read. */
async function relayPending(
  run: <T>(work: (tx: Tx) => Promise<T>) => Promise<T>,
  publisher: Publisher,
): Promise<number | null> {
  let kept: readonly EventRef[] = [];
  let batch = await run((tx) => readPending(tx, BATCH));
  for (let turn = 0; batch.length > 0 && turn < BATCHES; turn += 1) {
    const [sending, before] = [batch, kept];
    const prepare = async (tx: Tx): Promise<PendingEvent[]> => {
      await markPublished(tx, before);
      return sending.length < BATCH ? [] : readPending(tx, BATCH, sending);
    };
    [kept, batch] = await Promise.all([publisher.publish(sending), run(prepare)]);
    if (kept.length === sending.length) continue;
    await run((tx) => markPublished(tx, kept));
    return REFUSED_MS;
  }
  await run((tx) => markPublished(tx, kept));
  return batch.length === 0 ? null : 0;
}

function createOutboxPump({ clock, log, settings }: BusParts, turn: () => Promise<number | null>): Pump {
  return createPump({
    clock,
    turn,
    sweepMs: settings.sweepMs,
    onFault: (error) => log.warn({ error }, 'events stay in the outbox: they could not be moved on'),
  });
}
