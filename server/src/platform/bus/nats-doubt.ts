/**
 * The server hands out new messages before it repeats those that a process took to its grave, so after such an event a
 * consumer may see a message whose predecessors are still on their way. While that is possible there is doubt.
 */
import type { JetStreamManager } from '@nats-io/jetstream';
import { redeliveryMs, type BusParts } from './bus-parts.ts';
import { STREAM } from './nats-link.ts';

export class Doubt {
  readonly #parts: BusParts;
  readonly #consumer: string;
  #manager: JetStreamManager | null = null;
  #raised = false;
  /** Every message up to this one must be acknowledged, or given up by the server, first. */
  #target: number | null = null;
  #cancelLook = (): void => {};

  constructor(parts: BusParts, consumer: string) {
    this.#parts = parts;
    this.#consumer = consumer;
  }

  get isRaised(): boolean {
    return this.#raised;
  }

  /** Begins, or begins anew: whatever the server has handed out by now counts as missing until it is acknowledged. */
  raise(): void {
    this.#target = null;
    if (this.#raised) return;
    this.#raised = true;
    this.#lookLater();
  }

  /** Whom to ask, once there is a connection. */
  connect(manager: JetStreamManager): void {
    this.#manager = manager;
  }

  stop(): void {
    this.#cancelLook();
  }

  #lookLater(): void {
    const { clock, log, settings } = this.#parts;
    this.#cancelLook = clock.after(settings.ackWaitMs / 2, () => {
      this.#look().catch((error: unknown) => {
        log.debug({ consumer: this.#consumer, error: String(error) }, 'NATS does not say what is acknowledged yet');
        this.#lookLater();
      });
    });
  }

  async #look(): Promise<void> {
    const { clock, settings } = this.#parts;
    const info = await this.#manager?.consumers.info(STREAM, this.#consumer);
    if (info === undefined) return this.#lookLater();
    this.#target ??= info.delivered.stream_seq;
    if (info.ack_floor.stream_seq < this.#target) return this.#lookLater();
    const target = this.#target;
    // What the server gave up comes by another way, a little later.
    this.#cancelLook = clock.after(redeliveryMs(settings), () => {
      if (this.#target === target) this.#raised = false;
      else this.#lookLater();
    });
  }
}
