/** Loopback upstreams for tests: real sockets that misbehave on command, and a client that reaches nothing else. */
import { createServer, type Socket } from 'node:net';
import { systemClock } from '../clock/system-clock.ts';
import { type HttpClient, HttpFailure, type OutgoingRequest } from './port.ts';
import { createHttpClient } from './undici-client.ts';

export interface RawUpstream {
  /** `http://127.0.0.1:PORT`. */
  origin: string;
  port: number;
  /** Every connection ever taken, in order. */
  connections: readonly Socket[];
  close(): Promise<void>;
}

/**
 * A TCP server on a free port that answers each HTTP request as `respond` says, byte by byte. `request` is the whole
 * request as text (a body by `content-length` included).
 */
export async function startRawUpstream(respond: (socket: Socket, request: string) => void): Promise<RawUpstream> {
  const connections: Socket[] = [];
  const server = createServer({ noDelay: true }, (socket) => {
    connections.push(socket);
    let received = '';
    socket.on('error', () => socket.destroy());
    socket.on('data', (bytes) => {
      received += bytes.toString('latin1');
      for (let size = requestSize(received); size > 0; size = requestSize(received)) {
        const request = received.slice(0, size);
        received = received.slice(size);
        respond(socket, request);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return {
    origin: `http://127.0.0.1:${port}`,
    port,
    connections,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of connections) socket.destroy();
      }),
  };
}

/** A client whose egress is offline: loopback only. */
export function createLoopbackClient(): HttpClient {
  return createHttpClient({ egress: { offline: true, allow: [] }, clock: systemClock });
}

export interface Rig {
  startUpstream: typeof startRawUpstream;
  openClient(): HttpClient;
  onClose(cleanup: () => Promise<void>): void;
  /** Undoes everything since the last time. */
  close(): Promise<void>;
}

/** Upstreams and clients that one test opens and one call closes. */
export function createRig(): Rig {
  const cleanups: (() => Promise<void>)[] = [];
  return {
    async startUpstream(respond) {
      const upstream = await startRawUpstream(respond);
      cleanups.push(upstream.close);
      return upstream;
    },
    openClient() {
      const client = createLoopbackClient();
      cleanups.push(() => client.close());
      return client;
    },
    onClose: (cleanup) => void cleanups.push(cleanup),
    async close() {
      await Promise.all(cleanups.splice(0).map((cleanup) => cleanup()));
    },
  };
}

/** A small POST to `origin`. */
export const post = (origin: string, more: Partial<OutgoingRequest> = {}): OutgoingRequest => ({
  method: 'POST',
  url: `${origin}/v1/chat?x=1`,
  headers: { 'content-type': 'text/plain' },
  body: 'question',
  timeoutMs: 5_000,
  ...more,
});

/** The failure that `work` rejects with, and how long it took; throws where there is none. */
export async function failureOf(work: Promise<unknown>): Promise<{ failure: HttpFailure; tookMs: number }> {
  const startMs = systemClock.monotonicMs();
  try {
    await work;
  } catch (error) {
    if (error instanceof HttpFailure) return { failure: error, tookMs: systemClock.monotonicMs() - startMs };
    throw error;
  }
  throw new Error('nothing failed');
}

/** Resolves when the upstream's side of a connection is closed. */
export function closed(socket: Socket | undefined): Promise<void> {
  return new Promise((resolve) => {
    if (!socket || socket.destroyed) resolve();
    else socket.once('close', () => resolve());
  });
}

export const whole = (body: string): string => `HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
export const STREAM_HEAD = 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n';
export const frame = (body: string): string => `${body.length.toString(16)}\r\n${body}\r\n`;

/** Bytes of the first whole request in `text`, 0 where it is not whole yet. */
function requestSize(text: string): number {
  const headEnd = text.indexOf('\r\n\r\n');
  if (headEnd < 0) return 0;
  const length = Number(/\r\ncontent-length: (\d+)/i.exec(text.slice(0, headEnd))?.[1] ?? 0);
  const size = headEnd + 4 + length;
  return text.length >= size ? size : 0;
}
