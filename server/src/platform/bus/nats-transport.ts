/** The bus over NATS JetStream: the relay, a durable consumer for each subscription, and the last chance. */
import type { BusParts } from './bus-parts.ts';
import { NatsConsumer } from './nats-consumer.ts';
import { LastChance } from './nats-last-chance.ts';
import { Doubt } from './nats-doubt.ts';
import { NatsLink, parseNatsUrl, type NatsSession } from './nats-link.ts';
import { createNatsPublisher } from './nats-publisher.ts';
import { createRelay } from './outbox-pump.ts';
import type { Subscription } from './port.ts';
import type { Pump } from './pump.ts';
import type { Transport } from './transport.ts';

const RETRY_MS = 1_000;

/** What reads messages; `start` may be tried again. */
interface Reader {
  start(session: NatsSession): Promise<void>;
  stop(): Promise<void>;
}

export class NatsTransport implements Transport {
  readonly #parts: BusParts;
  readonly #link: NatsLink;
  readonly #relay: Pump;
  readonly #doubts = new Map<string, Doubt>();
  #readers: Reader[] = [];
  #starting: Promise<void> = Promise.resolve();
  #started = false;
  #stopped = false;
  #endPause = (): void => {};

  /** `onChange` hears when the broker goes away and when it is back. Throws where the URL is none of NATS. */
  constructor(parts: BusParts, url: string, onChange: (connected: boolean) => void) {
    const { clock, log } = parts;
    this.#parts = parts;
    this.#link = new NatsLink({
      address: parseNatsUrl(url),
      clock,
      log,
      onReady: (session) => {
        this.#starting = this.#startReaders(session);
      },
      onChange: (connected) => {
        if (connected) this.#relay.wake();
        // Messages that were on the way when it broke come again later, after newer ones.
        for (const doubt of this.#doubts.values()) doubt.raise();
        onChange(connected);
      },
    });
    this.#relay = createRelay(parts, createNatsPublisher(this.#link, log));
  }

  start(subscriptions: readonly Subscription[], registeredAt: (name: string) => Promise<string>): void {
    const consumers = subscriptions.map(
      (subscription) =>
        new NatsConsumer({ parts: this.#parts, subscription, registeredAt, doubt: this.doubtOf(subscription.name) }),
    );
    this.#readers = [...consumers, new LastChance(this.#parts)];
    this.#started = true;
    this.#link.open();
    this.#relay.start();
  }

  doubtOf(consumer: string): Doubt {
    const doubt = this.#doubts.get(consumer) ?? new Doubt(this.#parts, consumer);
    this.#doubts.set(consumer, doubt);
    return doubt;
  }

  wake(): void {
    this.#relay.wake();
  }

  fault(): string | null {
    return this.#started && this.#link.session === null ? 'NATS does not answer; events wait in the outbox' : null;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#endPause();
    await this.#starting;
    await Promise.all(this.#readers.map((reader) => reader.stop()));
    await this.#relay.stop();
    await this.#link.close();
  }

  async #startReaders(session: NatsSession): Promise<void> {
    const { clock, log } = this.#parts;
    for (const reader of this.#readers) {
      while (!this.#stopped) {
        try {
          await reader.start(session);
          break;
        } catch (error) {
          log.warn({ error }, 'a consumer could not be started on NATS; it is tried again');
        }
        await new Promise<void>((resolve) => {
          clock.after(RETRY_MS, resolve);
          this.#endPause = resolve;
        });
      }
    }
  }
}
