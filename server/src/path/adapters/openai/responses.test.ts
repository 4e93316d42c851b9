import type { AnswerPart } from '@reeve/contracts';
import { describe, expect, it } from 'vitest';
import { callToOpenAi } from './call-to-openai.ts';
import { createOpenAiAdapter } from './index.ts';
import { createSseTranslator } from '../sse-translator.ts';
import { openAdapterRig, sendWhole } from '../upstream-testing.ts';
import { chooseReader } from './choose-reader.ts';
import { readBody } from '../read-invocation.ts';
import { provider } from './openai.fixtures.ts';
import { createResponsesReader } from './responses-to-frames.ts';
import {
  completedFrame,
  failedFrame,
  frameOf,
  functionCall,
  message,
  response,
  responseFrames,
  responsesCall,
  responsesProvider,
  responseText,
  thought,
  thoughtSignature,
} from './responses.fixtures.ts';

const call = responsesCall({ input: 'q' });

function read(body: object) {
  const reader = chooseReader(call, responsesProvider);
  return readBody(Buffer.from(JSON.stringify(body)), 'chat', provider, reader);
}

function partsOf(body: object): readonly AnswerPart[] {
  const invocation = read(body);
  if (invocation.type !== 'answer') throw new Error(JSON.stringify(invocation));
  return invocation.answer.parts;
}

function translate(text: string) {
  const translator = createSseTranslator(createResponsesReader(), provider);
  const frames = [...translator.push(Buffer.from(text)), ...translator.end()];
  const forwarded = Buffer.concat(frames.flatMap((frame) => frame.raw?.bytes ?? [])).toString('utf8');
  return { translator, forwarded, events: frames.flatMap((frame) => frame.events) };
}

describe('a Responses request', () => {
  it('goes to /responses with its own bytes where the provider has that API', async () => {
    const rig = await openAdapterRig({
      create: createOpenAiAdapter,
      provider: responsesProvider,
      modelId: 'vendor/m',
      respond: (socket) => sendWhole(socket, 200, JSON.stringify(response([message]))),
    });
    const sent = responsesCall({ input: 'q', store: false, stream: false });
    const invocation = await rig.invoke(sent);
    await rig.close();
    expect(invocation.type === 'answer' && invocation.answer.raw?.wire).toBe('openai-responses');
    expect(rig.requests[0]).toMatch(/^POST \/v1\/responses /);
    const body = Buffer.from(sent.raw?.bytes ?? []).toString('utf8');
    expect(rig.requests[0]?.split('\r\n\r\n')[1]).toBe(body.replace('"gpt-4o-mini"', '"vendor/m"'));
  });

  it('asks for no usage on a stream: the closing frame has it', () => {
    const stream = responsesCall({ input: 'q', stream: true, store: false });
    expect(callToOpenAi(stream, responsesProvider, 'gpt-4o-mini')).toBe(stream.raw?.bytes);
  });

  it('says that nothing is to be stored where the caller leaves it open: providers store by default', () => {
    const body: unknown = JSON.parse(Buffer.from(callToOpenAi(call, responsesProvider, 'm')).toString('utf8'));
    expect(body).toEqual({ model: 'm', input: 'q', store: false });
  });

  it.each([{}, { store: null }, { store: false }])('is never stored at the provider: %j', (given) => {
    const bytes = callToOpenAi(responsesCall({ input: 'q', ...given }), responsesProvider, 'gpt-4o-mini');
    expect(JSON.parse(Buffer.from(bytes).toString('utf8'))).toMatchObject({ input: 'q', store: false });
  });

  it('goes on without thoughts that only their id stands for, as none were stored', () => {
    const kept = { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: 'gAAA' };
    const input = [
      { role: 'user', content: 'q' },
      kept,
      { type: 'item_reference', id: 'rs_2' },
      { type: 'reasoning', id: 'rs_3', summary: [] },
      { type: 'function_call', call_id: 'c', name: 'f', arguments: '{}' },
    ];
    const bytes = callToOpenAi(responsesCall({ input, store: false }), responsesProvider, 'gpt-4o-mini');
    const body: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'));
    expect(body).toEqual({ model: 'gpt-4o-mini', input: [input[0], kept, input[4]], store: false });
    const whole = responsesCall({ input: [kept], store: false });
    expect(callToOpenAi(whole, responsesProvider, 'gpt-4o-mini')).toBe(whole.raw?.bytes);
  });

  it('is translated where another wire signed its history', () => {
    const idea = { type: 'reasoning' as const, turn: 0, role: 'assistant' as const, text: 'Hm.' };
    const signed = (wire: string): typeof call => ({
      ...call,
      parts: [...call.parts, { ...idea, signature: { wire, value: 's' } }],
    });
    const adapter = createOpenAiAdapter({} as never);
    expect(adapter.speaks(signed('openai-responses'), responsesProvider)).toBe(true);
    expect(adapter.speaks(signed('anthropic'), responsesProvider)).toBe(false);
  });

  it('is spoken only where the setting says so, and is translated to a chat elsewhere', () => {
    const adapter = createOpenAiAdapter({} as never);
    expect(adapter.speaks(call, responsesProvider)).toBe(true);
    expect(adapter.speaks(call, provider)).toBe(false);
    const { raw: _raw, ...touched } = call;
    expect(adapter.speaks(touched, responsesProvider)).toBe(false);
    const body: unknown = JSON.parse(Buffer.from(callToOpenAi(call, provider, 'm')).toString('utf8'));
    expect(body).toMatchObject({ model: 'm', messages: [{ role: 'user' }] });
  });
});

describe('a response', () => {
  it('is read item by item', () => {
    const refusal = { ...message, content: [{ type: 'refusal', refusal: 'No.' }] };
    const search = { type: 'web_search_call', id: 'ws_1', status: 'completed' };
    const parts = partsOf(response([thought, search, message, refusal, functionCall]));
    expect(parts).toEqual([
      { type: 'reasoning', index: 0, text: 'Shadows first.\n\nThen length.', signature: thoughtSignature },
      {
        type: 'text',
        index: 0,
        text: responseText,
        citations: [{ url: 'https://sticks.example/a', title: 'On sticks', quote: null, start: 2, end: 7 }],
      },
      { type: 'refusal', index: 0, text: 'No.' },
      { type: 'tool-call', index: 0, id: 'call_9', name: 'get_weather', arguments: '{"city":"Zürich"}' },
      { type: 'end', index: 0, finishReason: 'tool-calls' },
    ]);
  });

  it('hides a thought without words and keeps log probabilities', () => {
    const top = [{ token: 'A', logprob: -0.1, bytes: [65] }];
    const token = { token: 'A', logprob: -0.1, bytes: [65], top_logprobs: top };
    const text = { type: 'output_text', text: 'A', annotations: [], logprobs: [token] };
    const parts = partsOf(
      response([
        { ...thought, summary: [] },
        { ...message, content: [text] },
      ]),
    );
    expect(parts[0]).toEqual({ type: 'reasoning', index: 0, text: '', signature: thoughtSignature, hidden: true });
    expect(parts[1]).toMatchObject({ text: 'A', logprobs: [{ token: 'A', logprob: -0.1, bytes: [65], top }] });
  });

  it.each([
    [{ status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } }, 'length'],
    [{ status: 'incomplete', incomplete_details: { reason: 'content_filter' } }, 'content-filter'],
    [{ status: 'queued' }, 'other'],
    [{}, 'stop'],
  ])('with %j ends as %s', (extra, finishReason) => {
    expect(partsOf(response([message], extra)).at(-1)).toEqual({ type: 'end', index: 0, finishReason });
  });

  it('that failed is a failure with the provider’s sentence', () => {
    const error = { code: 'server_error', message: 'Overheated.' };
    expect(read(response([], { status: 'failed', error }))).toMatchObject({
      failure: { kind: 'invalid', message: 'Overheated.' },
    });
  });
});

describe('a stream of a response', () => {
  it('forwards every frame but the closing one, whose bytes travel with its event', () => {
    const { forwarded, events } = translate([...responseFrames, completedFrame].join(''));
    expect(forwarded).toBe(responseFrames.join(''));
    const closed = events.at(-1);
    const raw = closed?.type === 'closed' ? closed.raw : undefined;
    expect(Buffer.from(raw?.bytes ?? []).toString('utf8')).toBe(completedFrame);
    expect(raw?.wire).toBe('openai-responses');
    expect(events).toContainEqual({
      type: 'citation',
      index: 0,
      citation: { url: 'https://sticks.example/a', title: 'On sticks', quote: null, start: 2, end: 7 },
    });
  });

  it('tells thoughts, their signature, refusals and unknown events', () => {
    const { forwarded, events } = translate(
      [
        frameOf(0, 'response.created', { response: response([]) }),
        frameOf(1, 'response.reasoning_summary_text.delta', { output_index: 0, summary_index: 0, delta: 'Hm.' }),
        frameOf(2, 'response.output_item.done', { output_index: 0, item: thought }),
        frameOf(3, 'response.hologram.delta', { output_index: 1, delta: '?' }),
        frameOf(4, 'response.refusal.delta', { output_index: 1, delta: 'No.' }),
      ].join(''),
    );
    expect(forwarded).toContain('hologram');
    expect(events.slice(1)).toEqual([
      { type: 'reasoning-delta', index: 0, block: 0, text: 'Hm.' },
      { type: 'reasoning-delta', index: 0, block: 0, text: '', signature: thoughtSignature },
      { type: 'refusal-delta', index: 0, text: 'No.' },
    ]);
  });

  it('keeps interleaved tool calls apart, also one that comes whole or without its beginning', () => {
    const delta = (output_index: number, text: string) =>
      frameOf(1, 'response.function_call_arguments.delta', { output_index, delta: text });
    const added = (output_index: number, call_id: string) =>
      frameOf(1, 'response.output_item.added', { output_index, item: { ...functionCall, call_id, arguments: '' } });
    const whole = frameOf(1, 'response.output_item.done', { output_index: 7, item: functionCall });
    const { events } = translate(
      [added(1, 'a'), added(2, 'b'), delta(2, 'x'), delta(1, 'y'), delta(5, 'z'), whole].join(''),
    );
    const calls = events.flatMap((event) => (event.type === 'tool-call-delta' ? [[event.call, event.arguments]] : []));
    expect(calls).toEqual([
      [0, ''],
      [1, ''],
      [1, 'x'],
      [0, 'y'],
      [2, 'z'],
      [3, functionCall.arguments],
    ]);
  });

  it('tells response.failed as the error it is, and closes nothing', () => {
    const { translator, events } = translate(responseFrames.slice(0, 5).join('') + failedFrame + completedFrame);
    expect(translator.failure).toMatchObject({ kind: 'status', status: 500, message: 'The engine overheated.' });
    expect(events.at(-1)).toMatchObject({ type: 'error', status: 500 });
    expect(translator.closed).toBe(false);
  });

  it('takes response.incomplete as a closing frame', () => {
    const cut = response([message], { status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } });
    const { events, translator } = translate(frameOf(1, 'response.incomplete', { response: cut }));
    expect(events).toContainEqual({ type: 'end', index: 0, finishReason: 'length' });
    expect(translator.closed).toBe(true);
  });
});
