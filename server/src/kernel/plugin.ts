/** What a room contributes upward: plain data that `roles/` hands to its owner. */
import type { Permission } from '@reeve/contracts';
import type { TSchema } from 'typebox';
import type { AppError } from './app-error.ts';
import type { DeadLetterSource, LivePart, SettingsPart } from './operating.ts';
import type { Scope } from './scope.ts';

/** What a process is there for; one process may be all of it. */
export type Role = 'gateway' | 'control' | 'worker';

export type HttpMethod = 'GET' | 'POST' | 'DELETE' | 'PUT' | 'PATCH';

interface RouteBase {
  method: HttpMethod;
  /** Path with `:name` parameters. */
  path: string;
  /**
   * What the caller must hold. `public` routes need no key (health, metrics); `identified` ones are for whoever has a
   * valid key or session, whatever it opens.
   */
  permission: Permission | 'public' | 'identified';
  /** One line for the OpenAPI document. */
  summary: string;
  /** Where it is served. Absent: JSON routes belong to `control`, raw ones to `gateway`. */
  role?: Role | 'every';
}

export interface RouteRequest {
  scope: Scope;
  params: Readonly<Record<string, string>>;
  query: Readonly<Record<string, unknown>>;
  body: unknown;
  /** The console's session as the browser presents it, whether it holds or not. */
  sessionToken?: string;
}

export interface RouteReply {
  status: number;
  /** A session for the browser to keep from now on; `null` ends the one that it keeps. */
  sessionToken?: string | null;
  /** Sent as JSON; `bigint`s become JSON integers. Absent for 204. */
  body?: unknown;
}

/** A management route: JSON in, JSON out, schemas checked and published in the OpenAPI document. */
export interface JsonRoute extends RouteBase {
  kind: 'json';
  schema: { params?: TSchema; query?: TSchema; body?: TSchema; reply: Record<number, TSchema> };
  handle(request: RouteRequest): Promise<RouteReply>;
}

/** How a surface tells errors that arise before a handler runs: no key, too large a body, an unknown path. */
export interface FaultVoice {
  /** The body, in the surface's shape. */
  renderError(error: AppError, requestId: string): string;
  /** A further header under which the surface's clients look for the request's id. */
  requestIdHeader?: string;
}

/** The wire of a surface or a text page: bytes in, bytes out. */
export interface RawRoute extends RouteBase, Partial<FaultVoice> {
  kind: 'raw';
  /** Bodies of every media type are taken, as bytes. Absent: JSON alone. */
  anyMediaType?: true;
  /** Throws where the head alone says that the request is refused: its body is then not read. */
  admit?(head: RequestHead): void;
  handle(exchange: HttpExchange): Promise<void>;
}

export type Route = JsonRoute | RawRoute;

/** What of a request is there before its body. */
export interface RequestHead {
  params: Readonly<Record<string, string>>;
  query: Readonly<Record<string, unknown>>;
  headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** One HTTP request and the means to answer it, without a framework's types. */
export interface HttpExchange extends RequestHead {
  scope: Scope;
  body: Uint8Array;
  /**
   * Fires when the client is gone before the answer is whole. Its reason is an `AppError` where the client is still there
   * and this server gives the answer up.
   */
  signal: AbortSignal;
  /** Whether the caller's side of the connection is encrypted, also where a trusted proxy ends it. */
  isSecure(): boolean;
  /** Steady-clock ms at which the request's head arrived. */
  startedMs: number;
  /** Sends a whole answer. */
  send(status: number, headers: Readonly<Record<string, string>>, body: Uint8Array | string): void;
  /** Starts a streamed answer; afterwards only `write` and `end`. */
  openStream(status: number, headers: Readonly<Record<string, string>>): void;
  /** Writes to the stream; the promise waits where the client reads slower than we write. */
  write(bytes: Uint8Array | string): Promise<void> | void;
  end(): void;
  /** Tells the idempotency guard which receipt this exchange belongs to and whether it is a stream. */
  noteReceipt(receiptId: string, stream: boolean): void;
}

/** Background work that keeps itself going; `stop` drains it. */
export interface Job {
  name: string;
  /** Where it runs; `every` for work on what a process holds itself. Absent: `worker`. */
  role?: Role | 'every';
  start(): void;
  stop(): Promise<void>;
}

/** One line of the health report. */
export interface HealthCheck {
  name: string;
  /** Calls are served without it: it counts for `/readyz`, and not for `/readyz?for=traffic`. */
  servesWithout?: boolean;
  /** Resolves to `null` when healthy, else to what is wrong. */
  check(): Promise<string | null>;
}

/** What is computed from facts that last, and can be computed anew. */
export interface Projection {
  name: string;
  /** Grows when the code makes something else of the same facts: the next start rebuilds it. */
  version: number;
  /** Computes it anew from the first fact on; readers see the old figures until the new ones are whole. */
  rebuild(): Promise<void>;
}

export interface ModulePlugin {
  name: string;
  routes?: readonly Route[];
  jobs?: readonly Job[];
  health?: readonly HealthCheck[];
  projections?: readonly Projection[];
  live?: readonly LivePart[];
  settings?: readonly SettingsPart[];
  deadLetters?: readonly DeadLetterSource[];
}
