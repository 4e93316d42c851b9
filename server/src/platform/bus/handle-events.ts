/** The effect of events and the note that the consumer has had them: one transaction, so each happens exactly once. */
import { AppError, asTenantId } from '#kernel';
import type { Database, Tx } from '../database/port.ts';
import { takeEvents, type EventRef } from './event-store.ts';
import type { Subscription } from './port.ts';
import { readEvent } from './read-event.ts';

/** An event on its way to a handler. */
export interface Delivery extends EventRef {
  /** Events of one key are handled in their order. */
  aggregateKey: string;
  envelope: Readonly<Record<string, unknown>>;
}

/**
 * `held`: an earlier event of the same aggregate failed, so this one was not tried. `unavailable`: the database went
 * away, which is nobody's failed attempt.
 */
export type Outcome =
  | { type: 'done' }
  | { type: 'failed'; reason: string }
  | { type: 'held' }
  | { type: 'unavailable' };

/**
 * Hands the events to the consumer, in order: together in one transaction per tenant, and one by one where one of them
 * fails. Answers what became of each, by id; never rejects.
 */
export async function handleEvents(
  database: Database,
  subscription: Subscription,
  deliveries: readonly Delivery[],
): Promise<Map<string, Outcome>> {
  const outcomes = new Map<string, Outcome>();
  for (const group of groupByTenant(subscription, deliveries)) {
    const { outcome, culprit } = await attempt(database, subscription, group);
    if (outcome.type !== 'failed' || group.length === 1) {
      for (const { id } of group) outcomes.set(id, outcome);
      continue;
    }
    // What stood beside it is undone and comes once more; the culprit has had its attempt.
    if (culprit !== null) outcomes.set(culprit.id, outcome);
    await handleSingly(database, subscription, group, outcomes);
  }
  return outcomes;
}

/** Those that have no outcome yet, one transaction each. */
async function handleSingly(
  database: Database,
  subscription: Subscription,
  deliveries: readonly Delivery[],
  outcomes: Map<string, Outcome>,
): Promise<void> {
  const stuck = new Set<string>();
  for (const delivery of deliveries) {
    const { id, aggregateKey } = delivery;
    if (stuck.has(aggregateKey)) outcomes.set(id, { type: 'held' });
    const outcome = outcomes.get(id) ?? (await attempt(database, subscription, [delivery])).outcome;
    if (outcome.type !== 'done') stuck.add(aggregateKey);
    outcomes.set(id, outcome);
  }
}

/** All of them in one transaction, or none; the culprit is the one whose handler failed. */
async function attempt(
  database: Database,
  subscription: Subscription,
  deliveries: readonly Delivery[],
): Promise<{ outcome: Outcome; culprit: Delivery | null }> {
  let culprit: Delivery | null = null;
  try {
    await inTransaction(database, subscription, deliveries, async (tx) => {
      const taken = await takeEvents(tx, subscription.name, deliveries);
      for (const delivery of deliveries) {
        if (!taken.has(delivery.id)) continue;
        culprit = delivery;
        await subscription.handle(readEvent(delivery.envelope), tx);
      }
      culprit = null;
    });
    return { outcome: { type: 'done' }, culprit: null };
  } catch (error) {
    const isAway = error instanceof AppError && error.code === 'database_unavailable';
    return { outcome: isAway ? { type: 'unavailable' } : { type: 'failed', reason: describe(error) }, culprit };
  }
}

function inTransaction(
  database: Database,
  { as = 'tenant' }: Subscription,
  [first]: readonly Delivery[],
  work: (tx: Tx) => Promise<void>,
): Promise<void> {
  if (as !== 'tenant') return database.asRole(as, work);
  return database.forTenant({ tenantId: asTenantId(tenantOf(first)) }, work);
}

function groupByTenant({ as = 'tenant' }: Subscription, deliveries: readonly Delivery[]): Delivery[][] {
  if (as !== 'tenant') return [[...deliveries]];
  return [...Map.groupBy(deliveries, tenantOf).values()];
}

function tenantOf(delivery: Delivery | undefined): string {
  return String(delivery?.envelope['tenantid'] ?? '');
}

const REASON_LENGTH_MAX = 1000;

function describe(error: unknown): string {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return text.slice(0, REASON_LENGTH_MAX);
}
