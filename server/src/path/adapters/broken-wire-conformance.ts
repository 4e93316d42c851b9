/** The part of the conformance suite in which wires break and callers go away. */
import type { Socket } from 'node:net';
import { expect, it } from 'vitest';
import {
  endStream,
  failureOf,
  framesOf,
  gather,
  openStream,
  sendChunk,
  type AdapterFixtures,
  type AdapterRig,
  type Open,
} from './upstream-testing.ts';

export function describeBreaks({ plainCall, streamCall, plain, stream, encoding }: AdapterFixtures, open: Open): void {
  const [first = ''] = stream.frames;

  it('gives up on a provider that takes the request and says nothing', async () => {
    const rig = await open(() => undefined);
    for (const call of [plainCall, streamCall]) {
      expect(failureOf(await rig.invoke(call, { timeoutMs: 60 })).kind).toBe('timeout');
    }
  });

  it('gives up on a stream that says nothing after its head', async () => {
    const rig = await open(openStream);
    expect(failureOf(await rig.invoke(streamCall, { timeoutMs: 60 })).kind).toBe('timeout');
  });

  it('tells a stream that falls silent', async () => {
    const rig = await open((socket) => {
      openStream(socket);
      sendChunk(socket, first);
    });
    const { forwarded, events } = await gather(await rig.invoke(streamCall, { timeoutMs: 80 }), encoding);
    expect(forwarded).toBe(first);
    expect(events.at(-1)?.type).toBe('error');
  });

  it('tells a reset before and within the answer', async () => {
    const before = await open((socket) => socket.resetAndDestroy());
    expect(failureOf(await before.invoke(plainCall)).kind).toBe('reset');
    const within = await open((socket) => {
      socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${plain.body.length}\r\n\r\n${plain.body.slice(0, 20)}`);
      setTimeout(() => socket.resetAndDestroy(), 20);
    });
    expect(failureOf(await within.invoke(plainCall)).kind).toBe('reset');
  });

  it('tells a stream that breaks', async () => {
    const rig = await open((socket) => {
      openStream(socket);
      sendChunk(socket, first);
      setTimeout(() => socket.resetAndDestroy(), 20);
    });
    const { events } = await gather(await rig.invoke(streamCall));
    expect(events.at(-1)?.type).toBe('error');
    expect(events.some((event) => event.type === 'closed')).toBe(false);
  });

  it('tells a provider that is not there', async () => {
    const rig = await open(() => undefined);
    await rig.upstream.close();
    expect(failureOf(await rig.invoke(plainCall)).kind).toBe('connect');
  });
}

/** At once, as far as a busy machine lets it; the attempt's own time would be up much later. */
const ABORT_MS_MAX = 2_000;

export function describeAbort({ plainCall, streamCall, stream }: AdapterFixtures, open: Open): void {
  const [first = ''] = stream.frames;
  const startStream = (socket: Socket): void => {
    openStream(socket);
    sendChunk(socket, first);
  };
  /** Resolves with how long the upstream socket stayed open after `abort`. */
  const measureClose = async (rig: AdapterRig, abort: () => Promise<unknown>): Promise<number> => {
    const [socket] = rig.upstream.connections;
    if (socket === undefined) throw new Error('nobody connected');
    const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
    const startMs = performance.now();
    await Promise.all([closed, abort()]);
    return performance.now() - startMs;
  };

  it('closes the upstream socket when the caller goes while it waits', async () => {
    const rig = await open(() => undefined);
    const caller = new AbortController();
    const invocation = rig.invoke(plainCall, { signal: caller.signal });
    while (rig.requests.length === 0) await new Promise((resolve) => setTimeout(resolve, 2));
    expect(await measureClose(rig, async () => caller.abort())).toBeLessThan(ABORT_MS_MAX);
    expect(failureOf(await invocation).kind).toBe('aborted');
  });

  it('closes the upstream socket when the caller goes in the middle of a stream', async () => {
    const rig = await open(startStream);
    const caller = new AbortController();
    const invocation = await rig.invoke(streamCall, { signal: caller.signal });
    const gathered = gather(invocation);
    expect(await measureClose(rig, async () => caller.abort())).toBeLessThan(ABORT_MS_MAX);
    expect((await gathered).events.some((event) => event.type === 'closed' || event.type === 'error')).toBe(false);
  });

  it('closes the upstream socket when the stream is left early', async () => {
    const rig = await open(startStream);
    const frames = framesOf(await rig.invoke(streamCall));
    const leave = async (): Promise<void> => {
      for await (const frame of frames) if (frame.events.length > 0) break;
    };
    expect(await measureClose(rig, leave)).toBeLessThan(ABORT_MS_MAX);
  });

  it('leaves the body behind the closing frame unread no longer than a moment', async () => {
    const rig = await open((socket) => {
      openStream(socket);
      sendChunk(socket, stream.frames.join('') + stream.closing);
      setTimeout(() => endStream(socket), 30);
    });
    const startMs = performance.now();
    await gather(await rig.invoke(streamCall));
    expect(performance.now() - startMs).toBeLessThan(ABORT_MS_MAX);
  });
}
