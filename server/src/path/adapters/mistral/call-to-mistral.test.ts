import type { Call, CallParams, Part } from '@reeve/contracts';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../platform/clock/system-clock.ts';
import { findUncarried } from '../find-uncarried.ts';
import { replayReads } from '../upstream-testing.ts';
import { callToMistral } from './call-to-mistral.ts';
import { createMistralAdapter } from './index.ts';
import { callOf, provider } from './mistral.fixtures.ts';

function send(fields: Partial<Call>, modelId = 'mistral-small-latest'): unknown {
  const bytes = callToMistral(callOf(fields), modelId);
  return bytes === null ? null : JSON.parse(Buffer.from(bytes).toString('utf8'));
}

const adapter = createMistralAdapter({ httpClient: replayReads([]), clock: systemClock });
const lost = (fields: Partial<Call>): string[] => findUncarried(adapter, callOf(fields), provider);

const user = { turn: 1, role: 'user' } as const;
const assistant = { turn: 2, role: 'assistant' } as const;

describe('a conversation', () => {
  it('becomes messages with all their parts', () => {
    const parts: Part[] = [
      { type: 'text', turn: 0, role: 'system', text: 'Be brief.' },
      { type: 'text', ...user, text: 'Look:' },
      { type: 'image', ...user, url: 'data:image/png;base64,AA', detail: 'low' },
      { type: 'audio', ...user, data: 'AA', format: 'wav' },
      { type: 'file', ...user, filename: 'a.pdf', data: 'AA' },
      { type: 'file', ...user, url: 'https://example.com/b.pdf' },
      { type: 'file', ...user, data: 'data:text/plain;base64,AA' },
      { type: 'file', ...user, fileId: '0d3f' },
      { type: 'reasoning', ...assistant, text: 'hm' },
      { type: 'text', ...assistant, text: 'Let me see.' },
      { type: 'tool-call', ...assistant, id: 'D681PevKs', name: 'look', arguments: '{}' },
      { type: 'tool-result', turn: 3, role: 'tool', id: 'D681PevKs', content: [{ type: 'text', text: '42' }] },
      { type: 'refusal', turn: 4, role: 'assistant', text: 'No.' },
      { type: 'text', turn: 5, role: 'user', text: 'And?' },
    ];
    expect(send({ parts })).toEqual({
      model: 'mistral-small-latest',
      messages: [
        { role: 'system', content: 'Be brief.' },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'Look:' },
            { type: 'image_url', image_url: { url: 'data:image/png;base64,AA', detail: 'low' } },
            { type: 'input_audio', input_audio: 'AA' },
            { type: 'document_url', document_url: 'data:application/pdf;base64,AA', document_name: 'a.pdf' },
            { type: 'document_url', document_url: 'https://example.com/b.pdf' },
            { type: 'document_url', document_url: 'data:text/plain;base64,AA' },
            { type: 'file', file_id: '0d3f' },
          ],
        },
        {
          role: 'assistant',
          content: [
            { type: 'thinking', thinking: [{ type: 'text', text: 'hm' }] },
            { type: 'text', text: 'Let me see.' },
          ],
          tool_calls: [{ id: 'D681PevKs', type: 'function', function: { name: 'look', arguments: '{}' } }],
        },
        { role: 'tool', tool_call_id: 'D681PevKs', content: '42' },
        { role: 'assistant', content: 'No.' },
        { role: 'user', content: 'And?' },
      ],
    });
    expect(lost({ parts })).toEqual([]);
  });

  it('puts results before what else the turn says, pictures and all', () => {
    const image = { type: 'image', url: 'https://example.com/a.png' } as const;
    const parts: Part[] = [
      { type: 'text', ...user, text: 'And?' },
      { type: 'tool-result', ...user, id: 'D681PevKs', content: [{ type: 'text', text: 'See:' }, image] },
      { type: 'tool-result', ...user, id: 'D681PevKt', content: [] },
    ];
    expect(send({ parts })).toMatchObject({
      messages: [
        { role: 'tool', content: [{ type: 'text' }, { type: 'image_url', image_url: { url: image.url } }] },
        { role: 'tool', content: '' },
        { role: 'assistant', content: 'OK.' },
        { role: 'user', content: 'And?' },
      ],
    });
    expect(lost({ parts })).toEqual([]);
  });

  it('gives foreign tool ids the form that Mistral takes, the same for a call and its result', () => {
    const ids = (id: string): unknown[] => {
      const parts: Part[] = [
        { type: 'tool-call', ...assistant, id, name: 'look', arguments: 'not JSON' },
        { type: 'tool-result', turn: 3, role: 'tool', id, content: [] },
      ];
      const text = JSON.stringify(send({ parts }));
      expect(text).toContain('"arguments":"not JSON"');
      return [/"tool_calls":\[\{"id":"(.*?)"/.exec(text)?.[1], /"tool_call_id":"(.*?)"/.exec(text)?.[1]];
    };
    expect(ids('D681PevKs')).toEqual(['D681PevKs', 'D681PevKs']);
    const [called, answered] = ids('toolu_01A09q90qw90lq917835lq9');
    expect(called).toMatch(/^[a-zA-Z0-9]{9}$/);
    expect(answered).toBe(called);
    expect(ids('toolu_01A09q90qw90lq917835lq9')).toEqual([called, answered]);
    expect(ids('toolu_01A09q90qw90lq917835lq8')).not.toContain(called);
  });

  it('has an answer that the caller began taken up', () => {
    const begun: Part = { type: 'text', ...assistant, text: '{' };
    expect(send({ parts: [{ type: 'text', ...user, text: 'q' }, begun] })).toMatchObject({
      messages: [{ role: 'user' }, { role: 'assistant', content: '{', prefix: true }],
    });
    const called: Part = { type: 'tool-call', ...assistant, id: 'D681PevKs', name: 'look', arguments: '{}' };
    expect(send({ parts: [called] })).not.toHaveProperty('messages.0.prefix');
  });

  it('leaves out the thoughts that another provider signed or hid', () => {
    const parts: Part[] = [
      { type: 'reasoning', ...assistant, text: 'signed', signature: { wire: 'anthropic', value: 'x' } },
      { type: 'reasoning', ...assistant, text: '', hidden: true },
      { type: 'text', ...assistant, text: 'Yes.' },
      { type: 'text', turn: 3, role: 'user', text: 'Why?' },
    ];
    expect(send({ parts })).toMatchObject({ messages: [{ content: 'Yes.' }, { content: 'Why?' }] });
  });

  it('is not sent without a part that this wire does not know', () => {
    expect(send({ parts: [{ type: 'other', ...user, name: 'search_result', value: {} }] })).toBeNull();
    expect(send({ parts: [{ type: 'file', ...user, filename: 'a.pdf' }] })).toBeNull();
  });
});

describe('settings', () => {
  it('go under Mistral’s names', () => {
    const tool = { name: 'look', description: 'd', parameters: { type: 'object' }, strict: true };
    const params: CallParams = {
      maxOutputTokens: 9,
      temperature: 0,
      topP: 0.5,
      stop: ['x'],
      seed: 3,
      choices: 2,
      frequencyPenalty: 0.5,
      presencePenalty: -1,
      tools: [tool, { name: 'bare', cache: '5m' }],
      toolChoice: { name: 'look' },
      parallelToolCalls: false,
      responseFormat: { type: 'json-schema', name: 'n', schema: {}, strict: true, description: 's' },
      endUser: 'u',
      streamUsage: true,
    };
    const { messages: _messages, ...rest } = send({ params, stream: true }) as Record<string, unknown>;
    expect(rest).toEqual({
      model: 'mistral-small-latest',
      max_tokens: 9,
      temperature: 0,
      top_p: 0.5,
      stop: ['x'],
      random_seed: 3,
      n: 2,
      frequency_penalty: 0.5,
      presence_penalty: -1,
      tools: [
        { type: 'function', function: tool },
        { type: 'function', function: { name: 'bare', parameters: { type: 'object', properties: {} } } },
      ],
      tool_choice: { type: 'function', function: { name: 'look' } },
      parallel_tool_calls: false,
      response_format: { type: 'json_schema', json_schema: { name: 'n', schema: {}, strict: true, description: 's' } },
      stream: true,
    });
    expect(lost({ params, stream: true })).toEqual([]);
  });

  it.each([
    [{ toolChoice: 'required' }, { tool_choice: 'any' }],
    [{ toolChoice: 'none' }, { tool_choice: 'none' }],
    [{ responseFormat: { type: 'json' } }, { response_format: { type: 'json_object' } }],
    [{ responseFormat: { type: 'text' } }, { response_format: { type: 'text' } }],
    [{ reasoning: { effort: 'low' } }, { reasoning_effort: 'high' }],
    [{ reasoning: { budgetTokens: 1_024 } }, { reasoning_effort: 'high' }],
  ] as const)('%j becomes %j', (params, expected) => {
    expect(send({ params })).toMatchObject(expected);
  });

  it.each([{ effort: 'none' }, { effort: 'minimal' }, { budgetTokens: 0 }, { visible: true }] as const)(
    'asks for no thinking at %j',
    (reasoning) => {
      expect(Object.keys(send({ params: { reasoning } }) as object)).toEqual(['model', 'messages']);
    },
  );

  it('asks models that always think by their prompt', () => {
    const body = send({ params: { reasoning: { effort: 'high' } } }, 'magistral-medium-latest');
    expect(body).toMatchObject({ prompt_mode: 'reasoning' });
    expect(body).not.toHaveProperty('reasoning_effort');
  });

  it('carries Mistral’s own fields and no other', () => {
    const extensions = { safe_prompt: true, prompt_mode: null, store: false, service_tier: 'auto', random_seed: 1 };
    const { messages: _messages, ...rest } = send({ extensions }) as Record<string, unknown>;
    expect(rest).toEqual({ model: 'mistral-small-latest', safe_prompt: true, random_seed: 1 });
    expect(lost({ extensions })).toEqual([]);
    expect(lost({ extensions: { web_search_options: {} } })).toEqual(['web_search_options']);
  });

  it('names what Mistral would lose', () => {
    const params: CallParams = { topK: 5, logprobs: { top: 1 }, logitBias: { 1: 1 } };
    expect(lost({ params })).toEqual(['top_k', 'logprobs', 'logit_bias']);
    expect(lost({ kind: 'embedding', params: { inputType: 'query' } })).toEqual(['input_type']);
    expect(lost({ kind: 'rerank' })).toEqual(['calls of kind "rerank"']);
  });
});

describe('other kinds', () => {
  const parts: Part[] = [
    { type: 'text', turn: 0, role: 'user', text: 'a' },
    { type: 'text', turn: 1, role: 'user', text: 'b' },
  ];

  it('embeds texts', () => {
    expect(send({ kind: 'embedding', parts, params: { dimensions: 8 } }, 'mistral-embed')).toEqual({
      model: 'mistral-embed',
      input: ['a', 'b'],
      output_dimension: 8,
    });
  });

  it('moderates texts', () => {
    expect(send({ kind: 'moderation', parts }, 'mistral-moderation-latest')).toEqual({
      model: 'mistral-moderation-latest',
      input: ['a', 'b'],
    });
  });
});
