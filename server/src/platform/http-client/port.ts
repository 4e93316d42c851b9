/** The only exit: every outgoing request passes the egress rules and deadlines here. */

export { pointsInward } from './address.ts';

export interface OutgoingRequest {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE' | 'HEAD';
  url: string;
  headers: Readonly<Record<string, string>>;
  body?: Uint8Array | string;
  /** Bounds the wait for the head of the answer, and afterwards each silence between bytes. */
  timeoutMs: number;
  /** Only a public address will do, whatever the rules allow: for URLs that callers name. */
  publicOnly?: boolean;
  signal?: AbortSignal;
}

export interface IncomingAnswer {
  status: number;
  /** Lower-case names. */
  headers: Readonly<Record<string, string | string[]>>;
  /** The whole body; rejects with `HttpFailure` of kind `too-large` past `limitBytes`. Use this or iterate, once. */
  readAll(limitBytes: number): Promise<Buffer>;
  /** The body as it comes, with back-pressure. Leaving the loop early aborts the exchange. */
  [Symbol.asyncIterator](): AsyncIterator<Buffer>;
  /** Drops the connection. */
  abort(): void;
}

/** `connect`: nothing was sent; `reset`: cut after the request went out; `refused`: the egress rules forbid it. */
export type HttpFailureKind = 'connect' | 'reset' | 'timeout' | 'aborted' | 'too-large' | 'refused' | 'malformed';

export class HttpFailure extends Error {
  readonly kind: HttpFailureKind;
  constructor(kind: HttpFailureKind, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'HttpFailure';
    this.kind = kind;
  }
}

export interface HttpClient {
  /** Resolves with the head of the answer; every failure is an `HttpFailure`. */
  exchange(request: OutgoingRequest): Promise<IncomingAnswer>;
  close(): Promise<void>;
}

export interface EgressRules {
  /** Loopback only. */
  offline: boolean;
  /** `host:port` pairs that may be reached beside loopback; configured providers are added by `roles/`. */
  allow: readonly string[];
}
