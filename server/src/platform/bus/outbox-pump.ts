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

const BATCH = 500;
/** Another process moves events right now; it may have looked before ours were there. */
const BUSY_MS = 25;
const REFUSED_MS = 1_000;

/** Sends events in order, those of one aggregate one after the other; answers which of them the broker keeps now. */
export interface Publisher {
  /** False while the broker is away. */
  ready(): boolean;
  publish(events: readonly PendingEvent[]): Promise<readonly EventRef[]>;
}

/** A batch that is not full was the last: what is appended later tells so itself. */
const afterBatch = (moved: number): number | null => (moved < BATCH ? null : 0);

/** Events of which the disk has not heard that they moved on move on once more, which consumers do not notice. */
const UNSYNCED = { sync: false };

/** Without a broker: consumers of any process find the events in their inbox. */
export function createFanOut(parts: BusParts): Pump {
  const { database } = parts;
  async function fanOut(tx: Tx): Promise<number | null> {
    return (await lockMoving(tx)) ? afterBatch(await fanOutPending(tx, BATCH)) : BUSY_MS;
  }
  return createOutboxPump(parts, () => database.asRole('operator', fanOut, UNSYNCED));
}

/**
 * To a broker. An event counts as published once the broker has said that it keeps it; after a crash in between it is
 * sent again under the same message id. While the broker is away events stay pending.
 */
export function createRelay(parts: BusParts, publisher: Publisher): Pump {
  const { database } = parts;
  async function relayBatch(read: () => Promise<PendingEvent[]>, mark: (kept: readonly EventRef[]) => Promise<void>) {
    const events = await read();
    if (events.length === 0) return null;
    const kept = await publisher.publish(events);
    await mark(kept);
    return kept.length === events.length ? afterBatch(kept.length) : REFUSED_MS;
  }
  return createOutboxPump(parts, () => {
    if (!publisher.ready()) return Promise.resolve(null);
    // The embedded database has one session, which must not wait for a broker; nor is there a second process.
    if (database.engine === 'pglite') {
      return relayBatch(
        () => database.asRole('operator', (tx) => readPending(tx, BATCH)),
        (kept) => database.asRole('operator', (tx) => markPublished(tx, kept), UNSYNCED),
      );
    }
    return database.asRole(
      'operator',
      async (tx) => {
        if (!(await lockMoving(tx))) return BUSY_MS;
        return relayBatch(
          () => readPending(tx, BATCH),
          (kept) => markPublished(tx, kept),
        );
      },
      UNSYNCED,
    );
  });
}

function createOutboxPump({ clock, log, settings }: BusParts, turn: () => Promise<number | null>): Pump {
  return createPump({
    clock,
    turn,
    sweepMs: settings.sweepMs,
    onFault: (error) => log.warn({ error }, 'events stay in the outbox: they could not be moved on'),
  });
}
