/** The words of the request path: what goes in, what comes out, and what the steps hand to one another. */
import type { Answer, AnswerFrame, Call, Usage } from '@reeve/contracts';
import type { PriceBook } from '#accounting';
import type { Ledger, Tags } from '#audit';
import type { AppError, Clock, IdSource, ReceiptId, Scope } from '#kernel';
import type { Routing } from '#routing';
import type { Telemetry } from '#platform/telemetry/port.ts';
import type { Capacity } from './capacity.ts';

/** What the path is made of; built once in `roles/`. */
export interface CallPath {
  routing: Routing;
  prices: PriceBook;
  ledger: Ledger;
  capacity: Capacity;
  telemetry: Telemetry;
  clock: Clock;
  ids: IdSource;
}

/** One call as a surface hands it over. */
export interface CallRequest {
  scope: Scope;
  surface: string;
  call: Call;
  tags: Tags;
  /** Fires when the caller is gone, or with an `AppError` as its reason where this server gives the call up. */
  signal: AbortSignal;
  /** Steady-clock ms at which the request was whole. */
  startedMs: number;
  /** Where a stream goes; called only for streams, `open` once and first. */
  sink: StreamSink;
}

export interface StreamSink {
  open(head: AnswerHead): void;
  /** Forwards what one read gave; the promise waits for a slow reader. */
  frame(frame: AnswerFrame): Promise<void> | void;
}

/** What every answer after admission says about itself. */
export interface AnswerHead {
  receiptId: ReceiptId;
  /** `provider/model`, `null` before a route was taken. */
  route: string | null;
  /** The policy version and the policies that decided. */
  policy: string | null;
  /** `provider/model` of candidates that failed before the one that answered. */
  fallback: readonly string[];
}

export interface Settlement {
  hash: string;
  costNanos: number | null;
  overheadMs: number;
}

/** How a call ended. Expected refusals are values; only bugs are thrown. */
export type CallEnding =
  | { type: 'answered'; head: AnswerHead; answer: Answer; usage: Usage; settlement: Settlement }
  /** The frames went to the sink; `error` is set where the stream broke, and then no closing frame may follow. */
  | { type: 'streamed'; head: AnswerHead; usage: Usage; settlement: Settlement; error: AppError | null }
  /** Nothing went to the caller yet. `upstream` is a provider's 4xx that passes on with its status and body. */
  | { type: 'refused'; head: AnswerHead | null; error: AppError; upstream: Rejection | null };

/** A provider's own refusal of the request, to be passed on. */
export interface Rejection {
  status: number;
  retryAfter: string | null;
  /** The provider's body and the wire that it speaks. */
  body: { wire: string; bytes: Uint8Array; contentType: string } | null;
}
