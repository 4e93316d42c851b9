/** A TCP proxy between a client and an engine that can be told, while connections stand, to be a bad network. */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

type Direction = 'requests' | 'answers';

export interface Faults {
  /** Added to the way of each byte, in both directions. */
  delayMs?: number;
  /** In each direction. */
  bytesPerSecond?: number;
  /** Half-open: bytes and closes of this direction wait until the fault is gone, as behind a dead link. */
  hold?: Direction | 'both';
  /** One bit of each piece is turned. */
  corrupt?: Direction;
  /** New connections are reset at once; standing ones stay. */
  refuse?: boolean;
}

export interface FaultProxy {
  port: number;
  /** The engine's URL by way of this proxy. */
  through(url: string): string;
  /** These faults and no others, from now on. */
  set(faults: Faults): void;
  heal(): void;
  /** Resets every standing connection on both sides. */
  cut(): void;
  readonly connections: number;
  stop(): Promise<void>;
}

const PIECE_BYTES = 4096;
const WAITING_BYTES_MAX = 1024 * 1024;

interface Network {
  faults: Faults;
  /** Resolves when the faults change next. */
  changed: Promise<void>;
}

/** Listens on a free port of the loopback and passes everything on to `targetPort`. */
export async function startFaultProxy(targetPort: number): Promise<FaultProxy> {
  let announce = (): void => undefined;
  const nextChange = (): Promise<void> => new Promise((resolve) => (announce = resolve));
  const network: Network = { faults: {}, changed: nextChange() };
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    if (network.faults.refuse) return void client.resetAndDestroy();
    const engine = connect({ port: targetPort, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
    for (const socket of [client, engine]) {
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
    }
    pump(client, engine, 'requests', network);
    pump(engine, client, 'answers', network);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  const set = (faults: Faults): void => {
    network.faults = faults;
    const tell = announce;
    network.changed = nextChange();
    tell();
  };
  const cut = (): void => {
    for (const socket of sockets) socket.resetAndDestroy();
  };
  return {
    port,
    through: (url) => url.replace(`:${targetPort}`, `:${port}`),
    set,
    heal: () => set({}),
    cut,
    get connections() {
      return Math.ceil(sockets.size / 2);
    },
    async stop() {
      set({});
      cut();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Carries what `from` says to `to`: in order, each piece through the faults that hold when it is its turn. */
function pump(from: Socket, to: Socket, direction: Direction, network: Network): void {
  let waitingBytes = 0;
  let line = Promise.resolve();
  const inTurn = (deliver: () => Promise<void> | void): void => {
    const arrivedMs = performance.now();
    line = line.then(async () => {
      await passDelay(network, arrivedMs);
      await passHold(network, direction);
      await deliver();
    });
  };
  from.on('data', (chunk: Buffer) => {
    waitingBytes += chunk.length;
    if (waitingBytes > WAITING_BYTES_MAX) from.pause();
    inTurn(async () => {
      await write(to, chunk, direction, network);
      waitingBytes -= chunk.length;
      if (waitingBytes <= WAITING_BYTES_MAX) from.resume();
    });
  });
  from.on('end', () => inTurn(() => void to.end()));
  from.on('error', () => inTurn(() => void to.resetAndDestroy()));
  from.on('close', () => inTurn(() => void to.end()));
}

async function passDelay(network: Network, arrivedMs: number): Promise<void> {
  const restMs = arrivedMs + (network.faults.delayMs ?? 0) - performance.now();
  if (restMs > 0) await sleep(restMs);
}

async function passHold(network: Network, direction: Direction): Promise<void> {
  while (network.faults.hold === direction || network.faults.hold === 'both') await network.changed;
}

async function write(to: Socket, chunk: Buffer, direction: Direction, network: Network): Promise<void> {
  for (let at = 0; at < chunk.length; at += PIECE_BYTES) {
    const { corrupt, bytesPerSecond } = network.faults;
    const piece = chunk.subarray(at, at + PIECE_BYTES);
    if (corrupt === direction) piece[piece.length >> 1] = (piece[piece.length >> 1] ?? 0) ^ 1;
    if (bytesPerSecond !== undefined) await sleep((piece.length / bytesPerSecond) * 1000);
    if (to.destroyed) return;
    if (!to.write(piece)) await Promise.race([once(to, 'drain'), once(to, 'close')]).catch(() => undefined);
  }
}
