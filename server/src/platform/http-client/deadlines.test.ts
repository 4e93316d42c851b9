import { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, it } from 'vitest';
import { closed, createRig, failureOf, frame, post, STREAM_HEAD } from './testing.ts';

const rig = createRig();

afterEach(() => rig.close());

describe('deadlines', () => {
  it.each([100, 300])('gives up %i ms after a request that gets no answer', async (timeoutMs) => {
    const upstream = await rig.startUpstream(() => {});
    const { failure, tookMs } = await failureOf(rig.openClient().exchange(post(upstream.origin, { timeoutMs })));
    expect(failure.kind).toBe('timeout');
    // Only its being near is asked: a busy machine begins to measure late, and hears late.
    expect(tookMs).toBeGreaterThan(timeoutMs / 2);
    expect(tookMs).toBeLessThan(timeoutMs + 2_000);
    await closed(upstream.connections[0]);
  });

  it('bounds each silence between bytes, not the whole answer', async () => {
    const upstream = await rig.startUpstream((socket) => {
      socket.write(STREAM_HEAD);
      let sent = 0;
      const timer = setInterval(() => {
        sent += 1;
        if (sent > 8) clearInterval(timer);
        else socket.write(frame('x'));
      }, 60);
    });
    const answer = await rig.openClient().exchange(post(upstream.origin, { timeoutMs: 150 }));
    let text = '';
    const { failure } = await failureOf(
      (async () => {
        for (;;) {
          const step = await answer[Symbol.asyncIterator]().next();
          if (step.done) break;
          text += step.value.toString();
        }
      })(),
    );
    expect(failure.kind).toBe('timeout');
    // All eight came, over three times the bound: a bound of the whole answer would have cut them short.
    expect(text).toBe('xxxxxxxx');
  });

  it('does not blame the sender when this process was busy while the answer came', async () => {
    const thread = new Worker(
      `const server = require('node:net').createServer((socket) => {
         socket.on('data', () => setTimeout(() => socket.write('HTTP/1.1 200 OK\\r\\ncontent-length: 2\\r\\n\\r\\nok'), 50));
       });
       server.listen(0, '127.0.0.1', () => require('node:worker_threads').parentPort.postMessage(server.address().port));`,
      { eval: true },
    );
    rig.onClose(async () => void (await thread.terminate()));
    const port = await new Promise<number>((resolve) => thread.once('message', resolve));
    const pending = rig.openClient().exchange(post(`http://127.0.0.1:${port}`, { timeoutMs: 600 }));
    await new Promise((resolve) => setTimeout(resolve, 20));
    // From here the loop comes to its timers before it reads sockets: the deadline is due before the answer is seen.
    await new Promise((resolve) => setImmediate(resolve));
    const untilMs = performance.now() + 1_000;
    while (performance.now() < untilMs);
    await expect(pending).resolves.toMatchObject({ status: 200 });
  });

  it('does not count the time in which the reader holds the answer back', async () => {
    const upstream = await rig.startUpstream((socket) => {
      socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${1 << 20}\r\n\r\n`);
      socket.write(Buffer.alloc(1 << 20));
    });
    const answer = await rig.openClient().exchange(post(upstream.origin, { timeoutMs: 500 }));
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    expect(await answer.readAll(1 << 20)).toHaveLength(1 << 20);
  });
});
