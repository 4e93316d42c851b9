/** A client that stops reading: its call must not hold its place for ever. */
import { createServer, type Server } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { HttpExchange, Scope } from '#kernel';
import { createVirtualClock } from '#platform/clock/testing.ts';
import { createExchange } from './http-exchange.ts';

const MINUTES_MS = 60_000;
const PIECE = Buffer.alloc(256 * 1024, 'x');
let server: Server;
let client: Socket;

afterEach(async () => {
  client.destroy();
  await new Promise((resolve) => server.close(resolve));
});

/** An exchange with a client that reads nothing until it is told to. */
async function openExchange() {
  const clock = createVirtualClock();
  server = createServer();
  const exchange = new Promise<HttpExchange>((resolve) => {
    server.on('request', (request, response) => {
      const scope = {} as Scope;
      const rest = { scope, params: {}, query: {}, body: Buffer.alloc(0), startedMs: 0, headers: {} };
      resolve(createExchange({ request, response, clock, ...rest }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  client = connect((server.address() as AddressInfo).port, '127.0.0.1');
  client.on('error', () => undefined);
  client.pause();
  client.write('GET / HTTP/1.1\r\nhost: a\r\n\r\n');
  return { clock, exchange: await exchange };
}

/** Writes until a write has to wait; gives that one. */
async function fill(exchange: HttpExchange): Promise<{ waiting: Promise<void> }> {
  exchange.openStream(200, {});
  for (;;) {
    const waiting = exchange.write(PIECE);
    if (waiting === undefined) continue;
    const first = await Promise.race([waiting.then(() => 'drained'), new Promise((done) => setTimeout(done, 100))]);
    if (first !== 'drained') return { waiting };
  }
}

describe('a client that stops reading', () => {
  it('is cut after ten minutes, and its call ends', async () => {
    const { clock, exchange } = await openExchange();
    const { waiting } = await fill(exchange);
    clock.advance(9 * MINUTES_MS);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(exchange.signal.aborted).toBe(false);
    clock.advance(1 * MINUTES_MS);
    await waiting;
    expect(exchange.signal.aborted).toBe(true);
  });

  it('is not cut when it reads on in time', async () => {
    const { clock, exchange } = await openExchange();
    const { waiting } = await fill(exchange);
    clock.advance(9 * MINUTES_MS);
    client.resume();
    await waiting;
    clock.advance(9 * MINUTES_MS);
    expect(exchange.signal.aborted).toBe(false);
    exchange.end();
  });

  it('is cut also where nobody waits for it: behind a whole answer', async () => {
    const { clock, exchange } = await openExchange();
    exchange.send(200, {}, Buffer.alloc(32 * 1024 * 1024));
    const closed = new Promise((resolve) => client.once('close', resolve));
    clock.advance(10 * MINUTES_MS);
    client.resume();
    await closed;
    expect(exchange.signal.aborted).toBe(true);
  });
});
