/** One consumer's events out of JetStream: explicit acknowledgements, each effect once, in order per aggregate. */
import { AckPolicy, DeliverPolicy, type Consumer, type ConsumerMessages, type JsMsg } from '@nats-io/jetstream';
import { backoffAfter, companies, type BusParts } from './bus-parts.ts';
import { bury } from './dead-letters.ts';
import { findEarly } from './event-store.ts';
import { handleEvents, type Delivery, type Outcome } from './handle-events.ts';
import type { Doubt } from './nats-doubt.ts';
import { type NatsSession, STREAM, toNanos } from './nats-link.ts';
import { AGGREGATE_HEADER, APPENDED_HEADER } from './nats-publisher.ts';
import { MessageQueue, type Queued } from './nats-queue.ts';
import type { Subscription } from './port.ts';
import { createPump, type Pump } from './pump.ts';

interface Message extends Queued, Delivery {
  msg: JsMsg;
}

/** Of all processes one at a time gets a consumer's messages; the next takes over when it is gone. */
const GROUP = 'one';
const TAKE_OVER_MS = 5_000;
const PREFETCH = 256;
/** Chunks at once, for a database that can use it. */
const LANES = 4;
const UNAVAILABLE_MS = 1_000;
/** Look again this soon for the event that must come before. */
const EARLY_MS = 100;
/** Clocks of broker and database may differ by this much. */
const CLOCKS_DIFFER_MS = 60_000;

export class NatsConsumer {
  readonly #parts: BusParts;
  readonly #subscription: Subscription;
  readonly #registeredAt: (name: string) => Promise<string>;
  readonly #queue: MessageQueue<Message>;
  readonly #lanes: readonly Pump[];
  #messages: ConsumerMessages | null = null;
  #cancelBeat = (): void => {};
  readonly #doubt: Doubt;
  /** Changes when the server begins to give this process the messages. */
  #pin = '';
  /** Lets another process take over at once; there is nothing to give where it got no message. */
  #makeRoom: (() => Promise<void>) | null = null;

  /** `registeredAt`: what was appended before is not the consumer's. */
  constructor(inputs: {
    parts: BusParts;
    subscription: Subscription;
    doubt: Doubt;
    registeredAt: (name: string) => Promise<string>;
  }) {
    const { parts, subscription, doubt, registeredAt } = inputs;
    const { clock, database, log, settings } = parts;
    this.#parts = parts;
    this.#doubt = doubt;
    this.#subscription = subscription;
    this.#registeredAt = registeredAt;
    this.#queue = new MessageQueue(() => clock.monotonicMs());
    this.#lanes = Array.from({ length: database.engine === 'postgres' ? LANES : 1 }, (_, lane) =>
      createPump({
        clock,
        sweepMs: settings.sweepMs,
        turn: () => this.#turn(lane),
        onFault: (error) => log.warn({ consumer: subscription.name, error }, 'events could not be handled'),
      }),
    );
  }

  async start(session: NatsSession): Promise<void> {
    const { name } = this.#subscription;
    const since = await this.#registeredAt(name);
    const consumer = await ensureConsumer(this.#parts, this.#subscription, session, since);
    const messages = await consumer.consume({ max_messages: PREFETCH, group: GROUP });
    this.#messages = messages;
    this.#doubt.connect(session.manager);
    this.#doubt.raise();
    for (const lane of this.#lanes) lane.start();
    this.#beat();
    void this.#read(session, messages, since).catch((error: unknown) =>
      this.#parts.log.error({ consumer: name, error }, 'no more messages come from NATS'),
    );
  }

  /** Takes no more messages and waits for running handlers. */
  async stop(): Promise<void> {
    await this.#messages?.close();
    this.#cancelBeat();
    this.#doubt.stop();
    await Promise.all(this.#lanes.map((lane) => lane.stop()));
    await this.#makeRoom?.();
  }

  async #read(session: NatsSession, messages: ConsumerMessages, since: string): Promise<void> {
    const { log } = this.#parts;
    const { name } = this.#subscription;
    for await (const msg of messages) {
      this.#makeRoom ??= () =>
        session.manager.consumers.unpin(STREAM, name, GROUP).catch((error: unknown) => {
          log.debug({ consumer: name, error }, 'the next process takes over some seconds later');
        });
      const pin = msg.headers?.get('Nats-Pin-Id') ?? '';
      if (pin !== this.#pin) this.#doubt.raise();
      this.#pin = pin;
      const message = toMessage(msg);
      if (message === null) {
        log.warn({ subject: msg.subject }, 'a message that is no event was passed over');
        msg.term('no event');
      } else if (message.at < since) msg.ack();
      else this.#queue.add(message);
      this.#lanes[0]?.wake();
    }
  }

  /** The first lane takes what comes; one whose chunk is full leaves the rest to the next, which works beside it. */
  async #turn(lane: number): Promise<number | null> {
    const company = (failures: number): number => companyAfter(this.#parts.settings, failures);
    const chunk = this.#queue.take(company);
    const [first] = chunk;
    if (first === undefined) return this.#queue.untilDue();
    if (chunk.length === company(first.failures)) this.#lanes[lane + 1]?.wake();
    await this.#handle(chunk);
    return 0;
  }

  async #handle(chunk: readonly Message[]): Promise<void> {
    const ready = await this.#holdEarly(chunk);
    if (ready.length === 0) return;
    const outcomes = await handleEvents(this.#parts.database, this.#subscription, ready);
    // All in one go, so that what is said to the broker is written to it in one piece.
    await Promise.all(ready.map((message) => this.#settle(message, outcomes.get(message.id) ?? { type: 'held' })));
  }

  /**
   * The server hands out new messages before it repeats old ones that a process took to its grave. Messages whose
   * aggregate lacks one are put back; the rest may be handled now.
   */
  async #holdEarly(chunk: readonly Message[]): Promise<readonly Message[]> {
    const { clock, database, log } = this.#parts;
    const { name } = this.#subscription;
    if (!this.#doubt.isRaised) return chunk;
    try {
      const early = await database.asRole('operator', (tx) => findEarly(tx, name, chunk));
      const isHeld = new Set(chunk.flatMap(({ id, aggregateKey }) => (early.has(id) ? aggregateKey : [])));
      const untilMs = clock.monotonicMs() + EARLY_MS;
      for (const message of chunk) if (isHeld.has(message.aggregateKey)) this.#queue.retry(message, untilMs);
      return chunk.filter(({ aggregateKey }) => !isHeld.has(aggregateKey));
    } catch (error) {
      log.warn({ consumer: name, error }, 'events wait: the database does not say whether one is missing before them');
      for (const message of chunk) this.#queue.retry(message, clock.monotonicMs() + UNAVAILABLE_MS);
      return [];
    }
  }

  async #settle(message: Message, outcome: Outcome): Promise<void> {
    const { clock, settings } = this.#parts;
    const nowMs = clock.monotonicMs();
    switch (outcome.type) {
      case 'done':
        this.#queue.done(message);
        message.msg.ack();
        return;
      case 'held':
        this.#queue.retry(message, nowMs);
        return;
      case 'unavailable':
        this.#queue.retry(message, nowMs + UNAVAILABLE_MS);
        return;
      case 'failed':
        message.failures += 1;
        if (message.failures >= settings.attemptsMax) await this.#setAside(message, outcome.reason);
        else this.#queue.retry(message, nowMs + backoffAfter(settings, message.failures));
    }
  }

  async #setAside(message: Message, reason: string): Promise<void> {
    const { clock, log } = this.#parts;
    const { name: consumer } = this.#subscription;
    try {
      await bury(this.#parts, { consumer, delivery: message, attempts: message.failures, reason });
    } catch (error) {
      log.warn({ consumer, error }, 'a dead letter could not be written; its event stays');
      message.failures -= 1;
      this.#queue.retry(message, clock.monotonicMs() + UNAVAILABLE_MS);
      return;
    }
    this.#queue.done(message);
    message.msg.term(reason);
  }

  /** The broker hands out again what it hears nothing of. */
  #beat(): void {
    const { clock, settings } = this.#parts;
    for (const { msg } of this.#queue.all()) msg.working();
    this.#cancelBeat = clock.after(settings.ackWaitMs / 3, () => this.#beat());
  }
}

function companyAfter(settings: BusParts['settings'], failures: number): number {
  return companies(settings).find(({ tried }) => failures <= tried[1])?.limit ?? 1;
}

async function ensureConsumer(
  { settings }: BusParts,
  { name, subjects }: Subscription,
  { js, manager }: NatsSession,
  since: string,
): Promise<Consumer> {
  const { ackWaitMs, attemptsMax } = settings;
  await manager.consumers.add(STREAM, {
    durable_name: name,
    ack_policy: AckPolicy.Explicit,
    deliver_policy: DeliverPolicy.StartTime,
    opt_start_time: new Date(Date.parse(since) - CLOCKS_DIFFER_MS).toISOString(),
    filter_subjects: [...subjects],
    max_deliver: attemptsMax,
    // How long the server waits for a word after the first, second, … delivery.
    backoff: Array.from({ length: attemptsMax }, (_, turn) => toNanos(ackWaitMs * 2 ** turn)),
    max_ack_pending: PREFETCH * 2,
    priority_groups: [GROUP],
    priority_policy: 'pinned_client',
    priority_timeout: toNanos(TAKE_OVER_MS),
  });
  return js.consumers.get(STREAM, name);
}

function toMessage(msg: JsMsg): Message | null {
  const id = msg.headers?.get('Nats-Msg-Id') ?? '';
  const at = msg.headers?.get(APPENDED_HEADER) ?? '';
  if (id === '' || at === '') return null;
  return {
    id,
    at,
    seq: msg.seq,
    aggregateKey: msg.headers?.get(AGGREGATE_HEADER) ?? '',
    failures: msg.info.deliveryCount - 1,
    envelope: readJson(msg),
    msg,
  };
}

/** What is no JSON object is kept as text: it will not pass as an envelope, and the dead letter shows what it was. */
function readJson(msg: JsMsg): Record<string, unknown> {
  try {
    const value: unknown = msg.json();
    if (typeof value === 'object' && value !== null) return { ...value };
  } catch {
    // Told apart below.
  }
  return { malformed: msg.string().slice(0, 1000) };
}
