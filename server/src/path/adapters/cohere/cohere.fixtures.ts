/** Answers of Cohere (API v2) in the shape of the public API reference. Made by hand, not recorded. */
import type { Call, Part, Usage } from '@reeve/contracts';
import type { Provider } from '../adapter.ts';

export const provider: Provider = {
  name: 'cohere',
  adapter: 'cohere',
  baseUrl: 'http://127.0.0.1:1/v2',
  apiKey: 'acme-key-0123456789',
  region: 'us',
  timeoutMs: 5_000,
  streamUsage: true,
  catalogue: 'cohere',
  settings: {},
};

const question: Part = { type: 'text', turn: 0, role: 'user', text: 'How long is a stick?' };

/** A call as another wire's surface makes it. */
export function callOf(fields: Partial<Call> = {}): Call {
  const call: Call = {
    kind: 'chat',
    wire: 'openai',
    model: 'm',
    stream: false,
    parts: [question],
    params: {},
    extensions: {},
  };
  return { ...call, ...fields };
}

/** What Cohere bills; the model saw more. */
export const usage: Usage = { inputTokens: 19, outputTokens: 10, cachedInputTokens: 8, estimated: false };

const wireUsage = {
  billed_units: { input_tokens: 19, output_tokens: 10 },
  tokens: { input_tokens: 87, output_tokens: 12 },
  cached_tokens: 8,
};

export const toolCall = { id: 'get_weather_nsz5zm3w56q3', name: 'get_weather', arguments: '{"city":"Zürich"}' };
const wireToolCall = {
  id: toolCall.id,
  type: 'function',
  function: { name: toolCall.name, arguments: toolCall.arguments },
};

/** A whole answer. */
export function chat(message: object, finishReason = 'COMPLETE', extra: object = { usage: wireUsage }): string {
  const id = 'c14c80c3-18eb-4519-9460-6c92edd8cfb4';
  return JSON.stringify({ id, finish_reason: finishReason, message: { role: 'assistant', ...message }, ...extra });
}

export const textBlock = (text: string) => ({ type: 'text', text });

export const plainText = 'A stick is as long as its shadow at noon, in Zürich too. 🌾';
export const plan = 'I will look up the weather.';

const source = { type: 'document', id: 'doc:1', document: { id: 'doc:1', title: 'Sticks', url: 'https://e.org/s' } };

export const bodies = {
  plain: chat({ content: [textBlock(plainText)] }),
  withoutUsage: chat({ content: [textBlock(plainText)] }, 'COMPLETE', {}),
  tools: chat({ tool_plan: plan, tool_calls: [wireToolCall] }, 'TOOL_CALL'),
  cited: chat(
    {
      content: [{ type: 'thinking', thinking: 'Sticks vary.' }, textBlock('🌾 Sticks vary.'), { type: 'hologram' }],
      citations: [
        { start: 2, end: 8, text: 'Sticks', sources: [source, { type: 'tool', id: 'look_1:0' }], type: 'TEXT_CONTENT' },
        { start: 900, end: 901, text: 'x', sources: [], content_index: 1 },
        { start: 0, end: 6, text: 'Sticks', sources: [source], type: 'THINKING_CONTENT', content_index: 0 },
      ],
    },
    'MAX_TOKENS',
    { logprobs: [{ text: '🌾 Sticks', token_ids: [1, 2], logprobs: [-0.5, -0.25] }, { token_ids: [3] }] },
  ),
  embeddings: JSON.stringify({
    id: 'da6e531f',
    embeddings: {
      float: [
        [0.25, -0.5, 1],
        [0, 0.125, -1],
      ],
    },
    texts: ['a', 'b'],
    meta: { api_version: { version: '2' }, billed_units: { input_tokens: 2 } },
  }),
  rerank: JSON.stringify({
    id: '07734bd2',
    results: [
      { index: 3, relevance_score: 0.999 },
      { index: 0, relevance_score: 0.327 },
    ],
    meta: { api_version: { version: '2' }, billed_units: { search_units: 1 } },
  }),
} as const;

/** Error status → body, and what stands in it for people. */
export const errors: ReadonlyMap<number, { body: string; message: string }> = new Map(
  [
    [400, 'invalid request: message must be at least 1 token long'],
    [401, 'invalid api token'],
    [404, "model 'nope' not found"],
    [408, 'request timed out'],
    [422, 'invalid type: parameter temperature is of type string but should be of type float'],
    [425, 'too early'],
    [429, 'You are past the per minute request limit, please wait and try again later.'],
    [498, 'invalid token'],
    [500, 'internal server error'],
    [529, 'overloaded'],
  ].map(([status, message]) => [
    Number(status),
    { body: JSON.stringify({ id: 'f1', message }), message: String(message) },
  ]),
);

export const okWithError = JSON.stringify({ id: 'f1', message: 'The engine overheated.' });

/** An event of a stream, as a frame. */
export function frameOf(type: string, fields: object): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`;
}

/** An event about a part of the message. */
export const messageFrame = (type: string, index: number, message: object, extra: object = {}): string =>
  frameOf(type, { index, delta: { message }, ...extra });

export const startFrame = frameOf('message-start', {
  id: '29f14a5a',
  delta: { message: { role: 'assistant', content: [], tool_plan: '', tool_calls: [], citations: [] } },
});

export const endFrame = (finishReason: string, extra: object = { usage: wireUsage }): string =>
  frameOf('message-end', { delta: { finish_reason: finishReason, ...extra } });

export const errorFrame = endFrame('ERROR', { error: 'The engine overheated.' });

const words = ['A stick ', 'is as long ', 'as its shadow ', 'in Zürich. ', '🌾'];
export const streamText = words.join('');

export const textFrames = [
  startFrame,
  messageFrame('content-start', 0, { content: { type: 'text', text: '' } }),
  ...words.map((text) => messageFrame('content-delta', 0, { content: { text } })),
  frameOf('content-end', { index: 0 }),
];

const half = Math.floor(toolCall.arguments.length / 2);
const argumentsFrame = (text: string): string =>
  messageFrame('tool-call-delta', 0, { tool_calls: { function: { arguments: text } } });
export const toolFrames = [
  startFrame,
  frameOf('tool-plan-delta', { delta: { message: { tool_plan: 'I will ' } } }),
  frameOf('tool-plan-delta', { delta: { message: { tool_plan: 'look.' } } }),
  messageFrame('tool-call-start', 0, {
    tool_calls: { ...wireToolCall, function: { name: toolCall.name, arguments: '' } },
  }),
  argumentsFrame(toolCall.arguments.slice(0, half)),
  argumentsFrame(toolCall.arguments.slice(half)),
  frameOf('tool-call-end', { index: 0 }),
];
