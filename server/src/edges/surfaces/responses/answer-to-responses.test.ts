import type { Answer, AnswerPart } from '@reeve/contracts';
import { describe, expect, test } from 'vitest';
import { END, HEAD, render, speak, TEXT, USAGE } from './voice.testing.ts';

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
    const parts: AnswerPart[] = [
      { index: 0, type: 'reasoning', text: 'hm', signature: { wire: 'anthropic', value: 's' } },
      { ...TEXT, logprobs: [{ token: 'é', logprob: -0.5, bytes: null, top }], citations: [citation] },
      { index: 0, type: 'refusal', text: 'but no' },
      { index: 0, type: 'tool-call', id: 'call_1', name: 'f', arguments: '{"a":1}' },
      { index: 0, type: 'tool-call', id: '', name: 'g', arguments: 'not json' },
      { index: 0, type: 'text', text: 'after' },
      { index: 1, type: 'text', text: 'of another choice' },
      END,
    ];
    const body = render(parts, { store: false });
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
    const said: AnswerPart = {
      index: 0,
      type: 'reasoning',
      text: '',
      hidden: true,
      signature: { wire: 'openai-responses', value },
    };
    const [item] = render([said, END], { include: ['reasoning.encrypted_content'] }).output;
    expect(item).toMatchObject({ id: 'rs_far', type: 'reasoning', summary: [], encrypted_content: 'gAAA' });
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
