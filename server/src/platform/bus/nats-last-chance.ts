/**
 * Messages that were delivered as often as allowed and never acknowledged: processes ended while they held them. The
 * server says so in an advisory, kept in a stream. Such an event comes to its consumer through the inbox, alone, since a
 * process holds many messages and only one of them may be to blame; there it is done or becomes a dead letter.
 */
import { AckPolicy, type ConsumerMessages, type JsMsg } from '@nats-io/jetstream';
import Type from 'typebox';
import { createChecker } from '#kernel';
import type { BusParts } from './bus-parts.ts';
import { offer } from './event-store.ts';
import { EXCEEDED_STREAM, type NatsSession, STREAM } from './nats-link.ts';
import { APPENDED_HEADER } from './nats-publisher.ts';
import { readEvent } from './read-event.ts';

export const LAST_CHANCE = 'last-chance';
const RETRY_MS = 5_000;

const advisory = createChecker(Type.Object({ consumer: Type.String(), stream_seq: Type.Integer() }));

export class LastChance {
  readonly #parts: BusParts;
  #messages: ConsumerMessages | null = null;
  #reading: Promise<void> = Promise.resolve();

  constructor(parts: BusParts) {
    this.#parts = parts;
  }

  async start(session: NatsSession): Promise<void> {
    const { log } = this.#parts;
    await session.manager.consumers.add(EXCEEDED_STREAM, { durable_name: LAST_CHANCE, ack_policy: AckPolicy.Explicit });
    const consumer = await session.js.consumers.get(EXCEEDED_STREAM, LAST_CHANCE);
    const messages = await consumer.consume({ max_messages: 16 });
    this.#messages = messages;
    this.#reading = this.#read(session, messages).catch((error: unknown) =>
      log.error({ error }, 'no more advisories come from NATS'),
    );
  }

  async stop(): Promise<void> {
    await this.#messages?.close();
    await this.#reading;
  }

  async #read(session: NatsSession, messages: ConsumerMessages): Promise<void> {
    for await (const msg of messages) {
      try {
        await takeOver(this.#parts, session, msg);
        msg.ack();
      } catch (error) {
        this.#parts.log.warn({ error }, 'an event that nobody acknowledged could not be taken over; it is tried again');
        msg.nak(RETRY_MS);
      }
    }
  }
}

async function takeOver({ database, log }: BusParts, session: NatsSession, msg: JsMsg): Promise<void> {
  const { consumer, stream_seq: seq } = advisory.parse(msg.json());
  const stored = await session.manager.streams.getMessage(STREAM, { seq });
  const at = stored?.header.get(APPENDED_HEADER) ?? '';
  // Older than the stream keeps, or no event of ours.
  if (stored === null || at === '') return;
  const payload = stored.string();
  const { id, aggregate, subject } = readEvent(stored.json());
  log.warn({ consumer, subject, event_id: id }, 'an event was never acknowledged; it is tried alone');
  await database.asRole('operator', (tx) => offer(tx, consumer, { id, at, aggregate, payload, attempts: 1 }, false));
}
