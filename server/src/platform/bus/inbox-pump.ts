/** Hands a consumer what waits for it in the database: every event where no broker is used, replays where one is. */
import { bury } from './dead-letters.ts';
import { backoffAfter, redeliveryMs, type BusParts } from './bus-parts.ts';
import { findEarly, giveBack, leaseWaiting, nextDueMs, putOff, type WaitingEvent } from './event-store.ts';
import { handleEvents, type Delivery, type Outcome } from './handle-events.ts';
import type { Subscription } from './port.ts';
import { createPump, type Pump } from './pump.ts';

const UNAVAILABLE_MS = 1_000;
/** Look again this soon for the event that must come before. */
const EARLY_MS = 100;

/** Events that were held back since one is missing before them: id → since when (wall clock). */
type Patience = Map<string, number>;

export function createInboxPump(parts: BusParts, subscription: Subscription): Pump {
  const { clock, log, settings } = parts;
  const { name } = subscription;
  const patience: Patience = new Map();
  return createPump({
    clock,
    sweepMs: settings.sweepMs,
    async turn() {
      const nowMs = clock.now();
      const fresh = await leaseFresh(parts, name, nowMs);
      const waiting = fresh.length > 0 ? fresh : await leaseSuspect(parts, { consumer: name, nowMs, patience });
      if (waiting === null) return untilDue(parts, name, nowMs);
      await settle(parts, subscription, waiting);
      return 0;
    },
    onFault: (error) => log.warn({ consumer: name, error }, 'events wait: the database does not take or give them'),
  });
}

/** Events never tried before come in chunks. */
function leaseFresh({ database, settings }: BusParts, consumer: string, nowMs: number): Promise<WaitingEvent[]> {
  const lease = { consumer, nowMs, leaseUntilMs: nowMs + settings.ackWaitMs, fresh: true, limit: settings.chunk };
  return database.asRole('operator', (tx) => leaseWaiting(tx, lease));
}

/**
 * One whose last attempt was not heard of again comes alone: it may be the one that ends processes, and those handled
 * beside it are not to blame. It may also have got here past one of its aggregate that still is with the broker: then it
 * waits for that one, for a while. `null` where there is none.
 */
async function leaseSuspect(
  { database, settings }: BusParts,
  { consumer, nowMs, patience }: { consumer: string; nowMs: number; patience: Patience },
): Promise<WaitingEvent[] | null> {
  const lease = { consumer, nowMs, leaseUntilMs: nowMs + settings.ackWaitMs, fresh: false, limit: 1 };
  return database.asRole('operator', async (tx) => {
    const waiting = await leaseWaiting(tx, lease);
    const [suspect] = waiting;
    if (suspect === undefined) return null;
    const isPatient = nowMs - (patience.get(suspect.id) ?? nowMs) < redeliveryMs(settings);
    if (!isPatient || !(await findEarly(tx, consumer, waiting)).has(suspect.id)) {
      patience.delete(suspect.id);
      return waiting;
    }
    if (!patience.has(suspect.id)) patience.set(suspect.id, nowMs);
    await giveBack(tx, consumer, waiting, nowMs + EARLY_MS);
    return [];
  });
}

/** `nowMs`: when the consumer's events were looked at last, so that none falls due unseen in between. */
async function untilDue({ database, clock }: BusParts, consumer: string, nowMs: number): Promise<number | null> {
  const dueMs = await database.asRole('operator', (tx) => nextDueMs(tx, consumer, nowMs));
  return dueMs === null ? null : Math.max(Math.ceil(dueMs - clock.now()), 0);
}

async function settle(parts: BusParts, subscription: Subscription, waiting: readonly WaitingEvent[]): Promise<void> {
  const { database, settings } = parts;
  const ready: (WaitingEvent & Delivery)[] = [];
  for (const event of waiting) {
    const { envelope } = event;
    const lost = envelope === null ? 'the outbox does not have the event any more' : null;
    // The first attempt was in company; what died with it alone, as often as allowed, is to blame.
    const fatal =
      event.attempts > settings.attemptsMax + 1 ? 'the process ended each time while it handled the event' : null;
    const reason = lost ?? fatal;
    if (envelope !== null && reason === null) ready.push({ ...event, envelope });
    else await buryWaiting(parts, subscription.name, event, reason ?? '');
  }
  const outcomes = await handleEvents(database, subscription, ready);
  await note(parts, subscription.name, ready, outcomes);
}

async function note(
  parts: BusParts,
  consumer: string,
  events: readonly (WaitingEvent & Delivery)[],
  outcomes: ReadonlyMap<string, Outcome>,
): Promise<void> {
  const { database, clock, settings } = parts;
  const nowMs = clock.now();
  const ofType = (type: Outcome['type']) => events.filter(({ id }) => outcomes.get(id)?.type === type);
  for (const event of events) {
    const outcome = outcomes.get(event.id);
    if (outcome?.type !== 'failed') continue;
    if (event.attempts >= settings.attemptsMax) await buryWaiting(parts, consumer, event, outcome.reason);
    else {
      const untilMs = nowMs + backoffAfter(settings, event.attempts);
      await database.asRole('operator', (tx) => putOff(tx, consumer, event, untilMs));
    }
  }
  await database.asRole('operator', async (tx) => {
    await giveBack(tx, consumer, ofType('held'), nowMs);
    await giveBack(tx, consumer, ofType('unavailable'), nowMs + UNAVAILABLE_MS);
  });
}

async function buryWaiting(parts: BusParts, consumer: string, event: WaitingEvent, reason: string): Promise<void> {
  const attempts = Math.min(event.attempts, parts.settings.attemptsMax);
  await bury(parts, { consumer, delivery: { ...event, envelope: event.envelope ?? {} }, attempts, reason });
}
