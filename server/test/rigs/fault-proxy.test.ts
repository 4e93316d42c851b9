/** Each fault of the proxy bites, on a connection that stands, and is gone when it is healed. */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeEach, expect, it, onTestFinished } from 'vitest';
import { startFaultProxy, type FaultProxy } from './fault-proxy.ts';

let proxy: FaultProxy;
let open: () => Promise<Socket>;

beforeEach(async () => {
  const echo = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.pipe(socket);
  });
  echo.listen(0, '127.0.0.1');
  await once(echo, 'listening');
  proxy = await startFaultProxy((echo.address() as AddressInfo).port);
  open = async () => {
    const socket = connect({ port: proxy.port, host: '127.0.0.1' });
    socket.on('error', () => undefined);
    onTestFinished(() => void socket.destroy());
    await once(socket, 'connect');
    return socket;
  };
  onTestFinished(async () => {
    await proxy.stop();
    echo.close();
  });
});

/** Sends and gives what comes back within the time. */
async function say(socket: Socket, text: string, withinMs = 1000): Promise<string> {
  socket.write(text);
  let heard = '';
  const keep = (chunk: Buffer): void => void (heard += chunk.toString('latin1'));
  socket.on('data', keep);
  const untilMs = performance.now() + withinMs;
  while (heard.length < text.length && performance.now() < untilMs) await sleep(2);
  socket.off('data', keep);
  return heard;
}

function whenClosed(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.once('close', () => resolve()));
}

it('passes on what it hears, and names itself in URLs', async () => {
  const socket = await open();
  expect(await say(socket, 'x'.repeat(100_000), 5000)).toBe('x'.repeat(100_000));
  expect(proxy.connections).toBe(1);
  const other = await startFaultProxy(6379);
  expect(other.through('redis://u:p@127.0.0.1:6379/2')).toBe(`redis://u:p@127.0.0.1:${other.port}/2`);
  await other.stop();
});

it('delays both ways', async () => {
  const socket = await open();
  proxy.set({ delayMs: 100 });
  const fromMs = performance.now();
  expect(await say(socket, 'a')).toBe('a');
  expect(performance.now() - fromMs).toBeGreaterThanOrEqual(195);
});

it('throttles', async () => {
  const socket = await open();
  proxy.set({ bytesPerSecond: 40_000 });
  const fromMs = performance.now();
  await say(socket, 'y'.repeat(16_384), 5000);
  // The echo travels while the rest is still on its way.
  expect(performance.now() - fromMs).toBeGreaterThanOrEqual(400);
});

it.each([['requests'], ['answers'], ['both']] as const)('holds %s half-open and lets them go', async (hold) => {
  const socket = await open();
  proxy.set({ hold });
  expect(await say(socket, 'lost?', 150)).toBe('');
  expect(socket.destroyed).toBe(false);
  let heard = '';
  socket.on('data', (chunk: Buffer) => (heard += chunk.toString('latin1')));
  proxy.heal();
  socket.write(' no');
  await expect.poll(() => heard).toBe('lost? no');
});

it('tells nobody of a close while it holds', async () => {
  const socket = await open();
  await say(socket, 'here');
  proxy.set({ hold: 'both' });
  socket.destroy();
  await sleep(50);
  expect(proxy.connections).toBe(1);
  proxy.heal();
  await expect.poll(() => proxy.connections).toBe(0);
});

it.each([['requests'], ['answers']] as const)('corrupts %s', async (corrupt) => {
  const socket = await open();
  proxy.set({ corrupt });
  const heard = await say(socket, 'abcdef');
  expect(heard).toHaveLength(6);
  expect(heard).not.toBe('abcdef');
  proxy.heal();
  expect(await say(socket, 'abcdef')).toBe('abcdef');
});

it('cuts what stands and refuses what is new', async () => {
  const socket = await open();
  await say(socket, 'here');
  const closed = whenClosed(socket);
  proxy.set({ refuse: true });
  expect(await say(socket, 'still')).toBe('still');
  proxy.cut();
  await closed;
  // The reset may come before the socket has told of its connection.
  const refused = connect({ port: proxy.port, host: '127.0.0.1' }).on('error', () => undefined);
  await whenClosed(refused);
  proxy.heal();
  expect(await say(await open(), 'back')).toBe('back');
});
