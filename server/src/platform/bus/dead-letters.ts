/** Events that a consumer could not handle: set aside with a reason and an alert, until a person settles them. */
import { defaultTenantId } from '#kernel';
import { findDeadLetter, insertDeadLetter, listDeadLetters, settleDeadLetter } from './dead-letter-store.ts';
import { markDead, offer } from './event-store.ts';
import type { BusParts } from './bus-parts.ts';
import type { Delivery } from './handle-events.ts';
import type { DeadLetters } from './port.ts';
import { readEvent } from './read-event.ts';

export interface Burial {
  consumer: string;
  delivery: Delivery;
  attempts: number;
  reason: string;
}

/** Sets the event aside and raises the alert, in one transaction; nothing where the consumer has had it after all. */
export async function bury(parts: BusParts, { consumer, delivery, attempts, reason }: Burial): Promise<void> {
  const { database, clock, log, events, nextUuid } = parts;
  const { envelope } = delivery;
  const subject = String(envelope['route'] ?? '');
  const id = nextUuid();
  const buried = await database.asRole('operator', async (tx) => {
    if (!(await markDead(tx, consumer, delivery))) return false;
    await insertDeadLetter(tx, {
      id,
      consumer,
      event: delivery,
      subject,
      envelope,
      reason,
      attempts,
      nowMs: clock.now(),
    });
    // An alert about an alert that nobody takes would go on for ever.
    if (envelope['type'] === 'ops.alert') return true;
    const summary = `${consumer} failed to handle ${subject} ${attempts} times: ${reason}`;
    await events.append(tx, {
      type: 'ops.alert',
      tenantId: defaultTenantId,
      aggregate: { type: 'dead-letter', id },
      data: {
        severity: 'critical',
        name: 'dead-letter',
        summary,
        labels: { consumer, subject, event_id: delivery.id },
      },
    });
    return true;
  });
  if (buried)
    log.error({ consumer, subject, event_id: delivery.id, attempts, reason }, 'an event became a dead letter');
}

/** Each settlement leaves an `audit.bus.*` event in the transaction that makes it. */
export function createDeadLetters(parts: BusParts): DeadLetters {
  const { database, clock, events } = parts;
  const settle = (state: 'replayed' | 'discarded'): DeadLetters['replay'] => {
    return (id, { by, note }) =>
      database.asRole('operator', async (tx) => {
        const letter = await settleDeadLetter(tx, id, { state, by, note, nowMs: clock.now() });
        if (letter === null) return false;
        const { consumer, event, envelope } = letter;
        if (state === 'replayed') {
          const { aggregate } = readEvent(envelope);
          await offer(tx, consumer, { ...event, aggregate, attempts: 0, payload: JSON.stringify(envelope) }, true);
        }
        await events.append(tx, {
          type: 'audit',
          tenantId: defaultTenantId,
          aggregate: { type: 'dead-letter', id },
          data: {
            service: 'bus',
            action: `dead-letter-${state}`,
            actor: by === 'operator' ? null : by,
            target: id,
            reason: note,
          },
        });
        return true;
      });
  };
  return {
    list: (page, filter) => database.asRole('operator', (tx) => listDeadLetters(tx, page, filter)),
    find: (id) => database.asRole('operator', (tx) => findDeadLetter(tx, id)),
    replay: settle('replayed'),
    discard: settle('discarded'),
  };
}
