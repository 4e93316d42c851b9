/** What the smoke test speaks HTTP with: one server, through the same exit as every outgoing call. */
import type { Clock } from '#kernel';
import { createHttpClient } from '../../platform/http-client/undici-client.ts';
import { hostAndPort } from '../config.ts';

export interface SmokeRequest {
  method: 'GET' | 'POST' | 'DELETE';
  /** With its query, below the server's URL. */
  path: string;
  key?: string;
  body?: unknown;
}

export interface SmokeReply {
  status: number;
  /** Lower-case names. */
  headers: Readonly<Record<string, string | string[]>>;
  text: string;
  /** When the head and each piece of the body came, in ms since the request was sent. */
  headMs: number;
  pieceMs: readonly number[];
}

export interface SmokeClient {
  /** Rejects with `HttpFailure` where no whole answer comes. */
  send(request: SmokeRequest): Promise<SmokeReply>;
  close(): Promise<void>;
}

const TIMEOUT_MS = 60_000;
const ANSWER_BYTES_MAX = 4 * 1024 * 1024;

/** `baseUrl` may carry a path; a slash at its end does not count. */
export function createSmokeClient(baseUrl: URL, clock: Clock): SmokeClient {
  const base = baseUrl.href.replace(/\/+$/, '');
  const httpClient = createHttpClient({ egress: { offline: false, allow: [hostAndPort(baseUrl)] }, clock });
  return {
    async send({ method, path, key, body }) {
      const headers: Record<string, string> = { accept: 'application/json, text/event-stream' };
      if (key !== undefined) headers['authorization'] = `Bearer ${key}`;
      if (body !== undefined) headers['content-type'] = 'application/json';
      const fromMs = clock.monotonicMs();
      const payload = body === undefined ? {} : { body: JSON.stringify(body) };
      const answer = await httpClient.exchange({
        method,
        url: `${base}${path}`,
        headers,
        timeoutMs: TIMEOUT_MS,
        ...payload,
      });
      const headMs = clock.monotonicMs() - fromMs;
      const pieces: Buffer[] = [];
      const pieceMs: number[] = [];
      for await (const piece of answer) {
        pieces.push(piece);
        pieceMs.push(clock.monotonicMs() - fromMs);
        if (pieces.reduce((sum, { length }) => sum + length, 0) > ANSWER_BYTES_MAX) break;
      }
      return {
        status: answer.status,
        headers: answer.headers,
        text: Buffer.concat(pieces).toString('utf8'),
        headMs,
        pieceMs,
      };
    },
    close: () => httpClient.close(),
  };
}
