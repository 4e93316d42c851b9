/** Opens the doors: the TCP port for everybody, the admin socket for the operator at the machine. */
import { chmodSync } from 'node:fs';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { createServer as createProbe } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { hasCode } from '#kernel';
import { adminSocketPath } from './admin-socket.ts';
import type { Reeve } from './compose.ts';
import type { Environment } from './environment.ts';
import { findPortOwner } from './port-owner.ts';

/** A port that cannot be had; the message names its owner and the variable to change. */
class PortTakenError extends Error {}

/** Rejects where the port cannot be had, before anything is made: a first start must not show a key and then fail. */
export async function assertPortFree({ host, port }: Environment): Promise<void> {
  const probe = createProbe();
  try {
    await once(probe.listen({ host, port }), 'listening');
  } catch (error) {
    throw explainFault(error, host, port);
  }
  await new Promise((resolve) => probe.close(resolve));
}

/** Listens on the configured host and port. Returns the address to show. */
export async function listenForCalls(app: FastifyInstance, environment: Environment): Promise<string> {
  const { host, port } = environment;
  try {
    await app.listen({ host, port });
  } catch (error) {
    throw explainFault(error, host, port);
  }
  const address = app.server.address();
  const bound = typeof address === 'object' && address !== null ? address.port : port;
  const scheme = environment.tls === null ? 'http' : 'https';
  return `${scheme}://${host.includes(':') ? `[${host}]` : host}:${bound}`;
}

function explainFault(error: unknown, host: string, port: number): unknown {
  if (hasCode(error, 'EADDRINUSE')) return portTaken(port, error);
  if (hasCode(error, 'EACCES')) {
    const message = `Port ${port} needs more rights than this process has. Set REEVE_PORT to a port above 1023.`;
    return new PortTakenError(message, { cause: error });
  }
  if (hasCode(error, 'ENOTFOUND', 'EADDRNOTAVAIL')) {
    return new Error(`This machine has no address "${host}". Set REEVE_HOST to one that it has.`, { cause: error });
  }
  return error;
}

function portTaken(port: number, cause: unknown): PortTakenError {
  const owner = findPortOwner(port) ?? 'another process';
  return new PortTakenError(`Port ${port} is held by ${owner}. Stop it, or set REEVE_PORT to another port.`, { cause });
}

/**
 * Opens `<data folder>/admin.sock`, which only its owner can use; whoever comes through it acts as the operator. The
 * answer closes it.
 */
export async function listenForOperator(reeve: Reeve): Promise<() => Promise<void>> {
  const server = createServer((request, response) => {
    reeve.trustAsOperator(request);
    reeve.app.routing(request, response);
  });
  const place = adminSocketPath(reeve.dataDir);
  place.removeStale();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    // Exclusive: one worker's own, not shared by all of them.
    server.listen({ path: place.path, readableAll: false, writableAll: false, exclusive: true }, resolve);
  });
  chmodSync(place.path, 0o600);
  place.close();
  return async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
}
