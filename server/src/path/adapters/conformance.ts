/** One suite for every adapter with a wire: give it fixtures, it brings the upstream that misbehaves. */
import type { AnswerEvent } from '@reeve/contracts';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../platform/clock/system-clock.ts';
import { describeAbort, describeBreaks } from './broken-wire-conformance.ts';
import {
  endStream,
  failureOf,
  gather,
  openAdapterRig,
  openStream,
  replayReads,
  sendChunk,
  sendStream,
  sendWhole,
  type AdapterFixtures,
  type AdapterRig,
  type Open,
} from './upstream-testing.ts';

/** Registers the suite. */
export function describeAdapter(name: string, fixtures: AdapterFixtures): void {
  describe(`${name} conformance`, () => {
    const rigs: AdapterRig[] = [];
    const open: Open = async (respond) => {
      const rig = await openAdapterRig({ ...fixtures, respond });
      rigs.push(rig);
      return rig;
    };
    afterEach(async () => {
      await Promise.all(rigs.splice(0).map((rig) => rig.close()));
    });
    describePlain(fixtures, open);
    describeErrors(fixtures, open);
    describeStream(fixtures, open);
    describeCuts(fixtures);
    describeBreaks(fixtures, open);
    describeAbort(fixtures, open);
  });
}

function describePlain({ plainCall, plain, withoutUsage, toolBody, toolCall }: AdapterFixtures, open: Open): void {
  const answerOf = async (body: string) => {
    const rig = await open((socket) => sendWhole(socket, 200, body));
    const invocation = await rig.invoke(plainCall);
    if (invocation.type !== 'answer') throw new Error(JSON.stringify(invocation));
    return invocation.answer;
  };

  it('reads a whole answer and passes its bytes on', async () => {
    const answer = await answerOf(plain.body);
    const texts = answer.parts.flatMap((part) => (part.type === 'text' ? [part.text] : []));
    expect(texts.join('')).toBe(plain.text);
    expect(answer.usage).toEqual(plain.usage);
    expect(Buffer.from(answer.raw?.bytes ?? []).toString('utf8')).toBe(plain.body);
    expect(answer.parts.at(-1)).toEqual({ type: 'end', index: 0, finishReason: 'stop' });
  });

  it('reads tool calls', async () => {
    const { parts } = await answerOf(toolBody);
    expect(parts).toContainEqual({ type: 'tool-call', index: 0, ...toolCall });
    expect(parts.at(-1)).toMatchObject({ type: 'end', finishReason: 'tool-calls' });
  });

  it('says that usage is missing and does not invent it', async () => {
    expect((await answerOf(withoutUsage)).usage).toBeNull();
  });
}

function describeErrors({ plainCall, streamCall, errors, okWithError }: AdapterFixtures, open: Open): void {
  for (const [status, { body, message }] of errors) {
    it(`tells a ${status} with the provider's sentence, body and retry-after`, async () => {
      const rig = await open((socket) => sendWhole(socket, status, body, ['retry-after: 7']));
      for (const call of [plainCall, streamCall]) {
        const failure = failureOf(await rig.invoke(call));
        expect(failure).toMatchObject({ kind: 'status', status, message, retryAfter: '7' });
        expect(failure.body).not.toBeNull();
      }
    });
  }

  it('reads how long to wait in milliseconds, where that is all that is said', async () => {
    const [[status, { body }] = [429, { body: '' }]] = errors;
    const rig = await open((socket) => sendWhole(socket, status, body, ['retry-after-ms: 6500']));
    expect(failureOf(await rig.invoke(plainCall)).retryAfter).toBe('7');
  });

  it('takes an error that is HTML or nothing at all', async () => {
    const page = '<html><style>p{}</style><body><h1>502 Bad Gateway</h1></body></html>';
    const html = await open((socket) => sendWhole(socket, 502, page, ['content-type: text/html']));
    expect(failureOf(await html.invoke(plainCall))).toMatchObject({ message: '502 Bad Gateway', body: null });
    const empty = await open((socket) => sendWhole(socket, 500, ''));
    expect(failureOf(await empty.invoke(plainCall)).message).toBe('The provider answered with status 500.');
  });

  it('does not take an error for an answer because its status is 200', async () => {
    const rig = await open((socket) => sendWhole(socket, 200, okWithError.body));
    const expected = { kind: 'invalid', status: null, message: okWithError.message };
    expect(failureOf(await rig.invoke(plainCall))).toMatchObject(expected);
    expect(failureOf(await rig.invoke(streamCall))).toMatchObject(expected);
  });

  it.each(['', '{"id":', '"text"', '[]', '{}', '<html></html>', '{"choices":"none"}'])(
    'calls %j under a good status invalid',
    async (body) => {
      const rig = await open((socket) => sendWhole(socket, 200, body));
      expect(failureOf(await rig.invoke(plainCall)).kind).toBe('invalid');
    },
  );
}

function describeStream(fixtures: AdapterFixtures, open: Open): void {
  const { streamCall, stream, toolFrames, toolClosing = stream.closing, toolCall, okWithError } = fixtures;
  const { encoding, idleFrame } = fixtures;
  const whole = [...stream.frames, ...stream.hidden, stream.closing].join('');

  it('streams text and usage and forwards all that the caller asked for', async () => {
    const rig = await open((socket) => sendStream(socket, whole));
    const gathered = await gather(await rig.invoke(streamCall), encoding);
    expect(gathered.text).toBe(stream.text);
    expect(gathered.forwarded).toBe(stream.frames.join(''));
    expect(gathered.events[0]?.type).toBe('start');
    expect(gathered.events.at(-1)).toMatchObject({ type: 'closed' });
    expect(gathered.events).toContainEqual({ type: 'usage', usage: stream.usage });
    expect(gathered.events).toContainEqual({ type: 'end', index: 0, finishReason: 'stop' });
  });

  it('streams tool calls in pieces', async () => {
    const rig = await open((socket) => sendStream(socket, [...toolFrames, toolClosing].join('')));
    const { events } = await gather(await rig.invoke(streamCall));
    expect(joinToolCall(events)).toEqual(toolCall);
    expect(events).toContainEqual({ type: 'end', index: 0, finishReason: 'tool-calls' });
  });

  it('uses the connection again after a whole stream', async () => {
    const rig = await open((socket) => {
      openStream(socket);
      sendChunk(socket, whole);
      setTimeout(() => endStream(socket), 5);
    });
    for (let round = 0; round < 3; round += 1) {
      await gather(await rig.invoke(streamCall));
      // The end of the body may come a moment after the closing frame.
      await new Promise((resolve) => setTimeout(resolve, 150));
    }
    expect(rig.upstream.connections).toHaveLength(1);
  });

  it('refuses a stream whose first frame is an error', async () => {
    const rig = await open((socket) =>
      sendStream(socket, (idleFrame ?? ': wait\n\n') + okWithError.frame + stream.closing),
    );
    expect(failureOf(await rig.invoke(streamCall)).message).toBe(okWithError.message);
  });

  it('tells an error in the middle after what came before it, and no closing frame after it', async () => {
    const [first = '', second = ''] = stream.frames;
    const rig = await open((socket) => sendStream(socket, first + second + okWithError.frame + stream.closing));
    const { forwarded, events } = await gather(await rig.invoke(streamCall), encoding);
    expect(forwarded).toBe(first + second);
    expect(events.at(-1)).toMatchObject({ type: 'error', kind: 'invalid', message: okWithError.message });
    expect(events.some((event) => event.type === 'closed')).toBe(false);
  });

  it.each([0.5, 1])('does not close a stream that ends after %d of a frame', async (share) => {
    const [first = '', second = ''] = stream.frames;
    const rig = await open((socket) => sendStream(socket, first + second.slice(0, second.length * share)));
    const { forwarded, events } = await gather(await rig.invoke(streamCall), encoding);
    expect(forwarded).toBe(share === 1 ? first + second : first);
    expect(events.some((event) => event.type === 'closed')).toBe(false);
  });

  it('refuses a stream without any frame', async () => {
    const rig = await open((socket) => sendStream(socket, idleFrame ?? ': hello\n\n'));
    expect(failureOf(await rig.invoke(streamCall)).kind).toBe('invalid');
  });
}

/** However the network cuts a stream, the same comes out. */
function describeCuts({ create, provider, modelId, streamCall, stream, encoding }: AdapterFixtures): void {
  const whole = Buffer.from([...stream.frames, ...stream.hidden, stream.closing].join(''), encoding);
  const read = async (reads: readonly Buffer[]) => {
    const adapter = create({ httpClient: replayReads(reads), clock: systemClock });
    const { signal } = new AbortController();
    return gather(await adapter.invoke({ call: streamCall, provider, modelId, timeoutMs: 1_000, signal }));
  };

  it('gives the same for a cut at every byte', async () => {
    const expected = await read([whole]);
    expect(expected.events.at(-1)).toMatchObject({ type: 'closed' });
    for (let cut = 1; cut < whole.length; cut += 1) {
      expect(await read([whole.subarray(0, cut), whole.subarray(cut)])).toEqual(expected);
    }
  });

  it('gives the same byte by byte', async () => {
    const bytes = Array.from(whole, (_, at) => whole.subarray(at, at + 1));
    expect(await read(bytes)).toEqual(await read([whole]));
  });
}

function joinToolCall(events: readonly AnswerEvent[]) {
  const deltas = events.flatMap((event) => (event.type === 'tool-call-delta' ? [event] : []));
  return {
    id: deltas.find((delta) => delta.id !== undefined)?.id,
    name: deltas.find((delta) => delta.name !== undefined)?.name,
    arguments: deltas.map((delta) => delta.arguments).join(''),
  };
}
