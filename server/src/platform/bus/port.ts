/**
 * Facts that travel. An event is appended in the transaction that makes it true, and reaches each consumer that asked
 * for its subject: its effect happens exactly once, in order per aggregate, or it becomes a dead letter.
 */
import type { EventData, EventType } from '@reeve/contracts';
import type { Job, LivePart, PageRequest, TenantId } from '#kernel';
import type { SystemRole, Tx } from '../database/port.ts';

/** What an event is about; events of one aggregate are handled in the order in which they were appended. */
export interface Aggregate {
  /** A kind of thing: `key`, `tenant`, `document`. */
  type: string;
  id: string;
}

/** An event as its emitter gives it. `data` fits the schema of its type in the contracts. */
export type NewEvent<T extends EventType = EventType> = {
  [Type in T]: {
    type: Type;
    tenantId: TenantId;
    aggregate: Aggregate;
    data: EventData<Type>;
    /** W3C Trace Context of the request that caused it. */
    traceparent?: string;
  };
}[T];

export interface EventAppender {
  /**
   * Writes events into the outbox of this transaction and answers their ids: they travel if it commits. A tenant's
   * transaction appends events of that tenant only. Two transactions that append to the same aggregate at once must
   * hold a lock on it (they change the same row) for their order to mean something. Throws where an event does not fit
   * its schema or passes 256 KiB: that is a bug.
   */
  append(tx: Tx, ...events: readonly NewEvent[]): Promise<string[]>;
}

/** An event as a consumer gets it: its data as the newest schema has it. */
export interface BusEvent {
  /** A UUID, the same at every delivery. */
  id: string;
  type: string;
  /** The routing subject, `ops.alert.critical`. */
  subject: string;
  tenantId: TenantId;
  aggregate: Aggregate;
  /** When it was emitted: RFC 3339, UTC. */
  time: string;
  data: unknown;
  traceparent: string | null;
  /** The envelope as it travelled: CloudEvents 1.0, JSON. */
  envelope: Readonly<Record<string, unknown>>;
}

export interface Subscription {
  /** Lasts: events are kept for this name while nobody runs it. Unique over the program. */
  name: string;
  /** Dotted; `*` stands for one token, `>` at the end for one or more. */
  subjects: readonly string[];
  /** The role of the handler's transaction; default `tenant`: the event's own tenant, under its row security. */
  as?: 'tenant' | SystemRole;
  /**
   * Makes the effect in `tx`, which also notes that the consumer has had the event. A rejection undoes both; the event
   * comes again after a pause, three times in all. Effects outside `tx` may happen more than once: give them the id.
   */
  handle(event: BusEvent, tx: Tx): Promise<void>;
}

export interface DeadLetter {
  id: string;
  consumer: string;
  eventId: string;
  subject: string;
  /** What went wrong the last time, in one line. */
  reason: string;
  attempts: number;
  createdAt: string;
  state: 'open' | 'replayed' | 'discarded';
  settledAt: string | null;
  /** The key that settled it, or `operator`. */
  settledBy: string | null;
  /** Why it was settled so. */
  note: string | null;
  envelope: Readonly<Record<string, unknown>>;
}

/** Who settles a dead letter, and why. */
export interface Settlement {
  by: string;
  note: string | null;
}

export interface LetterFilter {
  state: DeadLetter['state'];
  consumer?: string | null;
}

export interface DeadLetters {
  /** Oldest first, one more than the page holds. */
  list(page: PageRequest, filter: LetterFilter): Promise<DeadLetter[]>;
  find(id: string): Promise<DeadLetter | null>;
  /** Hands the event to its consumer again. False where the letter is not open. */
  replay(id: string, settlement: Settlement): Promise<boolean>;
  /** Gives the event up. False where the letter is not open. */
  discard(id: string, settlement: Settlement): Promise<boolean>;
}

/** Which events of the outbox a consumer gets again. At least a time or an aggregate must be given. */
export interface ReplayWish {
  consumer: string;
  /** RFC 3339; by the time of appending, from inclusive, to exclusive. */
  from?: string;
  to?: string;
  aggregate?: Aggregate;
  /** Only what the consumer has never had, e.g. after a broker lost messages; default: everything once more. */
  missingOnly?: boolean;
}

export interface Bus extends EventAppender {
  /** Call before the job starts. Throws where the name is taken or a subject is malformed. */
  subscribe(subscription: Subscription): void;
  /** Ends a consumer for good, its waiting events with it. */
  forget(consumer: string): Promise<void>;
  /** Answers how many events come again. */
  replay(wish: ReplayWish): Promise<number>;
  readonly deadLetters: DeadLetters;
  /** How far events are behind. */
  readonly live: LivePart;
  /** Moves events on until it is stopped; stopping waits for running handlers. */
  readonly job: Job;
  /** Partitions and old letters. */
  readonly upkeep: Job;
  /** Resolves to `null` when events move, else to what is wrong. */
  check(): Promise<string | null>;
}
