/** An `HttpExchange` over Node's own request and response: no copies, no framework on the hot path. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { HttpExchange, Scope } from '#kernel';

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
}

export function createExchange(parts: ExchangeParts): HttpExchange {
  const { request, response } = parts;
  const gone = new AbortController();
  response.once('close', () => {
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
    send(status, headers, body) {
      if (response.destroyed) return;
      const lines = toLines(parts.headers, headers);
      lines.push('content-length', String(byteLength(body)));
      response.writeHead(status, lines);
      response.end(body);
    },
    openStream(status, headers) {
      if (response.destroyed) return;
      response.writeHead(status, toLines(parts.headers, headers));
      response.flushHeaders();
    },
    write(bytes) {
      if (response.destroyed || response.write(bytes)) return;
      return drained(response);
    },
    end() {
      response.end();
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
function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      response.off('drain', done);
      response.off('close', done);
      resolve();
    };
    response.on('drain', done);
    response.on('close', done);
  });
}
