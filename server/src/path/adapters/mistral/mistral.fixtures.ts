/** Answers of Mistral in the shape of the public API reference. Made by hand, not recorded. */
import type { Call, Part, Usage } from '@reeve/contracts';
import type { Provider } from '../adapter.ts';

export const provider: Provider = {
  name: 'mistral',
  adapter: 'mistral',
  baseUrl: 'http://127.0.0.1:1/v1',
  apiKey: 'acme-key-0123456789',
  region: 'eu',
  timeoutMs: 5_000,
  streamUsage: true,
  catalogue: 'mistral',
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

export const usage: Usage = { inputTokens: 19, outputTokens: 10, cachedInputTokens: 8, estimated: false };

const wireUsage = {
  prompt_tokens: 19,
  completion_tokens: 10,
  total_tokens: 29,
  prompt_tokens_details: { cached_tokens: 8 },
};

export const toolCall = { id: 'D681PevKs', name: 'get_weather', arguments: '{"city":"Zürich","unit":"celsius"}' };
const wireToolCall = {
  id: toolCall.id,
  type: 'function',
  function: { name: toolCall.name, arguments: toolCall.arguments },
  index: 0,
};

/** A whole answer of one choice. */
export function completion(message: object, finishReason = 'stop', extra: object = { usage: wireUsage }): string {
  return JSON.stringify({
    id: 'cmpl-e5cc70bb28c444948073e77776eb30ef',
    object: 'chat.completion',
    created: 1_741_569_952,
    model: 'mistral-small-2603',
    choices: [{ index: 0, message: { role: 'assistant', tool_calls: null, ...message }, finish_reason: finishReason }],
    ...extra,
  });
}

export const plainText = 'A stick is as long as its shadow at noon, in Zürich too. 🌾';

export const thinkingContent = [
  {
    type: 'thinking',
    thinking: [
      { type: 'text', text: 'Sticks ' },
      { type: 'text', text: 'vary.' },
    ],
    closed: true,
  },
  { type: 'text', text: 'As long as its shadow' },
  { type: 'reference', reference_ids: [2, 'a'] },
  { type: 'text', text: ', at noon.' },
  { type: 'hologram', hologram: 'x' },
];

export const bodies = {
  plain: completion({ content: plainText }),
  withoutUsage: completion({ content: plainText }, 'stop', {}),
  tools: completion({ content: '', tool_calls: [wireToolCall] }, 'tool_calls'),
  chunks: completion({ content: thinkingContent }),
  embeddings: JSON.stringify({
    id: 'embd-1',
    object: 'list',
    data: [
      { object: 'embedding', embedding: [0.25, -0.5, 1], index: 0 },
      { object: 'embedding', embedding: [0, 0.125, -1], index: 1 },
    ],
    model: 'mistral-embed',
    usage: { prompt_tokens: 15, total_tokens: 15, completion_tokens: 0 },
  }),
  moderation: JSON.stringify({
    id: 'mod-1',
    model: 'mistral-moderation-2411',
    results: [
      { categories: { sexual: false, pii: true }, category_scores: { sexual: 0.01, pii: 0.98 } },
      { categories: { sexual: false, pii: false }, category_scores: { sexual: 0.01 } },
    ],
  }),
} as const;

const wireError = (message: unknown, type: string, code: string | null): string =>
  JSON.stringify({ object: 'error', message, type, param: null, code });
const forbidden = {
  type: 'extra_forbidden',
  loc: ['body', 'store'],
  msg: 'Extra inputs are not permitted',
  input: false,
};

/** Error status → body, and what stands in it for people. */
export const errors: ReadonlyMap<number, { body: string; message: string }> = new Map([
  [
    400,
    {
      body: wireError('Expected last role User or Tool but got system', 'invalid_request_message_order', '3230'),
      message: 'Expected last role User or Tool but got system',
    },
  ],
  [401, { body: '{"message":"Unauthorized","request_id":"9f2"}', message: 'Unauthorized' }],
  [404, { body: wireError('Invalid model: nope', 'invalid_model', '1500'), message: 'Invalid model: nope' }],
  [408, { body: '{"detail":"Request timed out."}', message: 'Request timed out.' }],
  [422, { body: JSON.stringify({ detail: [forbidden] }), message: 'body.store: Extra inputs are not permitted' }],
  [425, { body: wireError('Too early.', 'too_early', null), message: 'Too early.' }],
  [
    429,
    {
      body: wireError('Service tier capacity exceeded for this model.', 'service_tier_capacity_exceeded', '3505'),
      message: 'Service tier capacity exceeded for this model.',
    },
  ],
  [
    500,
    {
      body: wireError({ detail: [forbidden] }, 'internal_server_error', '1000'),
      message: 'body.store: Extra inputs are not permitted',
    },
  ],
  [529, { body: '{"error":{"message":"Overloaded."}}', message: 'Overloaded.' }],
]);

export const okWithError = wireError('The engine overheated.', 'internal_server_error', '1000');

/** A chunk of a stream, as a frame. */
export function chunkFrame(choices: readonly object[], extra: object = {}): string {
  const head = { id: 'cmpl-1', object: 'chat.completion.chunk', created: 1_741_569_952, model: 'mistral-small-2603' };
  return `data: ${JSON.stringify({ ...head, choices, ...extra })}\n\n`;
}

/** A chunk of the first choice. */
export function deltaFrame(delta: object, finishReason: string | null = null, extra: object = {}): string {
  return chunkFrame([{ index: 0, delta, finish_reason: finishReason }], extra);
}

export const DONE_FRAME = 'data: [DONE]\n\n';
export const errorFrame = `data: ${okWithError}\n\n`;

const words = ['A stick ', 'is as long ', 'as its shadow ', 'in Zürich. ', '🌾'];
export const streamText = words.join('');

/** Usage stands in the last chunk, beside the end. */
export const textFrames = [
  deltaFrame({ role: 'assistant', content: '' }),
  ...words.map((content) => deltaFrame({ content })),
  deltaFrame({ content: '' }, 'stop', { usage: wireUsage }),
];

const half = Math.floor(toolCall.arguments.length / 2);
const pieceOf = (text: string, id: string) => ({
  tool_calls: [{ id, index: 0, function: { name: '', arguments: text } }],
});
/** Calls come whole as a rule; the wire allows pieces. */
export const toolFrames = [
  deltaFrame({ role: 'assistant', content: '' }),
  deltaFrame({ tool_calls: [{ ...wireToolCall, function: { name: toolCall.name, arguments: '' } }] }),
  deltaFrame(pieceOf(toolCall.arguments.slice(0, half), 'null')),
  deltaFrame(pieceOf(toolCall.arguments.slice(half), toolCall.id)),
  deltaFrame({ content: '' }, 'tool_calls', { usage: wireUsage }),
];
