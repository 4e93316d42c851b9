import type { AnswerFrame } from '@reeve/contracts';
import { describe, expect, test } from 'vitest';
import { AppError } from '#kernel';
import {
  END,
  HEAD,
  outputOf,
  parse,
  render,
  speak,
  stream,
  TEXT,
  typesOf,
  USAGE,
  type Event,
} from './voice.testing.ts';

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
    const events = stream(
      [
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
      ],
      { store: false },
    );
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
    const tokens = (event: Event | undefined) => {
      const found = event?.logprobs as { token: string }[] | undefined;
      return found?.map(({ token }) => token);
    };
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
