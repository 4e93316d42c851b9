/** Hands a consumer what waits for it in the database: every event where no broker is used, replays where one is. */
import { bury } from './dead-letters.ts';
import type { Tx } from '../database/port.ts';
import { attemptsUnheardMax, backoffAfter, companies, type BusParts } from './bus-parts.ts';
import {
  findEarly,
  giveBack,
  leaseWaiting,
  lookAhead,
  type Outlook,
  putOff,
  type WaitingEvent,
} from './event-store.ts';
import { handleEvents, type Delivery, type Outcome } from './handle-events.ts';
import type { Subscription } from './port.ts';
import { createPump, type Pump } from './pump.ts';

const UNAVAILABLE_MS = 1_000;
/** Look again this soon for the event that must come before. */
const EARLY_MS = 100;

/** Whether events may still be with the broker that belong before one which is here already. */
export interface Doubts {
  readonly isRaised: boolean;
  raise(): void;
}

/** `doubt`: `null` where events take no other way than this. */
export function createInboxPump(parts: BusParts, subscription: Subscription, doubt: Doubts | null): Pump {
  const { clock, log, settings } = parts;
  const { name } = subscription;
  const held = new Set<string>();
  return createPump({
    clock,
    sweepMs: settings.sweepMs,
    async turn() {
      const nowMs = clock.now();
      const next = await leaseNext(parts, { consumer: name, nowMs, doubt, held });
      if ('nextMs' in next) return next.nextMs === null ? null : Math.max(Math.ceil(next.nextMs - clock.now()), 0);
      await settle(parts, subscription, next);
      return 0;
    },
    onFault: (error) => log.warn({ consumer: name, error }, 'events wait: the database does not take or give them'),
  });
}

/**
 * The next events that may be handled together, or what there is to wait for. An attempt must outlive the process that
 * makes it: of a server even a commit that does not wait for the disk does, of the embedded database it does not.
 */
function leaseNext(
  { database, settings }: BusParts,
  look: { consumer: string; nowMs: number; doubt: Doubts | null; held: Set<string> },
): Promise<WaitingEvent[] | Outlook> {
  const { consumer, nowMs, doubt } = look;
  const lease = { consumer, nowMs, leaseMs: settings.ackWaitMs };
  return database.asRole(
    'operator',
    async (tx) => {
      let outlook: Outlook | null = null;
      for (const company of companies(settings)) {
        const waiting = await leaseWaiting(tx, { ...lease, ...company });
        const isFresh = outlook === null;
        if (waiting.length > 0) return doubt === null || isFresh ? waiting : holdEarly(tx, { ...look, doubt }, waiting);
        outlook ??= await lookAhead(tx, consumer, nowMs);
        if (!outlook.isTried) break;
      }
      return outlook ?? { isTried: false, nextMs: null };
    },
    { sync: database.engine === 'pglite' },
  );
}

/**
 * An event may have got here, past the broker, before one of its aggregate that still is with the broker: then it is given
 * back and waits until the broker has nothing left that could be that one.
 */
async function holdEarly(
  tx: Tx,
  look: { consumer: string; nowMs: number; doubt: Doubts; held: Set<string> },
  waiting: readonly WaitingEvent[],
): Promise<WaitingEvent[]> {
  const { consumer, nowMs, doubt, held } = look;
  const early = await findEarly(tx, consumer, waiting);
  const heldKeys = new Set<string>();
  for (const { id, aggregateKey } of waiting) {
    if (!early.has(id) || (held.has(id) && !doubt.isRaised)) {
      held.delete(id);
      continue;
    }
    if (!held.has(id)) doubt.raise();
    held.add(id);
    heldKeys.add(aggregateKey);
  }
  const isHeld = ({ aggregateKey }: WaitingEvent): boolean => heldKeys.has(aggregateKey);
  await giveBack(tx, consumer, waiting.filter(isHeld), nowMs + EARLY_MS);
  return waiting.filter((event) => !isHeld(event));
}

async function settle(parts: BusParts, subscription: Subscription, waiting: readonly WaitingEvent[]): Promise<void> {
  const { database, settings } = parts;
  const ready: (WaitingEvent & Delivery)[] = [];
  for (const event of waiting) {
    const { envelope } = event;
    const lost = envelope === null ? 'the outbox does not have the event any more' : null;
    const isFatal = event.attempts > attemptsUnheardMax(settings);
    const fatal = isFatal ? 'the process ended each time while it handled the event' : null;
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
  const [held, unavailable] = [ofType('held'), ofType('unavailable')];
  if (held.length + unavailable.length === 0) return;
  await database.asRole('operator', async (tx) => {
    await giveBack(tx, consumer, held, nowMs);
    await giveBack(tx, consumer, unavailable, nowMs + UNAVAILABLE_MS);
  });
}

async function buryWaiting(parts: BusParts, consumer: string, event: WaitingEvent, reason: string): Promise<void> {
  const attempts = Math.min(event.attempts, parts.settings.attemptsMax);
  await bury(parts, { consumer, delivery: { ...event, envelope: event.envelope ?? {} }, attempts, reason });
}
