/** Events to JetStream: the outbox id is the message id, the acknowledgement means that the stream has it. */
import { headers } from '@nats-io/transport-node';
import type { JetStreamClient } from '@nats-io/jetstream';
import type { Log } from '../telemetry/port.ts';
import type { EventRef, PendingEvent } from './event-store.ts';
import type { NatsLink } from './nats-link.ts';
import type { Publisher } from './outbox-pump.ts';

/** When the event was appended, and the key that orders it: consumers need both without opening the envelope. */
export const APPENDED_HEADER = 'Reeve-Appended-At';
export const AGGREGATE_HEADER = 'Reeve-Aggregate';

const ACK_TIMEOUT_MS = 5_000;

export function createNatsPublisher(link: Pick<NatsLink, 'session'>, log: Log): Publisher {
  return {
    ready: () => link.session !== null,
    async publish(events) {
      const { session } = link;
      if (session === null) return [];
      const chains = [...Map.groupBy(events, (event) => event.aggregateKey).values()];
      const kept = await Promise.all(chains.map((chain) => publishChain(session.js, chain, log)));
      return kept.flat();
    },
  };
}

/** One after the other; stops at the first that the broker does not take, since what follows must not overtake it. */
async function publishChain(js: JetStreamClient, chain: readonly PendingEvent[], log: Log): Promise<EventRef[]> {
  const kept: EventRef[] = [];
  for (const event of chain) {
    try {
      await publishOne(js, event);
    } catch (error) {
      log.warn({ event_id: event.id, subject: event.subject, error: String(error) }, 'NATS did not take an event');
      break;
    }
    kept.push(event);
  }
  return kept;
}

async function publishOne(js: JetStreamClient, event: PendingEvent): Promise<void> {
  const meta = headers();
  meta.set('content-type', 'application/cloudevents+json');
  meta.set(APPENDED_HEADER, event.at);
  meta.set(AGGREGATE_HEADER, encodeURIComponent(event.aggregateKey));
  await js.publish(event.subject, event.payload, {
    msgID: event.id,
    headers: meta,
    timeout: ACK_TIMEOUT_MS,
  });
}
