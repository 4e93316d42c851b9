import type { Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../clock/system-clock.ts';
import { createRig, failureOf, post, startRawUpstream, STREAM_HEAD, whole } from './testing.ts';
import { createHttpClient } from './undici-client.ts';

const rig = createRig();

afterEach(() => rig.close());

describe('what an upstream does wrong', () => {
  it.each<[string, (socket: Socket) => void, string]>([
    ['resets without a word', (socket) => socket.resetAndDestroy(), 'reset'],
    ['hangs up without a word', (socket) => socket.end(), 'reset'],
    ['sends half a head', (socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-le'), 'reset'],
    ['speaks no HTTP', (socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n'), 'malformed'],
    ['sends an endless head', (socket) => socket.write(`HTTP/1.1 200 OK\r\nx: ${'y'.repeat(100_000)}`), 'malformed'],
  ])('%s', async (_name, misbehave, kind) => {
    const upstream = await rig.startUpstream((socket) => misbehave(socket));
    expect((await failureOf(rig.openClient().exchange(post(upstream.origin)))).failure.kind).toBe(kind);
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
    const upstream = await rig.startUpstream((socket) => misbehave(socket));
    const client = rig.openClient();
    const answer = await client.exchange(post(upstream.origin));
    const body = answer[Symbol.asyncIterator]();
    expect((await body.next()).value?.toString()).toBe('half');
    expect((await failureOf(body.next())).failure.kind).toBe(kind);
    const again = await client.exchange(post(upstream.origin));
    expect((await failureOf(again.readAll(100))).failure.kind).toBe(kind);
  });

  it('a refused connection, an unknown name and a failed handshake are `connect`', async () => {
    const upstream = await startRawUpstream((socket) => socket.write(whole('ok')));
    const plain = await rig.startUpstream(() => {});
    await upstream.close();
    const client = rig.openClient();
    const tls = post(plain.origin.replace('http:', 'https:'), { timeoutMs: 2_000 });
    const handshake = failureOf(client.exchange(tls));
    await new Promise((resolve) => setTimeout(resolve, 50));
    plain.connections[0]?.end('no TLS here');
    expect((await failureOf(client.exchange(post(upstream.origin)))).failure.kind).toBe('connect');
    expect((await handshake).failure.kind).toBe('connect');
    const nowhere = createHttpClient({ egress: { offline: false, allow: ['nowhere.invalid:80'] }, clock: systemClock });
    rig.onClose(() => nowhere.close());
    expect((await failureOf(nowhere.exchange(post('http://nowhere.invalid')))).failure.kind).toBe('connect');
  });

  it('a request that cannot be written as HTTP is `malformed`, and nothing is sent', async () => {
    const upstream = await rig.startUpstream((socket) => socket.write(whole('ok')));
    const injected = post(upstream.origin, { headers: { authorization: 'Bearer a\r\nx-evil: 1' } });
    expect((await failureOf(rig.openClient().exchange(injected))).failure.kind).toBe('malformed');
    expect(upstream.connections).toHaveLength(0);
  });
});
