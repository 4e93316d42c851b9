import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../clock/system-clock.ts';
import type { IncomingAnswer } from './port.ts';
import { closed, createRig, failureOf, frame, post, STREAM_HEAD, whole } from './testing.ts';
import { createHttpClient } from './undici-client.ts';

const rig = createRig();

afterEach(() => rig.close());

async function collect(answer: IncomingAnswer): Promise<string> {
  let text = '';
  for await (const chunk of answer) text += chunk.toString();
  return text;
}

describe('an exchange', () => {
  it('sends method, path, headers and body, and gives the head and the whole body', async () => {
    let seen = '';
    const upstream = await rig.startUpstream((socket, request) => {
      seen = request;
      socket.write(
        'HTTP/1.1 201 Created\r\nX-Kind: a\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\ncontent-length: 2\r\n\r\nok',
      );
    });
    const answer = await rig.openClient().exchange(post(upstream.origin));
    expect(answer.status).toBe(201);
    expect(answer.headers).toMatchObject({ 'x-kind': 'a', 'set-cookie': ['a=1', 'b=2'] });
    expect((await answer.readAll(100)).toString()).toBe('ok');
    expect(seen).toMatch(/^POST \/v1\/chat\?x=1 HTTP\/1\.1\r\n/);
    expect(seen).toContain('\r\ncontent-length: 8\r\n');
    expect(seen.endsWith('\r\n\r\nquestion')).toBe(true);
  });

  it('hands a stream on as it comes, byte by byte where the sender is slow', async () => {
    const upstream = await rig.startUpstream((socket) => {
      socket.write(STREAM_HEAD);
      const bytes = [...`${frame('one ')}${frame('two')}0\r\n\r\n`];
      const timer = setInterval(() => {
        const byte = bytes.shift();
        if (byte === undefined) clearInterval(timer);
        else socket.write(byte);
      }, 2);
    });
    expect(await collect(await rig.openClient().exchange(post(upstream.origin)))).toBe('one two');
  });

  it('keeps connections and uses them again', async () => {
    const upstream = await rig.startUpstream((socket) => socket.write(whole('ok')));
    const client = rig.openClient();
    for (let index = 0; index < 5; index += 1) {
      const answer = await client.exchange(post(upstream.origin));
      await answer.readAll(100);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect(upstream.connections).toHaveLength(1);
  });

  it('does not follow redirects and skips early hints', async () => {
    const upstream = await rig.startUpstream((socket) =>
      socket.write(
        'HTTP/1.1 103 Early Hints\r\nlink: a\r\n\r\nHTTP/1.1 302 Found\r\nlocation: /b\r\ncontent-length: 0\r\n\r\n',
      ),
    );
    const answer = await rig.openClient().exchange(post(upstream.origin));
    expect(answer.status).toBe(302);
    expect(answer.headers['location']).toBe('/b');
    expect(await answer.readAll(10)).toHaveLength(0);
  });

  it('avoids a connection that the server announced to close', async () => {
    const upstream = await rig.startUpstream((socket) => {
      socket.write('HTTP/1.1 200 OK\r\nkeep-alive: timeout=1\r\ncontent-length: 2\r\n\r\nok');
    });
    const client = rig.openClient();
    for (let index = 0; index < 2; index += 1) await (await client.exchange(post(upstream.origin))).readAll(10);
    expect(upstream.connections).toHaveLength(2);
  });
});

describe('giving up', () => {
  it('closes the upstream socket at the signal, before and after the head', async () => {
    for (const head of ['', STREAM_HEAD + frame('x')]) {
      const upstream = await rig.startUpstream((socket) => socket.write(head));
      const caller = new AbortController();
      const pending = rig.openClient().exchange(post(upstream.origin, { signal: caller.signal }));
      const reading = head === '' ? pending : pending.then((answer) => answer.readAll(100));
      await new Promise((resolve) => setTimeout(resolve, 50));
      caller.abort();
      expect((await failureOf(reading)).failure.kind).toBe('aborted');
      await closed(upstream.connections[0]);
    }
  });

  it('sends nothing when the signal has fired already, or fires while connecting', async () => {
    let requests = 0;
    const upstream = await rig.startUpstream(() => {
      requests += 1;
    });
    const client = rig.openClient();
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
    const upstream = await rig.startUpstream((socket) => socket.write(STREAM_HEAD + frame('x')));
    const answer = await rig.openClient().exchange(post(upstream.origin));
    for await (const chunk of answer) {
      expect(chunk.toString()).toBe('x');
      break;
    }
    await closed(upstream.connections[0]);
  });

  it('removes its listener from a signal that lives on', async () => {
    const upstream = await rig.startUpstream((socket) => socket.write(whole('ok')));
    const client = rig.openClient();
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
    const upstream = await rig.startUpstream(() => {});
    const client = createHttpClient({ egress: { offline: true, allow: [] }, clock: systemClock });
    const pending = failureOf(client.exchange(post(upstream.origin)));
    await new Promise((resolve) => setTimeout(resolve, 30));
    await client.close();
    expect((await pending).failure.kind).toBe('aborted');
    expect((await failureOf(client.exchange(post(upstream.origin)))).failure.kind).toBe('aborted');
  });
});

describe('bounds', () => {
  it('refuses a body past the limit, announced or not, and drops the connection', async () => {
    const heads = [
      'HTTP/1.1 200 OK\r\ncontent-length: 2000000\r\n\r\n',
      'HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n',
    ];
    for (const head of heads) {
      const upstream = await rig.startUpstream((socket) => {
        socket.write(head);
        socket.write(Buffer.alloc(2_000_000));
      });
      const answer = await rig.openClient().exchange(post(upstream.origin));
      expect((await failureOf(answer.readAll(1_000_000))).failure.kind).toBe('too-large');
      await closed(upstream.connections[0]);
    }
  });

  it('accepts a body of exactly the limit', async () => {
    const upstream = await rig.startUpstream((socket) => socket.write(whole('x'.repeat(1000))));
    const answer = await rig.openClient().exchange(post(upstream.origin));
    expect(await answer.readAll(1000)).toHaveLength(1000);
  });

  it('a fast sender waits for a slow reader', async () => {
    const total = 64 << 20;
    let written = 0;
    const upstream = await rig.startUpstream((socket) => {
      socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${total}\r\n\r\n`);
      const pump = (): void => {
        while (written < total && !socket.destroyed) {
          written += 1 << 16;
          if (!socket.write(Buffer.alloc(1 << 16, 'b'))) return void socket.once('drain', pump);
        }
      };
      pump();
    });
    const answer = await rig.openClient().exchange(post(upstream.origin));
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
