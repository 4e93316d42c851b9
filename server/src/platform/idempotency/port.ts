/**
 * Requests repeated under an idempotency key are answered once: the first runs, the rest get its answer. A key
 * counts inside its tenant, for one method and path, for 24 hours.
 */
import type { Job, Scope } from '#kernel';

/** What a repeated request has in common with the first. */
export interface RepeatableRequest {
  method: string;
  /** Path with its query, as the caller sent it. */
  path: string;
  /** What the caller may do: whoever may do something else gets no replay. */
  authority?: string;
  body: Uint8Array;
}

/** A whole answer, kept sealed: only a request with the same key and body can open it. */
export interface KeptAnswer {
  status: number;
  headers: Readonly<Record<string, string>>;
  body: Uint8Array;
  receiptId: string | null;
}

/**
 * The right to run, held by exactly one of the racing requests. The first of the three calls settles it; later ones
 * do nothing. Until then the right is renewed on its own; after a crash it lapses within 30 s, and at the next start
 * of the same owner at once.
 */
export interface IdempotentRun {
  /**
   * Keeps a 2xx answer for replays, any other frees the key. Await it before the last byte leaves. Never rejects: the
   * request has run and may have been charged, so its answer belongs to the caller; where the database is away it is kept
   * as soon as that is back.
   */
  answer(answer: KeptAnswer): Promise<void>;
  /** Remembers that a stream was served under the key; a stream is not replayed. Never rejects either. */
  streamed(receiptId: string): Promise<void>;
  /** Frees the key, so that a repeat runs anew. Never rejects: what cannot be freed now lapses by itself. */
  release(): Promise<void>;
}

export type IdempotencyVerdict =
  | { type: 'run'; run: IdempotentRun }
  | ({ type: 'replay' } & KeptAnswer)
  /** The key was used with another method, path or body. */
  | { type: 'mismatch' }
  /** The first request under the key still runs. */
  | { type: 'in-flight' }
  | { type: 'stream-repeated'; receiptId: string };

export interface Idempotency {
  /**
   * Decides what becomes of a request under a key. Throws `AppError('invalid_request')` where the key is not 1–255
   * printable ASCII characters, and `AppError('database_unavailable')`: without the store nobody can know whether the
   * request ran, so it does not.
   */
  begin(scope: Pick<Scope, 'tenantId'>, key: string, request: RepeatableRequest): Promise<IdempotencyVerdict>;
  /** Frees what an earlier process of the same owner left running. Call once, before requests are taken. */
  recover(): Promise<void>;
  /** Deletes what has expired, hourly. */
  readonly sweep: Job;
}
