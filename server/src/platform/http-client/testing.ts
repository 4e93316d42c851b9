/** Loopback upstreams for tests: real sockets that misbehave on command, and a client that reaches nothing else. */
import { createServer, type Socket } from 'node:net';
import { systemClock } from '../clock/system-clock.ts';
import type { HttpClient } from './port.ts';
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

/** Bytes of the first whole request in `text`, 0 where it is not whole yet. */
function requestSize(text: string): number {
  const headEnd = text.indexOf('\r\n\r\n');
  if (headEnd < 0) return 0;
  const length = Number(/\r\ncontent-length: (\d+)/i.exec(text.slice(0, headEnd))?.[1] ?? 0);
  const size = headEnd + 4 + length;
  return text.length >= size ? size : 0;
}
