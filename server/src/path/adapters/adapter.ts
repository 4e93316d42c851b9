/** The port that every provider implements; a virtual model implements it too. */
import type { Answer, AnswerFrame, Call, CallKind } from '@reeve/contracts';
import type { Clock } from '#kernel';
import type { HttpClient } from '#platform/http-client/port.ts';
import type { Feature } from './features.ts';

/** What every adapter is made of. */
export interface AdapterDeps {
  httpClient: HttpClient;
  clock: Clock;
}

/** A configured provider, as an adapter needs it. */
export interface Provider {
  name: string;
  /** The adapter that speaks for it. */
  adapter: string;
  /** Includes the version path, without a trailing slash. Empty for adapters without a wire. */
  baseUrl: string;
  apiKey: string | null;
  region: string | null;
  /** Bounds the wait for the first byte, then each silence between bytes, over all attempts on this provider. */
  timeoutMs: number;
  /** False: never ask this provider for usage on streams. */
  streamUsage: boolean;
  /** Under which provider the shipped catalogue lists its models; `null` where it serves models of its own. */
  catalogue: string | null;
  /** What this adapter alone knows, as its schema in `adapters-list.ts` says: presets and the entry in reeve.yaml. */
  settings: Readonly<Record<string, unknown>>;
}

export interface Attempt {
  call: Call;
  provider: Provider;
  modelId: string;
  timeoutMs: number;
  signal: AbortSignal;
}

/** How an attempt failed, before any byte went to the caller. */
export interface UpstreamFailure {
  /**
   * `connect`, `reset`, `timeout`: the wire; `status`: an HTTP error; `invalid`: an answer that cannot be read, or 200 with
   * an error inside; `unsupported`: this adapter cannot carry the call; `aborted`: the caller went away.
   */
  kind: 'connect' | 'reset' | 'timeout' | 'status' | 'invalid' | 'unsupported' | 'aborted';
  /** The provider's HTTP status, where there is one. */
  status: number | null;
  /** The provider's own sentence, safe to show to the caller; never holds credentials. */
  message: string;
  /** What the wire said, for the log only: it may name addresses. */
  detail?: string;
  /** `retry-after` as the provider sent it. */
  retryAfter: string | null;
  /** The provider's error body for passing on, when it speaks `wire`. */
  body: { wire: string; bytes: Uint8Array; contentType: string } | null;
}

export type Invocation =
  | { type: 'answer'; answer: Answer }
  /** Resolved with the first frame that is no error; a later failure is an `error` event or the end without `closed`. */
  | { type: 'stream'; frames: AsyncIterable<AnswerFrame> }
  | { type: 'failure'; failure: UpstreamFailure };

export interface ModelAdapter {
  readonly name: string;
  /** What a translated call of each kind may hold; a kind that is absent is not taken. */
  readonly carries: Readonly<Partial<Record<CallKind, ReadonlySet<Feature>>>>;
  /** Callers' fields beyond the call's own that this adapter knows how to carry. */
  readonly extensions: ReadonlySet<string>;
  /** Whether the caller's own words (raw body, extensions, headers) can go to this provider as they are. */
  speaks(call: Call, provider: Provider): boolean;
  /** One attempt. Never throws for what a provider does: that is a `failure`. */
  invoke(attempt: Attempt): Promise<Invocation>;
}
