/** An `HttpExchange` over Node's own request and response: no copies, no framework on the hot path. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock, HttpExchange, Scope } from '#kernel';
import type { RunningAnswers } from './running-answers.ts';

export interface ExchangeParts {
  request: IncomingMessage;
  response: ServerResponse;
  scope: Scope;
  params: Readonly<Record<string, string>>;
  query: Readonly<Record<string, unknown>>;
  body: Uint8Array;
  startedMs: number;
  /** Headers of every answer, e.g. the request id. */
  headers: Readonly<Record<string, string>>;
  clock: Clock;
  /** Absent: it is not. */
  isSecure?: () => boolean;
  /** Where it stands until its answer is out; absent: the server never gives it up. */
  running?: RunningAnswers;
}

/**
 * How long a client may leave what it was sent unread. Its connection is then cut, since its call holds a place, and
 * a provider's connection, all that time. Longer than any pause that a person makes, and than providers allow.
 */
const UNREAD_MS = 10 * 60_000;

export function createExchange(parts: ExchangeParts): HttpExchange {
  const { request, response } = parts;
  const gone = new AbortController();
  parts.running?.add(gone);
  response.once('close', () => {
    parts.running?.delete(gone);
    if (!response.writableFinished) gone.abort();
  });
  return {
    scope: parts.scope,
    params: parts.params,
    query: parts.query,
    headers: request.headers,
    body: parts.body,
    signal: gone.signal,
    startedMs: parts.startedMs,
    isSecure: () => parts.isSecure?.() ?? false,
    send(status, headers, body) {
      if (response.destroyed) return;
      const lines = toLines(parts.headers, headers);
      lines.push('content-length', String(byteLength(body)));
      response.writeHead(status, lines);
      response.end(body);
      boundReading(response, parts.clock);
    },
    openStream(status, headers) {
      if (response.destroyed) return;
      response.writeHead(status, toLines(parts.headers, headers));
      response.flushHeaders();
    },
    write(bytes) {
      if (response.destroyed || response.write(bytes)) return;
      return drained(response, parts.clock);
    },
    end() {
      response.end();
      boundReading(response, parts.clock);
    },
    noteReceipt() {
      // Only a call under an idempotency key cares: see http-idempotency.ts.
    },
  };
}

type Headers = Readonly<Record<string, string>>;

/** Names and values in turn, the form that Node writes without another copy. Later headers stand behind earlier ones. */
function toLines(first: Headers, second: Headers): string[] {
  const lines: string[] = [];
  for (const name in first) if (!(name in second)) lines.push(name, first[name] ?? '');
  for (const name in second) lines.push(name, second[name] ?? '');
  return lines;
}

function byteLength(body: Uint8Array | string): number {
  return typeof body === 'string' ? Buffer.byteLength(body) : body.length;
}

/** Waits until the client has read on, or is gone. */
function drained(response: ServerResponse, clock: Clock): Promise<void> {
  return new Promise((resolve) => {
    const cancel = clock.after(UNREAD_MS, () => response.destroy());
    const done = (): void => {
      cancel();
      response.off('drain', done);
      response.off('close', done);
      resolve();
    };
    response.on('drain', done);
    response.on('close', done);
  });
}

/** The same for the rest of an answer that is written whole: nobody waits for it, yet its connection stays. */
function boundReading(response: ServerResponse, clock: Clock): void {
  if (response.writableLength === 0 || response.writableFinished) return;
  response.once(
    'close',
    clock.after(UNREAD_MS, () => response.destroy()),
  );
}
