/** What each connection is doing, so that a drain can tell a running answer from an idle or silent caller. */
import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

export interface Connections {
  /** Ends every connection without a running answer now, and each other one as soon as its answer is out. */
  drain(): void;
  /** Ends all, whatever they do. */
  cut(): void;
}

/** Node's own `closeIdleConnections` leaves connections open that never sent a byte. */
export function trackConnections(server: Server): Connections {
  const running = new Map<Socket, number>();
  let draining = false;
  const change = (socket: Socket, by: number): void => {
    const count = (running.get(socket) ?? 0) + by;
    running.set(socket, count);
    if (draining && count <= 0) socket.destroySoon();
  };
  const track = (socket: Socket): void => {
    running.set(socket, 0);
    socket.once('close', () => running.delete(socket));
  };
  server.on('connection', track);
  server.on('secureConnection', track);
  server.on('request', ({ socket }, response: ServerResponse) => {
    change(socket, 1);
    response.once('close', () => {
      if (running.has(socket)) change(socket, -1);
    });
  });
  return {
    drain() {
      draining = true;
      for (const [socket, count] of running) if (count <= 0) socket.destroySoon();
    },
    cut() {
      for (const socket of running.keys()) socket.destroy();
    },
  };
}
