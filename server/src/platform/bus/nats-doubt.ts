/**
 * The server hands out new messages before it repeats those that a process took to its grave, so after such an event a
 * consumer may see a message whose predecessors are still on their way. While that is possible there is doubt.
 */
import type { JetStreamManager } from '@nats-io/jetstream';
import { redeliveryMs, type BusParts } from './bus-parts.ts';
import { lookAhead } from './event-store.ts';
import { LAST_CHANCE } from './nats-last-chance.ts';
import { EXCEEDED_STREAM, STREAM } from './nats-link.ts';

const LOOK_MS = 1_000;

type DoubtParts = Pick<BusParts, 'clock' | 'database' | 'log' | 'settings'>;

export class Doubt {
  readonly #parts: DoubtParts;
  readonly #consumer: string;
  #manager: JetStreamManager | null = null;
  #raised = false;
  /** How often it was raised. */
  #times = 0;
  /** Every message up to this one must be acknowledged, or given up by the server, first. */
  #target: number | null = null;
  #cancelLook = (): void => {};

  constructor(parts: DoubtParts, consumer: string) {
    this.#parts = parts;
    this.#consumer = consumer;
  }

  get isRaised(): boolean {
    return this.#raised;
  }

  /** Begins, or begins anew: whatever the server has handed out by now counts as missing until it is acknowledged. */
  raise(): void {
    this.#target = null;
    this.#times += 1;
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
    this.#cancelLook = clock.after(Math.min(settings.ackWaitMs / 2, LOOK_MS), () => {
      this.#look().catch((error: unknown) => {
        log.debug({ consumer: this.#consumer, error: String(error) }, 'NATS does not say what is acknowledged yet');
        this.#lookLater();
      });
    });
  }

  async #look(): Promise<void> {
    const { clock, settings } = this.#parts;
    const [times, manager] = [this.#times, this.#manager];
    const info = await manager?.consumers.info(STREAM, this.#consumer);
    if (manager === null || info === undefined || times !== this.#times) return this.#lookLater();
    this.#target ??= info.delivered.stream_seq;
    if (info.ack_floor.stream_seq < this.#target) return this.#lookLater();
    // What the server gave up comes by another way, a little later. It counts such messages here until it starts anew.
    const hasGivenUp = info.num_redelivered > 0;
    if (!hasGivenUp && !(await this.#isOtherWayClear(manager))) return this.#lookLater();
    this.#cancelLook = clock.after(hasGivenUp ? redeliveryMs(settings) : 0, () => {
      if (this.#times === times) this.#raised = false;
      else this.#lookLater();
    });
  }

  /** Whether nothing that was given up is on its way to the consumer's inbox, or waits there. */
  async #isOtherWayClear(manager: JetStreamManager): Promise<boolean> {
    const { clock, database } = this.#parts;
    const { num_pending, num_ack_pending } = await manager.consumers.info(EXCEEDED_STREAM, LAST_CHANCE);
    if (num_pending + num_ack_pending > 0) return false;
    const outlook = await database.asRole('operator', (tx) => lookAhead(tx, this.#consumer, clock.now()));
    return !outlook.isTried && outlook.nextMs === null;
  }
}
