import type { Call, CallParams, Part } from '@reeve/contracts';
import { describe, expect, it } from 'vitest';
import { callToGoogle } from './call-to-google.ts';
import { callOf } from './google.fixtures.ts';

const FLASH = 'gemini-2.5-flash';

function read(call: Call, modelId = FLASH): unknown {
  const made = callToGoogle(call, modelId);
  if ('refusal' in made) throw new Error(made.refusal);
  return JSON.parse(Buffer.from(made.body).toString('utf8'));
}

function refusalOf(parts: Part[]): string {
  const made = callToGoogle(callOf({ parts }), FLASH);
  return 'refusal' in made ? made.refusal : '';
}

const user = (turn: number, text: string): Part => ({ type: 'text', turn, role: 'user', text });
const contentsOf = (parts: Part[], modelId = FLASH) =>
  (read(callOf({ parts }), modelId) as { contents: unknown }).contents;
const configOf = (params: CallParams, modelId = FLASH) => {
  const request = read(callOf({ params }), modelId) as { generationConfig?: Record<string, unknown> };
  return request.generationConfig;
};

describe('the parts of a call', () => {
  it('say system, user and model in this wire’s places', () => {
    const call = callOf({
      parts: [
        { type: 'text', turn: 0, role: 'system', text: 'Be brief.' },
        user(1, 'Hi'),
        { type: 'text', turn: 2, role: 'assistant', text: 'Hello.' },
        { type: 'refusal', turn: 2, role: 'assistant', text: 'No more.' },
        { type: 'text', turn: 3, role: 'system', text: 'In German.' },
        user(4, 'Why?'),
      ],
    });
    expect(read(call)).toEqual({
      systemInstruction: { parts: [{ text: 'Be brief.' }, { text: 'In German.' }] },
      contents: [
        { role: 'user', parts: [{ text: 'Hi' }] },
        { role: 'model', parts: [{ text: 'Hello.' }, { text: 'No more.' }] },
        { role: 'user', parts: [{ text: 'Why?' }] },
      ],
    });
  });

  it('hold media as bytes, or as files that the provider knows', () => {
    const base = { turn: 0, role: 'user' } as const;
    const file = 'https://generativelanguage.googleapis.com/v1beta/files/abc-1';
    expect(
      contentsOf([
        { ...base, type: 'image', url: 'data:image/png;base64,AAAA' },
        { ...base, type: 'audio', data: 'BBBB', format: 'wav' },
        { ...base, type: 'file', data: 'data:application/pdf;base64,CCCC', filename: 'a.txt' },
        { ...base, type: 'file', data: 'DDDD', filename: 'a.PDF' },
        { ...base, type: 'file', data: 'EEEE', mediaType: 'text/csv' },
        { ...base, type: 'file', url: 'https://youtu.be/xyz' },
        { ...base, type: 'image', url: file },
        { ...base, type: 'file', fileId: 'files/abc-1', mediaType: 'video/mp4' },
      ]),
    ).toEqual([
      {
        role: 'user',
        parts: [
          { inlineData: { mimeType: 'image/png', data: 'AAAA' } },
          { inlineData: { mimeType: 'audio/wav', data: 'BBBB' } },
          { inlineData: { mimeType: 'application/pdf', data: 'CCCC' } },
          { inlineData: { mimeType: 'application/pdf', data: 'DDDD' } },
          { inlineData: { mimeType: 'text/csv', data: 'EEEE' } },
          { fileData: { fileUri: 'https://youtu.be/xyz' } },
          { fileData: { fileUri: file } },
          { fileData: { fileUri: file, mimeType: 'video/mp4' } },
        ],
      },
    ]);
  });

  it.each<[string, Part, string]>([
    ['a file by an id of elsewhere', { type: 'file', turn: 0, role: 'user', fileId: 'file-1' }, 'id'],
    ['a file of no type', { type: 'file', turn: 0, role: 'user', data: 'AAAA', filename: 'x.bin' }, 'media type'],
    ['a file that is no base64', { type: 'file', turn: 0, role: 'user', data: '%%', mediaType: 'text/csv' }, 'read'],
    ['an image that is none', { type: 'image', turn: 0, role: 'user', url: 'data:image/png;base64,%' }, 'read'],
    ['an image of the system', { type: 'image', turn: 0, role: 'system', url: 'data:image/png;base64,AA' }, 'system'],
    ['a foreign part', { type: 'other', turn: 0, role: 'user', name: 'search_result', value: 1 }, 'search_result'],
    ['a result of no call', { type: 'tool-result', turn: 0, role: 'tool', id: 'c9', content: [] }, 'c9'],
  ])('refuse %s in words', (_what, part, words) => {
    expect(refusalOf([part])).toContain(words);
  });
});

const call = (id: string, name: string, text: string, turn = 1): Part => {
  return { type: 'tool-call', turn, role: 'assistant', id, name, arguments: text };
};
const result = (id: string, text: string, turn = 2, isError = false): Part => {
  const content = [{ type: 'text', text } as const];
  return { type: 'tool-result', turn, role: 'tool', id, content, ...(isError ? { isError } : {}) };
};

describe('tool calls and their results', () => {
  it('stand together by turns, results under the name of their call', () => {
    const parts = [
      user(0, 'Weather?'),
      call('a', 'look', '{"city":"Zürich"}'),
      call('b', 'feel', ''),
      result('b', 'wet', 2),
      result('a', '{"degrees":7}', 3),
      user(4, 'And now?'),
      call('a', 'smell', 'not JSON', 5),
      result('a', 'no nose', 6, true),
    ];
    expect(contentsOf(parts)).toEqual([
      { role: 'user', parts: [{ text: 'Weather?' }] },
      {
        role: 'model',
        parts: [
          { functionCall: { id: 'a', name: 'look', args: { city: 'Zürich' } } },
          { functionCall: { id: 'b', name: 'feel', args: {} } },
        ],
      },
      {
        role: 'user',
        parts: [
          { functionResponse: { id: 'b', name: 'feel', response: { output: 'wet' } } },
          { functionResponse: { id: 'a', name: 'look', response: { degrees: 7 } } },
        ],
      },
      { role: 'user', parts: [{ text: 'And now?' }] },
      { role: 'model', parts: [{ functionCall: { id: 'a', name: 'smell', args: { arguments: 'not JSON' } } }] },
      { role: 'user', parts: [{ functionResponse: { id: 'a', name: 'smell', response: { error: 'no nose' } } }] },
    ]);
  });

  it('keep the images of a result: beside it, or in it where the model takes that', () => {
    const image = { type: 'image', url: 'data:image/png;base64,AAAA' } as const;
    const shown: Part = { type: 'tool-result', turn: 2, role: 'tool', id: 'a', content: [image] };
    const parts = [call('a', 'look', '{}'), shown];
    const media = { inlineData: { mimeType: 'image/png', data: 'AAAA' } };
    const response = { id: 'a', name: 'look', response: { output: '' } };
    expect(contentsOf(parts)).toMatchObject([{}, { parts: [{ functionResponse: response }, media] }]);
    expect(contentsOf(parts, 'gemini-3-pro-preview')).toMatchObject([
      {},
      { parts: [{ functionResponse: { ...response, parts: [media] } }] },
    ]);
  });

  it('carry this provider’s signatures and no other’s', () => {
    const google = { wire: 'google', value: 'c2ln' };
    const foreign = { wire: 'anthropic', value: 'c2ln' };
    const base = { turn: 1, role: 'assistant' } as const;
    const parts: Part[] = [
      { ...base, type: 'reasoning', text: 'Hm.', signature: google },
      { ...base, type: 'reasoning', text: 'Unsigned.' },
      { ...base, type: 'reasoning', text: 'Elsewhere.', signature: foreign },
      { ...base, type: 'text', text: 'I look.' },
      { ...base, type: 'reasoning', text: '', hidden: true, signature: google },
      { ...base, type: 'tool-call', id: 'a', name: 'look', arguments: '{}', signature: google },
      { ...base, type: 'tool-call', id: 'b', name: 'look', arguments: '{}', signature: foreign },
    ];
    expect(contentsOf(parts)).toEqual([
      {
        role: 'model',
        parts: [
          { text: 'Hm.', thought: true, thoughtSignature: 'c2ln' },
          { text: 'I look.' },
          { text: '', thoughtSignature: 'c2ln' },
          { functionCall: { id: 'a', name: 'look', args: {} }, thoughtSignature: 'c2ln' },
          { functionCall: { id: 'b', name: 'look', args: {} } },
        ],
      },
    ]);
  });

  it('say of calls without a signature that they have none, to models that insist on one', () => {
    const parts = [call('a', 'look', '{}'), call('b', 'look', '{}'), result('a', '1'), result('b', '2')];
    for (const modelId of ['gemini-3-pro-preview', 'gemini-3.5-flash', 'gemini-flash-latest']) {
      expect(contentsOf(parts, modelId)).toMatchObject([
        { parts: [{ thoughtSignature: 'skip_thought_signature_validator' }, { functionCall: { id: 'b' } }] },
        {},
      ]);
    }
    expect(JSON.stringify(contentsOf(parts))).not.toContain('thoughtSignature');
  });
});

const tool = { name: 'look', description: 'Looks.', parameters: { type: 'object' } };

describe('tools', () => {
  it('are declared with their JSON Schema', () => {
    const params = { tools: [{ ...tool, cache: '5m' as const }, { name: 'bare' }] };
    expect(read(callOf({ params }))).toMatchObject({
      tools: [
        {
          functionDeclarations: [
            { name: 'look', description: 'Looks.', parametersJsonSchema: { type: 'object' } },
            { name: 'bare' },
          ],
        },
      ],
    });
    expect(read(callOf({ params: { tools: [] } }))).not.toHaveProperty('tools');
  });

  it.each<[CallParams, object | undefined]>([
    [{ tools: [tool] }, undefined],
    [{ tools: [tool], toolChoice: 'auto' }, undefined],
    [{ tools: [tool], toolChoice: 'none' }, { mode: 'NONE' }],
    [{ tools: [tool], toolChoice: 'required' }, { mode: 'ANY' }],
    [
      { tools: [tool], toolChoice: { name: 'look' } },
      { mode: 'ANY', allowedFunctionNames: ['look'] },
    ],
    [{ tools: [{ ...tool, strict: true }] }, { mode: 'VALIDATED' }],
    [{ tools: [{ ...tool, strict: true }], toolChoice: 'required' }, { mode: 'ANY' }],
    [{ toolChoice: 'none' }, undefined],
  ])('are chosen from as %j says', (params, config) => {
    const request = read(callOf({ params })) as { toolConfig?: unknown };
    expect(request.toolConfig).toEqual(config === undefined ? undefined : { functionCallingConfig: config });
  });
});

describe('settings', () => {
  it('go under this wire’s names', () => {
    expect(
      configOf({
        maxOutputTokens: 9,
        temperature: 0,
        topP: 0.5,
        topK: 4,
        stop: ['x'],
        seed: 3,
        choices: 2,
        presencePenalty: 0.5,
        frequencyPenalty: -0.5,
        logprobs: { top: 2 },
      }),
    ).toEqual({
      maxOutputTokens: 9,
      temperature: 0,
      topP: 0.5,
      topK: 4,
      stopSequences: ['x'],
      seed: 3,
      candidateCount: 2,
      presencePenalty: 0.5,
      frequencyPenalty: -0.5,
      responseLogprobs: true,
      logprobs: 2,
    });
  });

  it('are left out where they say nothing', () => {
    expect(configOf({})).toBeUndefined();
    expect(
      configOf({ stop: [], presencePenalty: 0, frequencyPenalty: 0, responseFormat: { type: 'text' } }),
    ).toBeUndefined();
    expect(configOf({ logprobs: { top: 0 } })).toEqual({ responseLogprobs: true });
  });

  it('ask for JSON, by a schema too', () => {
    const responseMimeType = 'application/json';
    expect(configOf({ responseFormat: { type: 'json' } })).toEqual({ responseMimeType });
    const schema = { type: 'object' };
    expect(configOf({ responseFormat: { type: 'json-schema', name: 'n', schema, strict: true } })).toEqual({
      responseMimeType,
      responseJsonSchema: schema,
    });
  });

  it.each<[CallParams['reasoning'] & object, string, object]>([
    [{ effort: 'low' }, FLASH, { thinkingBudget: 1_024 }],
    [{ effort: 'high', visible: true }, FLASH, { thinkingBudget: 24_576, includeThoughts: true }],
    [{ effort: 'none' }, FLASH, { thinkingBudget: 0 }],
    [{ effort: 'none' }, 'gemini-2.5-pro', { thinkingBudget: 128 }],
    [{ effort: 'low', budgetTokens: 99 }, FLASH, { thinkingBudget: 99 }],
    [{ effort: 'medium' }, 'gemini-3-flash-preview', { thinkingLevel: 'medium' }],
    [{ effort: 'max' }, 'gemini-3.1-pro-preview', { thinkingLevel: 'high' }],
    [{ effort: 'none' }, 'gemini-3-flash-preview', { thinkingLevel: 'minimal' }],
    [{ effort: 'minimal' }, 'gemini-3-pro-preview', { thinkingLevel: 'low' }],
    [{ budgetTokens: 512, visible: true }, 'gemini-3-pro-preview', { thinkingBudget: 512, includeThoughts: true }],
    [{ visible: true }, 'some-tuned-model', { includeThoughts: true }],
  ])('let the model think as %j says to %s', (reasoning, modelId, thinkingConfig) => {
    expect(configOf({ reasoning }, modelId)).toEqual({ thinkingConfig });
  });

  it('set how closely to look where all images agree', () => {
    const image = (detail?: string): Part => {
      const url = 'data:image/png;base64,AAAA';
      return { type: 'image', turn: 0, role: 'user', url, ...(detail === undefined ? {} : { detail }) };
    };
    const resolution = (parts: Part[]) => read(callOf({ parts }));
    expect(resolution([image('low'), image('low')])).toMatchObject({
      generationConfig: { mediaResolution: 'MEDIA_RESOLUTION_LOW' },
    });
    expect(resolution([image('high')])).toMatchObject({
      generationConfig: { mediaResolution: 'MEDIA_RESOLUTION_HIGH' },
    });
    expect(resolution([image('low'), image()])).not.toHaveProperty('generationConfig');
    expect(resolution([image('auto')])).not.toHaveProperty('generationConfig');
  });

  it('go on where the caller wrote them for this wire', () => {
    const safety = [{ category: 'HARM_CATEGORY_HARASSMENT', threshold: 'BLOCK_NONE' }];
    const written = { safetySettings: safety, cachedContent: 'cachedContents/1' };
    const extensions = { safety_settings: safety, cached_content: 'cachedContents/1', metadata: { a: 1 } };
    expect(read(callOf({ extensions }))).toMatchObject(written);
    expect(read(callOf({ extensions: written }))).toMatchObject(written);
    expect(JSON.stringify(read(callOf({ extensions })))).not.toContain('metadata');
  });
});

describe('other kinds', () => {
  it('count what would be sent', () => {
    expect(read(callOf({ kind: 'count', params: { tools: [{ name: 'look' }] } }))).toEqual({
      generateContentRequest: {
        model: 'models/gemini-2.5-flash',
        contents: [{ role: 'user', parts: [{ text: 'How long is a stick?' }] }],
        tools: [{ functionDeclarations: [{ name: 'look' }] }],
      },
    });
  });

  it('embed one request for each input', () => {
    const params = { dimensions: 8, inputType: 'query' } as const;
    const embedding = callOf({ kind: 'embedding', parts: [user(0, 'a'), user(1, 'b')], params });
    const shared = { model: 'models/gemini-embedding-001', outputDimensionality: 8, taskType: 'RETRIEVAL_QUERY' };
    expect(read(embedding, 'gemini-embedding-001')).toEqual({
      requests: [
        { ...shared, content: { parts: [{ text: 'a' }] } },
        { ...shared, content: { parts: [{ text: 'b' }] } },
      ],
    });
  });
});
