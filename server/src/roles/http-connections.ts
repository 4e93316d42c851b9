/** What each connection is doing, so that a drain can tell a running answer from an idle, silent or busy caller. */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { Server as TlsServer } from 'node:tls';
import type { Clock } from '#kernel';

export interface Connections {
  /**
   * Resolves once nobody has called for `quietMs`, at the latest after `boundMs`; at once where that is so already.
   * Probes do not count as calls.
   */
  quiet(quietMs: number, boundMs: number): Promise<void>;
  /**
   * Ends idle connections now, and each other one when its answer is out and it has then been idle for a moment: its
   * caller may be sending again already, and would lose that request.
   */
  drain(): void;
  /** Ends all, whatever they do. */
  cut(): void;
}

interface State {
  running: number;
  /** When its last answer ended, or when it came; steady-clock ms. */
  idleSinceMs: number;
  calls: number;
}

const IDLE_GRACE_MS = 500;
const LOOK_MS = 25;
const PROBES = new Set(['/livez', '/readyz', '/startupz', '/healthz', '/metrics']);

/** Node's own `closeIdleConnections` leaves connections open that never sent a byte. */
export function trackConnections(server: Server, clock: Clock): Connections {
  const states = new Map<Socket, State>();
  let lastCallMs = -Infinity;
  let draining = false;

  const retire = (socket: Socket, state: State): void => {
    if (state.running > 0 || socket.destroyed) return;
    const leftMs = IDLE_GRACE_MS - (clock.monotonicMs() - state.idleSinceMs);
    if (leftMs <= 0) socket.destroySoon();
    else clock.after(leftMs, () => retire(socket, state));
  };
  const track = (socket: Socket): void => {
    const state = { running: 0, idleSinceMs: clock.monotonicMs(), calls: 0 };
    states.set(socket, state);
    socket.once('close', () => states.delete(socket));
    if (draining) retire(socket, state);
  };
  const noteAnswered = (socket: Socket, state: State, call: boolean): void => {
    state.running -= 1;
    state.idleSinceMs = clock.monotonicMs();
    if (call) lastCallMs = state.idleSinceMs;
    if (draining) retire(socket, state);
  };
  const endHandshakes = onConnection(server, track);
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const { socket } = request;
    const state = states.get(socket);
    if (state === undefined) return;
    const call = isCall(request);
    state.running += 1;
    state.calls += 1;
    if (call) lastCallMs = clock.monotonicMs();
    response.once('close', () => noteAnswered(socket, state, call));
  });

  return {
    quiet(quietMs, boundMs) {
      const untilMs = clock.monotonicMs() + boundMs;
      return new Promise((resolve) => {
        const look = (): void => {
          const nowMs = clock.monotonicMs();
          const sinceMs = nowMs - quietMs;
          if (nowMs >= untilMs || (lastCallMs <= sinceMs && !hasNewcomer(states.values(), sinceMs))) resolve();
          else clock.after(LOOK_MS, look);
        };
        look();
      });
    },
    drain() {
      draining = true;
      endHandshakes();
      for (const [socket, state] of states) retire(socket, state);
    },
    cut() {
      endHandshakes();
      for (const socket of states.keys()) socket.destroy();
    },
  };
}

/** Whether a connection came since then that has said nothing yet: it may be about to. */
function hasNewcomer(states: Iterable<State>, sinceMs: number): boolean {
  for (const { calls, idleSinceMs } of states) if (calls === 0 && idleSinceMs > sinceMs) return true;
  return false;
}

function isCall({ method, url = '' }: IncomingMessage): boolean {
  return method === 'POST' || !PROBES.has(url.split('?', 1)[0] ?? '');
}

/**
 * A TLS server tells of each connection twice, bare and secured; only the second is one that answers. The function given
 * back ends those that are not secured yet.
 */
function onConnection(server: Server, track: (socket: Socket) => void): () => void {
  if (!(server instanceof TlsServer)) {
    server.on('connection', track);
    return () => undefined;
  }
  const handshakes = new Map<string, Socket>();
  const nameOf = ({ remoteAddress, remotePort }: Socket): string => `${remoteAddress}:${remotePort}`;
  server.on('connection', (socket: Socket) => {
    const name = nameOf(socket);
    handshakes.set(name, socket);
    socket.once('close', () => handshakes.delete(name));
  });
  server.on('secureConnection', (socket: Socket) => {
    handshakes.delete(nameOf(socket));
    track(socket);
  });
  return () => {
    for (const socket of handshakes.values()) socket.destroy();
  };
}
