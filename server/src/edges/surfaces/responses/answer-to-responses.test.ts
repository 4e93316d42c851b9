import type { Answer, AnswerEvent, AnswerFrame, AnswerPart, Usage } from '@reeve/contracts';
import { describe, expect, test } from 'vitest';
import type { AnswerHead } from '#calls';
import { AppError, asReceiptId } from '#kernel';
import { readJsonBody } from '../read-body.ts';
import { createResponsesVoice } from './answer-to-responses.ts';
import { readCallSignature } from './reasoning-items.ts';
import { responsesToCall } from './responses-to-call.ts';

type Fields = Record<string, unknown>;
/** As loose as a client reads it. */
interface Body extends Fields {
  status: string;
  output: (Fields & { type: string; id: string })[];
}
interface Event extends Fields {
  type: string;
  sequence_number: number;
}

const HEAD: AnswerHead = { receiptId: asReceiptId('rcp_1'), route: 'p/m', policy: null, fallback: [] };
const USAGE: Usage = {
  inputTokens: 10,
  outputTokens: 7,
  cachedInputTokens: 4,
  cacheWriteTokens: 1,
  cacheWrite1hTokens: 2,
  reasoningTokens: 3,
  estimated: false,
};
const FIELDS = { model: 'm', input: 'hi' };

function speak(fields: object = {}) {
  const body = readJsonBody(Buffer.from(JSON.stringify({ ...FIELDS, ...fields })));
  return createResponsesVoice(responsesToCall(body), body.value, 1_760_000_000);
}

function render(parts: readonly AnswerPart[], fields: object = {}): Body {
  const answer: Answer = { kind: 'chat', model: 'far', parts, usage: USAGE };
  return JSON.parse(String(speak(fields).renderAnswer(answer, USAGE, HEAD)));
}

function parse(text: string): Event[] {
  return text.split('\n\n').flatMap((frame) => {
    if (frame === '') return [];
    const [, name, data = ''] = /^event: (.+)\ndata: (.+)$/.exec(frame) ?? [];
    const event: Event = JSON.parse(data);
    expect(event.type).toBe(name);
    return [event];
  });
}

/** Each event in a frame of its own; the events of the stream with its closing frame. */
function stream(events: readonly AnswerEvent[], fields: object = {}): Event[] {
  const voice = speak({ stream: true, ...fields });
  const frames = events.map((event) => String(voice.renderFrame({ events: [event] }, HEAD)));
  const text = [...frames, voice.renderEnd(USAGE, HEAD), voice.closingFrame()].join('');
  const found = parse(text);
  expect(found.map((event) => event.sequence_number)).toEqual(found.map((_, index) => index));
  return found;
}

const outputOf = (events: readonly Event[]): Body['output'] => (events.at(-1)?.response as Body).output;
const typesOf = (events: readonly Event[]): string[] => events.map(({ type }) => type.replace('response.', ''));

const TEXT: AnswerPart = { index: 0, type: 'text', text: 'Hello' };
const END: AnswerPart = { index: 0, type: 'end', finishReason: 'stop' };

describe('whole answers', () => {
  test('the settings of the request are repeated', () => {
    const fields = {
      instructions: 'be brief',
      tools: [{ type: 'function', name: 'f', parameters: {} }],
      tool_choice: 'required',
      parallel_tool_calls: false,
      temperature: 0.3,
      top_p: 0.4,
      max_output_tokens: 9,
      metadata: { a: 'b' },
      text: { format: { type: 'json_object' } },
      reasoning: { effort: 'low' },
    };
    const body = render([TEXT, END], fields);
    expect(body).toMatchObject({ ...fields, reasoning: { effort: 'low', summary: null } });
    expect(body).toMatchObject({
      id: 'resp_rcp_1',
      object: 'response',
      created_at: 1_760_000_000,
      status: 'completed',
      model: 'm',
      error: null,
      incomplete_details: null,
      previous_response_id: null,
      store: false,
      truncation: 'disabled',
      usage: {
        input_tokens: 10,
        input_tokens_details: { cached_tokens: 4, cache_write_tokens: 3 },
        output_tokens: 7,
        output_tokens_details: { reasoning_tokens: 3 },
        total_tokens: 17,
      },
    });
  });

  test('settings that the request leaves out', () => {
    expect(render([TEXT, END])).toMatchObject({
      instructions: null,
      tools: [],
      tool_choice: 'auto',
      parallel_tool_calls: true,
      temperature: null,
      text: { format: { type: 'text' } },
      metadata: {},
    });
  });

  test('every kind of part, in the order in which the model gave it', () => {
    const top = [{ token: 'He', logprob: -0.1, bytes: [72, 101] }];
    const citation = { url: 'https://a.example', title: 'A', quote: 'q', start: 0, end: 5 };
    const body = render([
      { index: 0, type: 'reasoning', text: 'hm', signature: { wire: 'anthropic', value: 's' } },
      { ...TEXT, logprobs: [{ token: 'é', logprob: -0.5, bytes: null, top }], citations: [citation] },
      { index: 0, type: 'refusal', text: 'but no' },
      { index: 0, type: 'tool-call', id: 'call_1', name: 'f', arguments: '{"a":1}' },
      { index: 0, type: 'tool-call', id: '', name: 'g', arguments: 'not json' },
      { index: 0, type: 'text', text: 'after' },
      { index: 1, type: 'text', text: 'of another choice' },
      END,
    ]);
    const [reasoning, message, first, second, last, ...more] = body.output;
    expect(more).toEqual([]);
    expect(reasoning).toMatchObject({ type: 'reasoning', summary: [{ type: 'summary_text', text: 'hm' }] });
    expect(reasoning?.encrypted_content).toMatch(/^reeve\./);
    expect(message).toEqual({
      id: 'msg_rcp_1_1',
      type: 'message',
      status: 'completed',
      role: 'assistant',
      content: [
        {
          type: 'output_text',
          text: 'Hello',
          annotations: [{ type: 'url_citation', url: 'https://a.example', title: 'A', start_index: 0, end_index: 5 }],
          logprobs: [{ token: 'é', logprob: -0.5, bytes: [195, 169], top_logprobs: top }],
        },
        { type: 'refusal', refusal: 'but no' },
      ],
    });
    expect(first).toEqual({
      id: 'fc_rcp_1_2',
      type: 'function_call',
      status: 'completed',
      call_id: 'call_1',
      name: 'f',
      arguments: '{"a":1}',
    });
    expect(second).toMatchObject({ name: 'g', arguments: 'not json' });
    expect(second?.call_id).toMatch(/^call_/);
    expect(last).toMatchObject({ type: 'message', content: [{ text: 'after' }] });
  });

  test('what this wire’s own provider encrypted comes out as it came', () => {
    const value = JSON.stringify({ id: 'rs_far', encrypted_content: 'gAAA' });
    const [item] = render([
      { index: 0, type: 'reasoning', text: '', hidden: true, signature: { wire: 'openai-responses', value } },
      END,
    ]).output;
    expect(item).toMatchObject({ id: 'rs_far', type: 'reasoning', summary: [], encrypted_content: 'gAAA' });
  });

  test('the signature of a call follows it as an item that clients send back', () => {
    const signature = { wire: 'google', value: 'sig' };
    const { output } = render([{ index: 0, type: 'tool-call', id: 'c', name: 'f', arguments: '{}', signature }, END]);
    expect(output.map(({ type }) => type)).toEqual(['function_call', 'reasoning']);
    expect(readCallSignature(output[1] ?? {})).toEqual(['c', signature]);
  });

  test.for([
    ['stop', 'completed', null],
    ['tool-calls', 'completed', null],
    ['pause', 'completed', null],
    ['other', 'completed', null],
    ['length', 'incomplete', { reason: 'max_output_tokens' }],
    ['content-filter', 'incomplete', { reason: 'content_filter' }],
    ['refusal', 'incomplete', { reason: 'content_filter' }],
  ] as const)('an answer that ended by %s is %s', ([finishReason, status, details]) => {
    const body = render([TEXT, { index: 0, type: 'end', finishReason }]);
    expect(body).toMatchObject({ status, incomplete_details: details, output: [{ status }] });
  });

  test('a refusal in words is complete', () => {
    const parts: AnswerPart[] = [
      { index: 0, type: 'refusal', text: 'no' },
      { index: 0, type: 'end', finishReason: 'refusal' },
    ];
    expect(render(parts)).toMatchObject({ status: 'completed', output: [{ status: 'completed' }] });
  });

  test('an answer without content', () => {
    expect(render([END])).toMatchObject({ status: 'completed', output: [] });
  });

  test('bytes of this wire pass as they are, those of another do not', () => {
    const bytes = Buffer.from('{"id":"resp_far"}');
    const answer = (wire: string): Answer => ({
      kind: 'chat',
      model: null,
      parts: [TEXT, END],
      usage: USAGE,
      raw: { wire, bytes, contentType: 'application/json' },
    });
    expect(speak().renderAnswer(answer('openai-responses'), USAGE, HEAD)).toBe(bytes);
    expect(String(speak().renderAnswer(answer('openai'), USAGE, HEAD))).toContain('resp_rcp_1');
  });
});

describe('streams', () => {
  test('text: every event in its order', () => {
    const events = stream([
      { type: 'start', model: 'far' },
      { type: 'text-delta', index: 0, text: 'Hel' },
      { type: 'text-delta', index: 0, text: 'lo' },
      { type: 'end', index: 0, finishReason: 'stop' },
      { type: 'usage', usage: USAGE },
      { type: 'closed' },
    ]);
    expect(typesOf(events)).toEqual([
      'created',
      'in_progress',
      'output_item.added',
      'content_part.added',
      'output_text.delta',
      'output_text.delta',
      'output_text.done',
      'content_part.done',
      'output_item.done',
      'completed',
    ]);
    expect(events[0]).toMatchObject({ response: { id: 'resp_rcp_1', status: 'in_progress', output: [], usage: null } });
    expect(events[2]).toMatchObject({ item: { status: 'in_progress', content: [] } });
    expect(events[3]).toMatchObject({ part: { text: '' } });
    expect(events[5]).toMatchObject({ item_id: 'msg_rcp_1_0', output_index: 0, content_index: 0, delta: 'lo' });
    expect(events[6]).toMatchObject({ text: 'Hello', logprobs: [] });
    expect(events.at(-1)).toMatchObject({ response: { status: 'completed', usage: { total_tokens: 17 } } });
    expect(outputOf(events)).toEqual(render([TEXT, END]).output);
  });

  test('reasoning, a refusal and a citation', () => {
    const citation = { url: 'https://a.example', title: null, quote: null, start: null, end: null };
    const events = stream([
      { type: 'reasoning-delta', index: 0, block: 0, text: 'one ' },
      { type: 'reasoning-delta', index: 0, block: 0, text: 'two' },
      { type: 'reasoning-delta', index: 0, block: 0, text: '', signature: { wire: 'anthropic', value: 's' } },
      {
        type: 'reasoning-delta',
        index: 0,
        block: 1,
        text: '',
        hidden: true,
        signature: { wire: 'anthropic', value: 'r' },
      },
      { type: 'text-delta', index: 0, block: 2, text: 'Hello' },
      { type: 'citation', index: 0, citation },
      { type: 'text-delta', index: 0, block: 3, text: ' again' },
      { type: 'refusal-delta', index: 0, text: 'no' },
      { type: 'end', index: 0, finishReason: 'stop' },
    ]);
    expect(typesOf(events).slice(2)).toEqual([
      'output_item.added',
      'reasoning_summary_part.added',
      'reasoning_summary_text.delta',
      'reasoning_summary_text.delta',
      'reasoning_summary_text.done',
      'reasoning_summary_part.done',
      'output_item.done',
      'output_item.added',
      'output_item.done',
      'output_item.added',
      'content_part.added',
      'output_text.delta',
      'output_text.annotation.added',
      'output_text.done',
      'content_part.done',
      'content_part.added',
      'output_text.delta',
      'output_text.done',
      'content_part.done',
      'content_part.added',
      'refusal.delta',
      'refusal.done',
      'content_part.done',
      'output_item.done',
      'completed',
    ]);
    expect(events[8]).toMatchObject({
      item: { summary: [{ text: 'one two' }], encrypted_content: expect.any(String) },
    });
    expect(events.find(({ type }) => type.endsWith('annotation.added'))).toMatchObject({
      output_index: 2,
      content_index: 0,
      annotation_index: 0,
      annotation: { type: 'url_citation', url: 'https://a.example' },
    });
    expect(outputOf(events)).toMatchObject([
      { type: 'reasoning' },
      { type: 'reasoning', summary: [] },
      { type: 'message', content: [{ text: 'Hello' }, { text: ' again' }, { refusal: 'no' }] },
    ]);
  });

  test('pieces of parallel calls may come interleaved', () => {
    const events = stream([
      { type: 'text-delta', index: 0, text: 'Hello' },
      { type: 'tool-call-delta', index: 0, call: 0, id: 'call_a', name: 'f', arguments: '' },
      { type: 'tool-call-delta', index: 0, call: 1, id: 'call_b', name: 'g', arguments: '{"b"' },
      { type: 'tool-call-delta', index: 0, call: 0, arguments: '{"a":1}' },
      { type: 'tool-call-delta', index: 0, call: 1, arguments: ':2}' },
      { type: 'end', index: 0, finishReason: 'tool-calls' },
    ]);
    const pieces = events.filter(({ type }) => type === 'response.function_call_arguments.delta');
    expect(pieces.map((event) => [event.output_index, event.delta])).toEqual([
      [2, '{"b"'],
      [1, '{"a":1}'],
      [2, ':2}'],
    ]);
    const done = events.filter(({ type }) => type === 'response.function_call_arguments.done');
    expect(done.map((event) => [event.output_index, event.arguments])).toEqual([
      [1, '{"a":1}'],
      [2, '{"b":2}'],
    ]);
    expect(outputOf(events)).toEqual(
      render([
        TEXT,
        { index: 0, type: 'tool-call', id: 'call_a', name: 'f', arguments: '{"a":1}' },
        { index: 0, type: 'tool-call', id: 'call_b', name: 'g', arguments: '{"b":2}' },
        END,
      ]).output,
    );
  });

  test('logprobs travel with each piece and with the whole', () => {
    const logprobs = ['Hel', 'lo'].map((token) => ({ token, logprob: -1, bytes: null, top: [] }));
    const events = stream(logprobs.map((one) => ({ type: 'text-delta', index: 0, text: one.token, logprobs: [one] })));
    const tokens = (event: Event | undefined) => (event?.logprobs as { token: string }[]).map(({ token }) => token);
    expect(tokens(events[4])).toEqual(['Hel']);
    expect(tokens(events.find(({ type }) => type === 'response.output_text.done'))).toEqual(['Hel', 'lo']);
  });

  test('an answer cut short is incomplete, and so is its last item', () => {
    const events = stream([
      { type: 'text-delta', index: 0, text: 'Hello' },
      { type: 'tool-call-delta', index: 0, call: 0, id: 'c', name: 'f', arguments: '{"a' },
      { type: 'end', index: 0, finishReason: 'length' },
    ]);
    expect(events.at(-1)).toMatchObject({
      type: 'response.incomplete',
      response: {
        status: 'incomplete',
        incomplete_details: { reason: 'max_output_tokens' },
        output: [{ status: 'completed' }, { status: 'incomplete', arguments: '{"a' }],
      },
    });
  });

  test('what comes behind the end is still part of it; other choices are not', () => {
    const events = stream([
      { type: 'end', index: 0, finishReason: 'stop' },
      { type: 'text-delta', index: 0, text: 'Hello' },
      { type: 'text-delta', index: 1, text: 'other' },
      { type: 'end', index: 1, finishReason: 'length' },
    ]);
    expect(outputOf(events)).toEqual(render([TEXT, END]).output);
  });

  test('an error takes the next number, and nothing closes behind it', () => {
    const voice = speak({ stream: true });
    const before = parse(String(voice.renderFrame({ events: [{ type: 'text-delta', index: 0, text: 'x' }] }, HEAD)));
    const error = voice.renderErrorFrame(new AppError('upstream_failed', { message: 'it broke' }));
    expect(parse(error)).toEqual([
      {
        type: 'error',
        sequence_number: before.length,
        code: 'upstream_failed',
        message: 'it broke',
        param: null,
        error: { type: 'server_error', code: 'upstream_failed', message: 'it broke', param: null },
      },
    ]);
    expect(voice.closingFrame()).toBe('');
  });
});

describe('streams of this wire', () => {
  const wire = 'openai-responses';
  const bytes = Buffer.from('event: x\ndata: {"type":"x","sequence_number":41}\n\n');
  const frame: AnswerFrame = { raw: { wire, bytes }, events: [{ type: 'text-delta', index: 0, text: 'x' }] };
  const closing = Buffer.from('event: response.completed\ndata: {}\n\n');
  const held: AnswerFrame = {
    events: [
      { type: 'usage', usage: USAGE },
      { type: 'closed', raw: { wire, bytes: closing } },
    ],
  };

  test('pass as they are, with their own closing frame', () => {
    const voice = speak({ stream: true });
    expect(voice.renderFrame(frame, HEAD)).toBe(bytes);
    expect(voice.renderFrame(held, HEAD)).toBe('');
    expect(voice.renderEnd(USAGE, HEAD)).toBe('');
    expect(voice.closingFrame()).toBe(closing);
  });

  test('an error goes on counting where the provider stopped', () => {
    const voice = speak({ stream: true });
    voice.renderFrame(frame, HEAD);
    expect(parse(voice.renderErrorFrame(new AppError('upstream_failed')))).toMatchObject([{ sequence_number: 42 }]);
  });

  test('frames of another wire are rendered', () => {
    const foreign = { ...frame, raw: { wire: 'openai', bytes } };
    expect(parse(String(speak({ stream: true }).renderFrame(foreign, HEAD))).at(-1)).toMatchObject({ delta: 'x' });
  });
});
