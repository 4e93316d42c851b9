import type { Socket } from 'node:net';
import { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../clock/system-clock.ts';
import { type HttpClient, HttpFailure, type IncomingAnswer, type OutgoingRequest } from './port.ts';
import { createLoopbackClient, type RawUpstream, startRawUpstream } from './testing.ts';
import { createHttpClient } from './undici-client.ts';

const cleanups: (() => Promise<void>)[] = [];

afterEach(async () => {
  await Promise.all(cleanups.splice(0).map((cleanup) => cleanup()));
});

async function startUpstream(respond: (socket: Socket, request: string) => void): Promise<RawUpstream> {
  const upstream = await startRawUpstream(respond);
  cleanups.push(upstream.close);
  return upstream;
}

function openClient(): HttpClient {
  const client = createLoopbackClient();
  cleanups.push(() => client.close());
  return client;
}

const post = (origin: string, more: Partial<OutgoingRequest> = {}): OutgoingRequest => ({
  method: 'POST',
  url: `${origin}/v1/chat?x=1`,
  headers: { 'content-type': 'text/plain' },
  body: 'question',
  timeoutMs: 5_000,
  ...more,
});

/** The failure that a promise rejects with, and how long it took. */
async function failureOf(work: Promise<unknown>): Promise<{ failure: HttpFailure; tookMs: number }> {
  const startMs = performance.now();
  try {
    await work;
  } catch (error) {
    if (error instanceof HttpFailure) return { failure: error, tookMs: performance.now() - startMs };
    throw error;
  }
  throw new Error('nothing failed');
}

async function collect(answer: IncomingAnswer): Promise<string> {
  let text = '';
  for await (const chunk of { [Symbol.asyncIterator]: () => answer[Symbol.asyncIterator]() }) text += chunk.toString();
  return text;
}

const closed = (socket: Socket | undefined): Promise<void> =>
  new Promise((resolve) => (!socket || socket.destroyed ? resolve() : socket.once('close', () => resolve())));

const whole = (body: string): string => `HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
const STREAM_HEAD = 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n';
const frame = (body: string): string => `${body.length.toString(16)}\r\n${body}\r\n`;

describe('an exchange', () => {
  it('sends method, path, headers and body, and gives the head and the whole body', async () => {
    let seen = '';
    const upstream = await startUpstream((socket, request) => {
      seen = request;
      socket.write(
        'HTTP/1.1 201 Created\r\nX-Kind: a\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\ncontent-length: 2\r\n\r\nok',
      );
    });
    const answer = await openClient().exchange(post(upstream.origin));
    expect(answer.status).toBe(201);
    expect(answer.headers).toMatchObject({ 'x-kind': 'a', 'set-cookie': ['a=1', 'b=2'] });
    expect((await answer.readAll(100)).toString()).toBe('ok');
    expect(seen).toMatch(/^POST \/v1\/chat\?x=1 HTTP\/1\.1\r\n/);
    expect(seen).toContain('\r\ncontent-length: 8\r\n');
    expect(seen.endsWith('\r\n\r\nquestion')).toBe(true);
  });

  it('hands a stream on as it comes, byte by byte where the sender is slow', async () => {
    const upstream = await startUpstream((socket) => {
      socket.write(STREAM_HEAD);
      const bytes = [...`${frame('one ')}${frame('two')}0\r\n\r\n`];
      const timer = setInterval(() => {
        const byte = bytes.shift();
        if (byte === undefined) clearInterval(timer);
        else socket.write(byte);
      }, 2);
    });
    expect(await collect(await openClient().exchange(post(upstream.origin)))).toBe('one two');
  });

  it('keeps connections and uses them again', async () => {
    const upstream = await startUpstream((socket) => socket.write(whole('ok')));
    const client = openClient();
    for (let index = 0; index < 5; index += 1) {
      const answer = await client.exchange(post(upstream.origin));
      await answer.readAll(100);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect(upstream.connections).toHaveLength(1);
  });

  it('does not follow redirects and skips early hints', async () => {
    const upstream = await startUpstream((socket) =>
      socket.write(
        'HTTP/1.1 103 Early Hints\r\nlink: a\r\n\r\nHTTP/1.1 302 Found\r\nlocation: /b\r\ncontent-length: 0\r\n\r\n',
      ),
    );
    const answer = await openClient().exchange(post(upstream.origin));
    expect(answer.status).toBe(302);
    expect(answer.headers['location']).toBe('/b');
    expect(await answer.readAll(10)).toHaveLength(0);
  });

  it('avoids a connection that the server announced to close', async () => {
    const upstream = await startUpstream((socket) => {
      socket.write('HTTP/1.1 200 OK\r\nkeep-alive: timeout=1\r\ncontent-length: 2\r\n\r\nok');
    });
    const client = openClient();
    for (let index = 0; index < 2; index += 1) await (await client.exchange(post(upstream.origin))).readAll(10);
    expect(upstream.connections).toHaveLength(2);
  });
});

describe('deadlines', () => {
  it.each([100, 300])('gives up %i ms after a request that gets no answer', async (timeoutMs) => {
    const upstream = await startUpstream(() => {});
    const { failure, tookMs } = await failureOf(openClient().exchange(post(upstream.origin, { timeoutMs })));
    expect(failure.kind).toBe('timeout');
    expect(tookMs).toBeGreaterThan(timeoutMs - 5);
    expect(tookMs).toBeLessThan(timeoutMs + 100);
    await closed(upstream.connections[0]);
  });

  it('bounds each silence between bytes, not the whole answer', async () => {
    const upstream = await startUpstream((socket) => {
      socket.write(STREAM_HEAD);
      let sent = 0;
      const timer = setInterval(() => {
        sent += 1;
        if (sent > 8) clearInterval(timer);
        else socket.write(frame('x'));
      }, 60);
    });
    const answer = await openClient().exchange(post(upstream.origin, { timeoutMs: 150 }));
    let text = '';
    const { failure, tookMs } = await failureOf(
      (async () => {
        for (;;) {
          const step = await answer[Symbol.asyncIterator]().next();
          if (step.done) break;
          text += step.value.toString();
        }
      })(),
    );
    expect(failure.kind).toBe('timeout');
    expect(text).toBe('xxxxxxxx');
    expect(tookMs).toBeGreaterThan(8 * 60 + 140);
  });

  it('does not blame the sender when this process was busy while the answer came', async () => {
    const thread = new Worker(
      `const server = require('node:net').createServer((socket) => {
         socket.on('data', () => setTimeout(() => socket.write('HTTP/1.1 200 OK\\r\\ncontent-length: 2\\r\\n\\r\\nok'), 50));
       });
       server.listen(0, '127.0.0.1', () => require('node:worker_threads').parentPort.postMessage(server.address().port));`,
      { eval: true },
    );
    cleanups.push(async () => void (await thread.terminate()));
    const port = await new Promise<number>((resolve) => thread.once('message', resolve));
    const pending = openClient().exchange(post(`http://127.0.0.1:${port}`, { timeoutMs: 120 }));
    await new Promise((resolve) => setTimeout(resolve, 20));
    const untilMs = performance.now() + 200;
    while (performance.now() < untilMs);
    await expect(pending).resolves.toMatchObject({ status: 200 });
  });

  it('does not count the time in which the reader holds the answer back', async () => {
    const upstream = await startUpstream((socket) => {
      socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${1 << 20}\r\n\r\n`);
      socket.write(Buffer.alloc(1 << 20));
    });
    const answer = await openClient().exchange(post(upstream.origin, { timeoutMs: 80 }));
    await new Promise((resolve) => setTimeout(resolve, 250));
    expect(await answer.readAll(1 << 20)).toHaveLength(1 << 20);
  });
});

describe('giving up', () => {
  it('closes the upstream socket within 100 ms of the signal, before and after the head', async () => {
    for (const head of ['', STREAM_HEAD + frame('x')]) {
      const upstream = await startUpstream((socket) => socket.write(head));
      const caller = new AbortController();
      const pending = openClient().exchange(post(upstream.origin, { signal: caller.signal }));
      const reading = head === '' ? pending : pending.then((answer) => answer.readAll(100));
      await new Promise((resolve) => setTimeout(resolve, 50));
      const startMs = performance.now();
      caller.abort();
      expect((await failureOf(reading)).failure.kind).toBe('aborted');
      await closed(upstream.connections[0]);
      expect(performance.now() - startMs).toBeLessThan(100);
    }
  });

  it('sends nothing when the signal has fired already, or fires while connecting', async () => {
    let requests = 0;
    const upstream = await startUpstream(() => {
      requests += 1;
    });
    const client = openClient();
    const fired = client.exchange(post(upstream.origin, { signal: AbortSignal.abort() }));
    expect((await failureOf(fired)).failure.kind).toBe('aborted');
    const caller = new AbortController();
    const connecting = client.exchange(post(upstream.origin, { signal: caller.signal }));
    caller.abort();
    expect((await failureOf(connecting)).failure.kind).toBe('aborted');
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(requests).toBe(0);
  });

  it('leaving the loop early drops the connection', async () => {
    const upstream = await startUpstream((socket) => socket.write(STREAM_HEAD + frame('x')));
    const answer = await openClient().exchange(post(upstream.origin));
    for await (const chunk of { [Symbol.asyncIterator]: () => answer[Symbol.asyncIterator]() }) {
      expect(chunk.toString()).toBe('x');
      break;
    }
    await closed(upstream.connections[0]);
  });

  it('removes its listener from a signal that lives on', async () => {
    const upstream = await startUpstream((socket) => socket.write(whole('ok')));
    const client = openClient();
    const signal = new AbortController().signal;
    let listeners = 0;
    const add = signal.addEventListener.bind(signal);
    const remove = signal.removeEventListener.bind(signal);
    signal.addEventListener = (...given: Parameters<typeof add>) => {
      listeners += 1;
      add(...given);
    };
    signal.removeEventListener = (...given: Parameters<typeof remove>) => {
      listeners -= 1;
      remove(...given);
    };
    await (await client.exchange(post(upstream.origin, { signal }))).readAll(10);
    expect(listeners).toBe(0);
  });

  it('after close, everything under way and everything new is aborted', async () => {
    const upstream = await startUpstream(() => {});
    const client = createHttpClient({ egress: { offline: true, allow: [] }, clock: systemClock });
    const pending = failureOf(client.exchange(post(upstream.origin)));
    await new Promise((resolve) => setTimeout(resolve, 30));
    await client.close();
    expect((await pending).failure.kind).toBe('aborted');
    expect((await failureOf(client.exchange(post(upstream.origin)))).failure.kind).toBe('aborted');
  });
});

describe('what an upstream does wrong', () => {
  it.each<[string, (socket: Socket) => void, string]>([
    ['resets without a word', (socket) => socket.resetAndDestroy(), 'reset'],
    ['hangs up without a word', (socket) => socket.end(), 'reset'],
    ['sends half a head', (socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-le'), 'reset'],
    ['speaks no HTTP', (socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n'), 'malformed'],
    ['sends an endless head', (socket) => socket.write(`HTTP/1.1 200 OK\r\nx: ${'y'.repeat(100_000)}`), 'malformed'],
  ])('%s', async (_name, misbehave, kind) => {
    const upstream = await startUpstream((socket) => misbehave(socket));
    expect((await failureOf(openClient().exchange(post(upstream.origin)))).failure.kind).toBe(kind);
  });

  it.each<[string, (socket: Socket) => void, string]>([
    ['too few bytes', (socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf'), 'reset'],
    [
      'too few bytes, announced close',
      (socket) => socket.end('HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 9\r\n\r\nhalf'),
      'reset',
    ],
    ['a stream without its end', (socket) => socket.end(`${STREAM_HEAD}4\r\nhalf\r\n`), 'reset'],
    [
      'a stream cut inside a chunk, announced close',
      (socket) => socket.end('HTTP/1.1 200 OK\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n9\r\nhalf'),
      'reset',
    ],
    ['a broken chunk size', (socket) => socket.write(`${STREAM_HEAD}4\r\nhalf\r\nzz\r\n`), 'malformed'],
  ])('half an answer: %s; what came can be read first', async (_name, misbehave, kind) => {
    const upstream = await startUpstream((socket) => misbehave(socket));
    const client = openClient();
    const answer = await client.exchange(post(upstream.origin));
    const body = answer[Symbol.asyncIterator]();
    expect((await body.next()).value?.toString()).toBe('half');
    expect((await failureOf(body.next())).failure.kind).toBe(kind);
    const again = await client.exchange(post(upstream.origin));
    expect((await failureOf(again.readAll(100))).failure.kind).toBe(kind);
  });

  it('a refused connection, an unknown name and a failed handshake are `connect`', async () => {
    const upstream = await startRawUpstream((socket) => socket.write(whole('ok')));
    const plain = await startUpstream(() => {});
    await upstream.close();
    const client = openClient();
    const tls = post(plain.origin.replace('http:', 'https:'), { timeoutMs: 2_000 });
    const handshake = failureOf(client.exchange(tls));
    await new Promise((resolve) => setTimeout(resolve, 50));
    plain.connections[0]?.end('no TLS here');
    expect((await failureOf(client.exchange(post(upstream.origin)))).failure.kind).toBe('connect');
    expect((await handshake).failure.kind).toBe('connect');
    const nowhere = createHttpClient({ egress: { offline: false, allow: ['nowhere.invalid:80'] }, clock: systemClock });
    cleanups.push(() => nowhere.close());
    expect((await failureOf(nowhere.exchange(post('http://nowhere.invalid')))).failure.kind).toBe('connect');
  });

  it('a request that cannot be written as HTTP is `malformed`, and nothing is sent', async () => {
    const upstream = await startUpstream((socket) => socket.write(whole('ok')));
    const injected = post(upstream.origin, { headers: { authorization: 'Bearer a\r\nx-evil: 1' } });
    expect((await failureOf(openClient().exchange(injected))).failure.kind).toBe('malformed');
    expect(upstream.connections).toHaveLength(0);
  });
});

describe('bounds', () => {
  it('refuses a body past the limit, announced or not, and drops the connection', async () => {
    const heads = [
      'HTTP/1.1 200 OK\r\ncontent-length: 2000000\r\n\r\n',
      'HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n',
    ];
    for (const head of heads) {
      const upstream = await startUpstream((socket) => {
        socket.write(head);
        socket.write(Buffer.alloc(2_000_000));
      });
      const answer = await openClient().exchange(post(upstream.origin));
      expect((await failureOf(answer.readAll(1_000_000))).failure.kind).toBe('too-large');
      await closed(upstream.connections[0]);
    }
  });

  it('accepts a body of exactly the limit', async () => {
    const upstream = await startUpstream((socket) => socket.write(whole('x'.repeat(1000))));
    const answer = await openClient().exchange(post(upstream.origin));
    expect(await answer.readAll(1000)).toHaveLength(1000);
  });

  it('a fast sender waits for a slow reader', async () => {
    const total = 64 << 20;
    let written = 0;
    const upstream = await startUpstream((socket) => {
      socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${total}\r\n\r\n`);
      const pump = (): void => {
        while (written < total && !socket.destroyed) {
          written += 1 << 16;
          if (!socket.write(Buffer.alloc(1 << 16, 'b'))) return void socket.once('drain', pump);
        }
      };
      pump();
    });
    const answer = await openClient().exchange(post(upstream.origin));
    const body = answer[Symbol.asyncIterator]();
    let read = 0;
    for (let index = 0; index < 10; index += 1) {
      read += (await body.next()).value?.length ?? 0;
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
    // What lies between: our queue, the socket's buffers and the kernel's, both ways.
    expect(written - read).toBeLessThan(16 << 20);
    for (let step = await body.next(); !step.done; step = await body.next()) read += step.value.length;
    expect(read).toBe(total);
  });
});
