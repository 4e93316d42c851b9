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
    // Measured from after the start, which a busy machine delays.
    expect(tookMs).toBeGreaterThan(timeoutMs - 30);
    expect(tookMs).toBeLessThan(timeoutMs + 150);
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
    rig.onClose(async () => void (await thread.terminate()));
    const port = await new Promise<number>((resolve) => thread.once('message', resolve));
    const pending = rig.openClient().exchange(post(`http://127.0.0.1:${port}`, { timeoutMs: 120 }));
    await new Promise((resolve) => setTimeout(resolve, 20));
    // From here the loop comes to its timers before it reads sockets: the deadline is due before the answer is seen.
    await new Promise((resolve) => setImmediate(resolve));
    const untilMs = performance.now() + 200;
    while (performance.now() < untilMs);
    await expect(pending).resolves.toMatchObject({ status: 200 });
  });

  it('does not count the time in which the reader holds the answer back', async () => {
    const upstream = await rig.startUpstream((socket) => {
      socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${1 << 20}\r\n\r\n`);
      socket.write(Buffer.alloc(1 << 20));
    });
    const answer = await rig.openClient().exchange(post(upstream.origin, { timeoutMs: 80 }));
    await new Promise((resolve) => setTimeout(resolve, 250));
    expect(await answer.readAll(1 << 20)).toHaveLength(1 << 20);
  });
});
