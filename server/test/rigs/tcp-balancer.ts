/** A TCP balancer as small as one can be: it asks `/readyz`, and tries the next where nobody opens. */
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

export interface TcpBalancer {
  port: number;
  /** Connections that went to each port. */
  taken(): ReadonlyMap<number, number>;
  stop(): Promise<void>;
}

const PROBE_MS = 100;

/** Balances over servers on these ports of the loopback, in turn. Bytes are handed on as they are, both ways. */
export async function startTcpBalancer(ports: readonly number[]): Promise<TcpBalancer> {
  const ready = new Set(ports);
  const taken = new Map(ports.map((port) => [port, 0]));
  const sockets = new Set<Socket>();
  const probing = setInterval(() => {
    for (const port of ports) {
      void isReady(port).then((yes) => (yes ? ready.add(port) : ready.delete(port)));
    }
  }, PROBE_MS);
  let turn = 0;
  const keep = (socket: Socket): void => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  };
  const server = createServer({ noDelay: true, pauseOnConnect: true, allowHalfOpen: true }, (client) => {
    keep(client);
    client.on('error', () => client.destroy());
    turn += 1;
    const rank = (port: number): number => (ready.has(port) ? 0 : ports.length);
    const order = ports
      .map((port, index) => ({ port, place: rank(port) + ((index + turn) % ports.length) }))
      .toSorted((left, right) => left.place - right.place);
    open(
      order.map(({ port }) => port),
      (backend, port) => {
        if (backend === null) return void client.destroy();
        keep(backend);
        taken.set(port, (taken.get(port) ?? 0) + 1);
        join(client, backend);
      },
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    taken: () => taken,
    stop() {
      clearInterval(probing);
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

async function isReady(port: number): Promise<boolean> {
  try {
    const answer = await fetch(`http://127.0.0.1:${port}/readyz`, {
      headers: { connection: 'close' },
      signal: AbortSignal.timeout(1000),
    });
    await answer.arrayBuffer();
    return answer.ok;
  } catch {
    return false;
  }
}

/** The first of the ports where somebody opens; nothing was sent to those before it. */
function open(ports: readonly number[], onOpen: (backend: Socket | null, port: number) => void): void {
  const [port, ...others] = ports;
  if (port === undefined) return onOpen(null, 0);
  const backend = connect({ port, host: '127.0.0.1', noDelay: true, allowHalfOpen: true });
  const tryNext = (): void => open(others, onOpen);
  backend.once('error', tryNext);
  backend.once('connect', () => {
    backend.off('error', tryNext);
    onOpen(backend, port);
  });
}

function join(client: Socket, backend: Socket): void {
  backend.on('error', () => backend.destroy());
  client.pipe(backend);
  backend.pipe(client);
  client.once('close', () => backend.destroy());
  backend.once('close', () => client.destroySoon());
}
