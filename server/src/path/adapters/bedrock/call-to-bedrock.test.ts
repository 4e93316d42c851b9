import { describe, expect, it } from 'vitest';
import type { Call, CallParams, MediaPart, Part } from '@reeve/contracts';
import { callToBedrock } from './call-to-bedrock.ts';
import { makeCall, MODEL } from './bedrock.fixtures.ts';

function read(call: Call, modelId = MODEL) {
  const request = callToBedrock(call, modelId);
  if ('type' in request) throw new Error(request.failure.message);
  return { action: request.action, body: JSON.parse(Buffer.from(request.body).toString()) };
}
const bodyOf = (params: CallParams, rest: Partial<Call> = {}, modelId = MODEL) =>
  read(makeCall(undefined, params, rest), modelId).body;
const messagesOf = (...parts: Part[]) => read(makeCall(parts)).body.messages;
function refusalOf(call: Call, modelId = MODEL): string {
  const request = callToBedrock(call, modelId);
  if (!('type' in request)) throw new Error('it was taken');
  expect(request.failure.kind).toBe('unsupported');
  return request.failure.message;
}

const text = (turn: number, role: Part['role'], said: string): Part => ({ type: 'text', turn, role, text: said });
const PNG = 'data:image/png;base64,iVBORw0KGgo=';
const PDF = 'JVBERi0xLjQ=';

describe('messages', () => {
  it('alternate, with the system apart and results of tools first', () => {
    const parts: Part[] = [
      text(0, 'system', 'Be short.'),
      text(1, 'user', 'Look.'),
      { type: 'image', turn: 1, role: 'user', url: PNG, detail: 'low' },
      text(2, 'assistant', 'I look.'),
      { type: 'tool-call', turn: 2, role: 'assistant', id: 'c1', name: 'look', arguments: '{"at":1}' },
      { type: 'tool-call', turn: 2, role: 'assistant', id: 'c2', name: 'now', arguments: '' },
      text(3, 'user', 'Well?'),
      { type: 'tool-result', turn: 4, role: 'tool', id: 'c1', content: [{ type: 'text', text: '42' }] },
      { type: 'tool-result', turn: 5, role: 'tool', id: 'c2', content: [], isError: true },
      text(6, 'system', 'Really.'),
    ];
    const { body } = read(makeCall(parts));
    expect(body.system).toEqual([{ text: 'Be short.' }, { text: 'Really.' }]);
    expect(body.messages).toEqual([
      { role: 'user', content: [{ text: 'Look.' }, { image: { format: 'png', source: { bytes: 'iVBORw0KGgo=' } } }] },
      {
        role: 'assistant',
        content: [
          { text: 'I look.' },
          { toolUse: { toolUseId: 'c1', name: 'look', input: { at: 1 } } },
          { toolUse: { toolUseId: 'c2', name: 'now', input: {} } },
        ],
      },
      {
        role: 'user',
        content: [
          { toolResult: { toolUseId: 'c1', content: [{ text: '42' }] } },
          { toolResult: { toolUseId: 'c2', content: [], status: 'error' } },
          { text: 'Well?' },
        ],
      },
    ]);
  });

  it('give thoughts back only with a signature of this wire', () => {
    const base = { type: 'reasoning', turn: 0, role: 'assistant' } as const;
    const [opening, message] = messagesOf(
      { ...base, text: 'hm', signature: { wire: 'bedrock', value: 'sig' } },
      { ...base, text: '', hidden: true, signature: { wire: 'bedrock', value: 'cmVk' } },
      { ...base, text: 'other', signature: { wire: 'google', value: 'x' } },
      { ...base, text: 'bare' },
      text(0, 'assistant', ''),
      { type: 'refusal', turn: 0, role: 'assistant', text: 'No.' },
    );
    expect(opening).toEqual({ role: 'user', content: [{ text: 'Hello.' }] });
    expect(message.content).toEqual([
      { reasoningContent: { reasoningText: { text: 'hm', signature: 'sig' } } },
      { reasoningContent: { redactedContent: 'cmVk' } },
      { text: 'No.' },
    ]);
  });

  it('mark what is worth caching, in the system, in messages and behind tools', () => {
    const parts: Part[] = [
      { ...text(0, 'system', 'Long.'), cache: '1h' },
      text(1, 'user', 'Before.'),
      { type: 'tool-result', turn: 1, role: 'tool', id: 'c', content: [{ type: 'text', text: 'r' }], cache: '5m' },
    ];
    const { body } = read(makeCall(parts, { tools: [{ name: 'look', cache: '5m' }] }));
    const point = { cachePoint: { type: 'default' } };
    expect(body.system).toEqual([{ text: 'Long.' }, { cachePoint: { type: 'default', ttl: '1h' } }]);
    expect(body.messages[0].content).toEqual([
      { toolResult: { toolUseId: 'c', content: [{ text: 'r' }] } },
      point,
      { text: 'Before.' },
    ]);
    expect(body.toolConfig.tools[1]).toEqual(point);
  });

  it.each<[Partial<Extract<MediaPart, { type: 'file' }>>, object]>([
    [
      { data: PDF, filename: 'A & B: (plan).pdf' },
      { format: 'pdf', name: 'A B (plan) 1', source: { bytes: PDF } },
    ],
    [{ data: `data:application/pdf;base64,${PDF}` }, { format: 'pdf', name: 'document 1', source: { bytes: PDF } }],
    [{ url: 'data:text/markdown;base64,IyBh' }, { format: 'md', name: 'document 1', source: { bytes: 'IyBh' } }],
    [
      { data: 'data:text/plain,a', filename: 'x.csv' },
      { format: 'csv', name: 'x 1', source: { bytes: 'YQ==' } },
    ],
    [
      { data: 'UEsDBA==', filename: 'x.docx' },
      { format: 'docx', name: 'x 1', source: { bytes: 'UEsDBA==' } },
    ],
  ])('hold the file %j', (file, document) => {
    expect(messagesOf({ type: 'file', turn: 0, role: 'user', ...file })[0].content).toEqual([{ document }]);
  });

  it('hold media in results of tools, and images that come as files', () => {
    const content: MediaPart[] = [
      { type: 'image', url: 'data:image/jpeg;base64,/9j/' },
      { type: 'file', data: 'data:image/webp;base64,UklG' },
    ];
    expect(messagesOf({ type: 'tool-result', turn: 0, role: 'tool', id: 'c', content })[0].content).toEqual([
      {
        toolResult: {
          toolUseId: 'c',
          content: [
            { image: { format: 'jpeg', source: { bytes: '/9j/' } } },
            { image: { format: 'webp', source: { bytes: 'UklG' } } },
          ],
        },
      },
    ]);
  });
});

describe('settings', () => {
  it('stand under the names of this wire', () => {
    const params: CallParams = {
      maxOutputTokens: 9,
      temperature: 1,
      topP: 0.5,
      topK: 7,
      stop: ['x'],
      tools: [{ name: 'look', description: 'Looks.', parameters: { type: 'object' }, strict: true }, { name: 'now' }],
      toolChoice: { name: 'look' },
      responseFormat: { type: 'json-schema', name: 's', description: 'd', schema: { type: 'object' }, strict: true },
    };
    const { action, body } = read(makeCall(undefined, params));
    const closed = { type: 'object', additionalProperties: false };
    expect(action).toBe('converse');
    expect(body).toEqual({
      messages: [{ role: 'user', content: [{ text: 'How long is a stick?' }] }],
      inferenceConfig: { maxTokens: 9, topP: 0.5, stopSequences: ['x'] },
      toolConfig: {
        tools: [
          {
            toolSpec: { name: 'look', description: 'Looks.', inputSchema: { json: closed }, strict: true },
          },
          { toolSpec: { name: 'now', inputSchema: { json: { type: 'object', properties: {} } } } },
        ],
        toolChoice: { tool: { name: 'look' } },
      },
      outputConfig: {
        textFormat: {
          type: 'json_schema',
          structure: { jsonSchema: { name: 's', description: 'd', schema: JSON.stringify(closed) } },
        },
      },
      additionalModelRequestFields: { top_k: 7 },
      additionalModelResponseFieldPaths: ['/stop_sequence'],
    });
  });

  it('that are absent send nothing', () => {
    expect(Object.keys(bodyOf({}))).toEqual(['messages']);
    expect(Object.keys(bodyOf({ tools: [{ name: 'look' }], toolChoice: 'none' }))).toEqual(['messages']);
  });

  it.each<[CallParams['toolChoice'], object | undefined]>([
    ['auto', { auto: {} }],
    ['required', { any: {} }],
    [undefined, undefined],
  ])('choose tools: %j', (toolChoice, expected) => {
    const params = { tools: [{ name: 'look' }], ...(toolChoice === undefined ? {} : { toolChoice }) };
    expect(bodyOf(params).toolConfig.toolChoice).toEqual(expected);
  });

  it('of the provider itself travel as extensions', () => {
    const extensions = {
      guardrail_config: { guardrailIdentifier: 'g', guardrailVersion: '1' },
      request_metadata: { team: 'a' },
      performance_config: { latency: 'optimized' },
      additional_model_request_fields: { anthropic_beta: ['b'] },
      metadata: { ignored: true },
    };
    expect(bodyOf({ topK: 3 }, { extensions })).toMatchObject({
      guardrailConfig: { guardrailIdentifier: 'g', guardrailVersion: '1' },
      requestMetadata: { team: 'a' },
      performanceConfig: { latency: 'optimized' },
      additionalModelRequestFields: { top_k: 3, anthropic_beta: ['b'] },
    });
  });

  it('choose the action', () => {
    expect(read(makeCall(undefined, {}, { stream: true })).action).toBe('converse-stream');
    const count = read(makeCall(undefined, { temperature: 1, tools: [{ name: 'look' }] }, { kind: 'count' }));
    expect(count.action).toBe('count-tokens');
    expect(Object.keys(count.body.input.converse)).toEqual(['messages', 'toolConfig']);
  });
});

describe('settings of the model', () => {
  const fieldsOf = (params: CallParams, modelId: string) => bodyOf(params, {}, modelId).additionalModelRequestFields;

  it.each<[CallParams, string, object | undefined]>([
    [{ topK: 5 }, 'amazon.nova-pro-v1:0', { inferenceConfig: { topK: 5 } }],
    [{ topK: 5 }, 'cohere.command-r-v1:0', { k: 5 }],
    [{ topK: 5 }, 'mistral.mistral-large-2402-v1:0', { top_k: 5 }],
    [{ reasoning: { effort: 'high' } }, MODEL, { thinking: { type: 'enabled', budget_tokens: 16_384 } }],
    [{ reasoning: { visible: true } }, MODEL, { thinking: { type: 'enabled', budget_tokens: 8_192 } }],
    [{ reasoning: { budgetTokens: 4_000 } }, MODEL, { thinking: { type: 'enabled', budget_tokens: 4_000 } }],
    [
      { reasoning: { effort: 'high' }, maxOutputTokens: 4_000 },
      MODEL,
      { thinking: { type: 'enabled', budget_tokens: 3_200 } },
    ],
    [
      { reasoning: { effort: 'minimal' } },
      'anthropic.claude-opus-4-6-v1',
      { thinking: { type: 'adaptive' }, output_config: { effort: 'low' } },
    ],
    [{ reasoning: {} }, 'anthropic.claude-sonnet-5-v1', { thinking: { type: 'adaptive' } }],
    [
      { reasoning: { effort: 'max' } },
      'us.amazon.nova-2-lite-v1:0',
      { reasoningConfig: { type: 'enabled', maxReasoningEffort: 'high' } },
    ],
    [{ reasoning: { effort: 'minimal' } }, 'openai.gpt-oss-120b-1:0', { reasoning_effort: 'low' }],
    [{ reasoning: { effort: 'none' } }, MODEL, undefined],
  ])('%j for %s', (params, modelId, expected) => {
    expect(fieldsOf(params, modelId)).toEqual(expected);
  });
});

it('goes on without a budget for thinking after tools whose thought is not there', () => {
  const said = { turn: 1, role: 'assistant' } as const;
  const call: Part = { ...said, type: 'tool-call', id: 'c', name: 'look', arguments: '{}' };
  const result: Part = { turn: 2, role: 'tool', type: 'tool-result', id: 'c', content: [{ type: 'text', text: '3' }] };
  const thought: Part = { ...said, type: 'reasoning', text: 'Hm.', signature: { wire: 'bedrock', value: 's' } };
  const params: CallParams = { reasoning: { effort: 'low' }, tools: [{ name: 'look' }] };
  const fieldsOf = (...parts: Part[]) =>
    read(makeCall([text(0, 'user', 'Weather?'), ...parts, result], params)).body.additionalModelRequestFields;
  expect(fieldsOf(call)).toBeUndefined();
  expect(fieldsOf(thought, call)).toHaveProperty('thinking');
});

describe('what does not fit', () => {
  const calls: [string, Call, string?][] = [
    ['This provider takes a temperature from 0 to 1, and not 1.5.', makeCall(undefined, { temperature: 1.5 })],
    ['This provider takes a tool choice only with tools.', makeCall(undefined, { toolChoice: 'required' })],
    [
      'The arguments of the tool call "c" (look) are not a JSON object, which this provider needs.',
      makeCall([{ type: 'tool-call', turn: 0, role: 'assistant', id: 'c', name: 'look', arguments: '{"a":' }]),
    ],
    ['This provider takes no "video".', makeCall([{ type: 'other', turn: 0, role: 'user', name: 'video', value: {} }])],
    [
      'This provider takes no audio.',
      makeCall([{ type: 'audio', turn: 0, role: 'user', data: 'AA==', format: 'wav' }]),
    ],
    [
      'This provider takes images that are PNG, JPEG, GIF or WebP.',
      makeCall([{ type: 'image', turn: 0, role: 'user', url: 'data:image/tiff;base64,AAAA' }]),
    ],
    [
      'This provider keeps no files; send the bytes.',
      makeCall([{ type: 'file', turn: 0, role: 'user', fileId: 'file-1' }]),
    ],
    [
      'This provider takes files that are PDF, text, web pages or Office documents, and not "a.zip".',
      makeCall([{ type: 'file', turn: 0, role: 'user', data: 'UEsDBA==', filename: 'a.zip' }]),
    ],
    [
      'This provider takes only texts from the system.',
      makeCall([{ type: 'image', turn: 0, role: 'system', url: PNG }]),
    ],
    [
      'This provider knows no way to tell this model how much to reason.',
      makeCall(undefined, { reasoning: { effort: 'low' } }),
      'meta.llama3-70b-instruct-v1:0',
    ],
    [
      'This model takes no budget of reasoning tokens, only an effort.',
      makeCall(undefined, { reasoning: { budgetTokens: 2_000 } }),
      'us.amazon.nova-2-lite-v1:0',
    ],
    [
      'This model takes no temperature but 1 where it reasons.',
      makeCall(undefined, { reasoning: { effort: 'low' }, temperature: 0.5 }),
    ],
    [
      'This model takes a budget of at least 1024 reasoning tokens that is less than the output tokens.',
      makeCall(undefined, { reasoning: { budgetTokens: 2_000 }, maxOutputTokens: 2_000 }),
    ],
  ];
  it.each(calls)('is refused by name: %s', (message, call, modelId) => {
    expect(refusalOf(call, modelId)).toBe(message);
  });
});
