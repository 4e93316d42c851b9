import type { Call, CallParams, Part } from '@reeve/contracts';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../platform/clock/system-clock.ts';
import { findUncarried } from '../find-uncarried.ts';
import { replayReads } from '../upstream-testing.ts';
import { callToCohere } from './call-to-cohere.ts';
import { callOf, provider } from './cohere.fixtures.ts';
import { createCohereAdapter } from './index.ts';

function send(fields: Partial<Call>, modelId = 'command-a-03-2025'): unknown {
  const written = callToCohere(callOf(fields), modelId);
  return written.type === 'unsupported' ? written : JSON.parse(Buffer.from(written.body).toString('utf8'));
}

const adapter = createCohereAdapter({ httpClient: replayReads([]), clock: systemClock });
const lost = (fields: Partial<Call>): string[] => findUncarried(adapter, callOf(fields), provider);

const user = { turn: 1, role: 'user' } as const;
const assistant = { turn: 2, role: 'assistant' } as const;
const plan = { wire: 'cohere', value: 'tool_plan' };

describe('a conversation', () => {
  it('becomes messages with all their parts', () => {
    const parts: Part[] = [
      { type: 'text', turn: 0, role: 'system', text: 'Be brief.' },
      { type: 'text', ...user, text: 'Look:' },
      { type: 'image', ...user, url: 'data:image/png;base64,AA', detail: 'low' },
      { type: 'reasoning', ...assistant, text: 'hm' },
      { type: 'reasoning', ...assistant, text: 'I will look.', signature: plan },
      { type: 'text', ...assistant, text: 'Let me see.' },
      { type: 'tool-call', ...assistant, id: 'call_1', name: 'look', arguments: '{}' },
      { type: 'text', turn: 3, role: 'user', text: 'And?' },
      { type: 'tool-result', turn: 3, role: 'user', id: 'call_1', content: [{ type: 'text', text: '42' }] },
      { type: 'reasoning', turn: 4, role: 'assistant', text: 'So.' },
      { type: 'text', turn: 4, role: 'assistant', text: '42.' },
    ];
    expect(send({ parts })).toEqual({
      model: 'command-a-03-2025',
      stream: false,
      messages: [
        { role: 'system', content: 'Be brief.' },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'Look:' },
            { type: 'image_url', image_url: { url: 'data:image/png;base64,AA', detail: 'low' } },
          ],
        },
        {
          role: 'assistant',
          content: [{ type: 'thinking', thinking: 'hm' }],
          tool_plan: 'I will look.\nLet me see.',
          tool_calls: [{ id: 'call_1', type: 'function', function: { name: 'look', arguments: '{}' } }],
        },
        { role: 'tool', tool_call_id: 'call_1', content: '42' },
        { role: 'user', content: 'And?' },
        {
          role: 'assistant',
          content: [
            { type: 'thinking', thinking: 'So.' },
            { type: 'text', text: '42.' },
          ],
        },
      ],
    });
    expect(lost({ parts })).toEqual([]);
  });

  it('leaves out the thoughts that another provider signed or hid', () => {
    const parts: Part[] = [
      { type: 'reasoning', ...assistant, text: 'signed', signature: { wire: 'anthropic', value: 'x' } },
      { type: 'reasoning', ...assistant, text: '', hidden: true },
      { type: 'tool-call', ...assistant, id: 'call_1', name: 'look', arguments: 'not JSON' },
      { type: 'reasoning', turn: 3, role: 'assistant', text: '', hidden: true },
    ];
    const tool = { name: 'look', arguments: 'not JSON' };
    expect(send({ parts })).toMatchObject({
      messages: [{ role: 'assistant', tool_calls: [{ id: 'call_1', type: 'function', function: tool }] }],
    });
    expect(send({ parts })).not.toHaveProperty('messages.0.content');
    expect(send({ parts })).not.toHaveProperty('messages.1');
  });

  it('is not sent without a part that this wire does not know', () => {
    const reason = 'The request holds a part that Cohere cannot take.';
    const parts: Part[] = [{ type: 'other', ...user, name: 'search_result', value: {} }];
    expect(send({ parts })).toEqual({ type: 'unsupported', reason });
    expect(
      lost({
        parts: [
          { type: 'audio', ...user, data: 'AA', format: 'wav' },
          { type: 'file', ...user, data: 'AA' },
          { type: 'tool-result', ...user, id: 'c', content: [{ type: 'image', url: 'https://example.com/a.png' }] },
        ],
      }),
    ).toEqual(['audio', 'files', 'images_in_tool_results']);
  });
});

describe('settings', () => {
  it('go under Cohere’s names', () => {
    const params: CallParams = {
      maxOutputTokens: 9,
      temperature: 0,
      topP: 0.5,
      topK: 4,
      stop: ['x'],
      seed: 3,
      frequencyPenalty: 0.5,
      presencePenalty: 0.25,
      logprobs: { top: 0 },
      tools: [{ name: 'look', description: 'd', parameters: { type: 'object' }, strict: true }, { name: 'bare' }],
      toolChoice: 'required',
      responseFormat: { type: 'json-schema', name: 'n', schema: { type: 'object' }, strict: true },
      reasoning: { budgetTokens: 700 },
      endUser: 'u',
      streamUsage: true,
    };
    const { messages: _messages, ...rest } = send({ params, stream: true }) as Record<string, unknown>;
    expect(rest).toEqual({
      model: 'command-a-03-2025',
      stream: true,
      max_tokens: 9,
      temperature: 0,
      p: 0.5,
      k: 4,
      stop_sequences: ['x'],
      seed: 3,
      frequency_penalty: 0.5,
      presence_penalty: 0.25,
      logprobs: true,
      tools: [
        { type: 'function', function: { name: 'look', description: 'd', parameters: { type: 'object' } } },
        { type: 'function', function: { name: 'bare', parameters: { type: 'object', properties: {} } } },
      ],
      strict_tools: true,
      tool_choice: 'REQUIRED',
      response_format: { type: 'json_object', json_schema: { type: 'object' } },
      thinking: { type: 'enabled', token_budget: 700 },
    });
    expect(lost({ params, stream: true })).toEqual([]);
  });

  it.each([
    [{ responseFormat: { type: 'json' } }, { response_format: { type: 'json_object' } }],
    [{ reasoning: { effort: 'low' } }, { thinking: { type: 'enabled', token_budget: 2_048 } }],
    [{ reasoning: { effort: 'high' } }, { thinking: { type: 'enabled' } }],
    [{ reasoning: { effort: 'low', budgetTokens: 9 } }, { thinking: { type: 'enabled', token_budget: 9 } }],
    [{ reasoning: { effort: 'none' } }, { thinking: { type: 'disabled' } }],
    [{ tools: [{ name: 'a' }], toolChoice: 'none' }, { tool_choice: 'NONE' }],
  ] as const)('%j becomes %j', (params, expected) => {
    const {
      messages: _messages,
      model: _model,
      stream: _stream,
      tools: _tools,
      ...rest
    } = send({ params }) as Record<string, unknown>;
    expect(rest).toEqual(expected);
  });

  it('offers a tool that must be used alone', () => {
    const body = send({ params: { tools: [{ name: 'a', strict: true }, { name: 'b' }], toolChoice: { name: 'b' } } });
    expect(body).toMatchObject({ tools: [{ function: { name: 'b' } }], tool_choice: 'REQUIRED' });
    expect(body).toHaveProperty('tools.length', 1);
    expect(body).not.toHaveProperty('strict_tools');
  });

  it('asks for nothing that the caller did not', () => {
    const params: CallParams = { responseFormat: { type: 'text' }, reasoning: { visible: true }, toolChoice: 'auto' };
    expect(Object.keys(send({ params }) as object)).toEqual(['messages', 'stream', 'model']);
  });

  it('carries Cohere’s own fields, each where Cohere takes it', () => {
    const extensions = { documents: ['d'], safety_mode: 'STRICT', citation_options: { mode: 'OFF' }, store: false };
    const { messages: _messages, ...rest } = send({ extensions }) as Record<string, unknown>;
    expect(rest).toMatchObject({ documents: ['d'], safety_mode: 'STRICT', citation_options: { mode: 'OFF' } });
    expect(rest).not.toHaveProperty('store');
    expect(lost({ extensions })).toEqual([]);
    expect(lost({ extensions: { connectors: [{ id: 'web-search' }] } })).toEqual(['connectors']);
    const reason = 'Cohere takes no "documents" in calls of kind "embedding".';
    expect(send({ kind: 'embedding', extensions })).toEqual({ type: 'unsupported', reason });
    expect(send({ kind: 'embedding', extensions: { documents: null, truncate: 'END' } })).toMatchObject({
      truncate: 'END',
    });
  });

  it('names what Cohere would lose', () => {
    const params: CallParams = { choices: 2, logitBias: { 1: 1 } };
    expect(lost({ params })).toEqual(['choices', 'logit_bias']);
    expect(send({ params: { logprobs: { top: 2 } } })).toMatchObject({ type: 'unsupported' });
    expect(lost({ kind: 'moderation' })).toEqual(['calls of kind "moderation"']);
  });
});

describe('other kinds', () => {
  const parts: Part[] = [
    { type: 'text', turn: 0, role: 'user', text: 'a' },
    { type: 'text', turn: 1, role: 'user', text: 'b' },
    { type: 'text', turn: 2, role: 'user', text: '' },
  ];

  it.each([
    [undefined, 'search_document'],
    ['document', 'search_document'],
    ['query', 'search_query'],
    ['classification', 'classification'],
    ['clustering', 'clustering'],
  ] as const)('embeds texts for %s as %s', (inputType, expected) => {
    const params: CallParams = { dimensions: 256, ...(inputType === undefined ? {} : { inputType }) };
    expect(send({ kind: 'embedding', parts, params }, 'embed-v4.0')).toEqual({
      model: 'embed-v4.0',
      texts: ['a', 'b', ''],
      input_type: expected,
      embedding_types: ['float'],
      output_dimension: 256,
    });
    expect(lost({ kind: 'embedding', parts, params })).toEqual([]);
  });

  it('ranks the documents behind the query', () => {
    const fields: Partial<Call> = {
      kind: 'rerank',
      parts,
      params: { topN: 1 },
      extensions: { max_tokens_per_doc: 99 },
    };
    expect(send(fields, 'rerank-v3.5')).toEqual({
      model: 'rerank-v3.5',
      query: 'a',
      documents: ['b', ''],
      top_n: 1,
      max_tokens_per_doc: 99,
    });
    expect(lost(fields)).toEqual([]);
  });
});
