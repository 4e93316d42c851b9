import type { Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createLoopbackClient, startRawUpstream, type RawUpstream } from '#platform/http-client/testing.ts';
import type { HttpClient } from '#platform/http-client/port.ts';
import { systemClock } from '../../platform/clock/system-clock.ts';
import { provider, rawCall } from './openai/openai.fixtures.ts';
import { sendRequest } from './send-request.ts';
import { endStream, openStream, sendChunk } from './upstream-testing.ts';

const opened: { client: HttpClient; upstream: RawUpstream }[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).flatMap(({ client, upstream }) => [client.close(), upstream.close()]));
});

/** Sends one request of which `leftMs` of the provider's 5 s are left. */
async function send(respond: (socket: Socket) => void, leftMs: number, signal = new AbortController().signal) {
  const upstream = await startRawUpstream(respond);
  const client = createLoopbackClient();
  opened.push({ client, upstream });
  const attempt = { call: rawCall({ model: 'm' }), provider, modelId: 'm', timeoutMs: leftMs, signal };
  const request = { url: `${upstream.origin}/v1/x`, headers: {}, body: Buffer.from('{}') };
  return sendRequest({ httpClient: client, clock: systemClock }, attempt, request);
}

describe('send-request', () => {
  it('waits for the head no longer than what is left of the provider’s time', async () => {
    const startMs = performance.now();
    await expect(send(() => undefined, 60)).rejects.toMatchObject({ kind: 'timeout' });
    expect(performance.now() - startMs).toBeLessThan(2_000);
  });

  it('gives silences behind the head the whole of it', async () => {
    const answer = await send((socket) => {
      openStream(socket);
      setTimeout(() => {
        sendChunk(socket, 'late');
        endStream(socket);
      }, 250);
    }, 100);
    expect((await answer.readAll(100)).toString()).toBe('late');
  });

  it('says that the caller went, not that time is up', async () => {
    const caller = new AbortController();
    setTimeout(() => caller.abort(), 20);
    await expect(send(() => undefined, 2_000, caller.signal)).rejects.toMatchObject({ kind: 'aborted' });
  });
});
