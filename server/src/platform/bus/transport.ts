/** How events get from the outbox to consumers. */
import type { BusParts } from './bus-parts.ts';
import type { Doubts } from './inbox-pump.ts';
import { createFanOut } from './outbox-pump.ts';
import type { Subscription } from './port.ts';

export interface Transport {
  /** Begins to move events; `registeredAt` says since when a consumer gets them. */
  start(subscriptions: readonly Subscription[], registeredAt: (name: string) => Promise<string>): void;
  /** `null` where events take no other way than the inbox. */
  doubtOf(consumer: string): Doubts | null;
  /** Looks for appended events now. */
  wake(): void;
  /** `null` when events move. */
  fault(): string | null;
  /** Waits for running handlers. */
  stop(): Promise<void>;
}

/** Without a broker: events wait in the consumers' inboxes, whose pumps do the rest. */
export function createEmbeddedTransport(parts: BusParts): Transport {
  const outbox = createFanOut(parts);
  return { start: () => outbox.start(), doubtOf: () => null, wake: outbox.wake, fault: () => null, stop: outbox.stop };
}
