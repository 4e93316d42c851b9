/** Answers of an OpenAI-compatible provider in the shape of the public API reference. Made by hand, not recorded. */
import type { Call, CallKind, CallParams, FieldSpan, Usage } from '@reeve/contracts';
import type { Provider } from '../adapter.ts';

export const provider: Provider = {
  name: 'acme',
  adapter: 'openai',
  baseUrl: 'http://127.0.0.1:1/v1',
  apiKey: 'acme-key-0123456789',
  region: 'eu',
  timeoutMs: 5_000,
  streamUsage: true,
  catalogue: null,
  settings: {},
};

/** A call as the OpenAI surface makes it: the body's bytes, and where each top-level field stands in them. */
export function rawCall(body: Readonly<Record<string, unknown>>, params: CallParams = {}): Call {
  const fields = new Map<string, FieldSpan>();
  let text = '{';
  for (const [name, value] of Object.entries(body)) {
    text += `${text === '{' ? '' : ', '}${JSON.stringify(name)} : `;
    const start = Buffer.byteLength(text);
    text += JSON.stringify(value);
    fields.set(name, { start, end: Buffer.byteLength(text) });
  }
  const bytes = Buffer.from(`${text}}`);
  const kind: CallKind = 'input' in body ? 'embedding' : 'chat';
  return {
    kind,
    model: String(body['model']),
    stream: body['stream'] === true,
    parts: [{ type: 'text', turn: 0, role: 'user', text: 'How long is a stick?' }],
    params,
    extensions: {},
    wire: 'openai',
    raw: { bytes, fields },
  };
}

export const usage: Usage = { inputTokens: 19, outputTokens: 10, cachedInputTokens: 8, estimated: false };

const wireUsage = {
  prompt_tokens: 19,
  completion_tokens: 10,
  total_tokens: 29,
  prompt_tokens_details: { cached_tokens: 8, audio_tokens: 0 },
  completion_tokens_details: { reasoning_tokens: 0, audio_tokens: 0 },
};

export const toolCall = { id: 'call_9', name: 'get_weather', arguments: '{"city":"Zürich","unit":"celsius"}' };
const wireToolCall = {
  id: toolCall.id,
  type: 'function',
  function: { name: toolCall.name, arguments: toolCall.arguments },
};

function completion(message: object, finishReason: string, extra: object = { usage: wireUsage }): string {
  return JSON.stringify({
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 1_741_569_952,
    model: 'gpt-4o-mini-2024-07-18',
    choices: [{ index: 0, message: { role: 'assistant', ...message }, logprobs: null, finish_reason: finishReason }],
    ...extra,
    service_tier: 'default',
    system_fingerprint: 'fp_1',
  });
}

export const plainText = 'A stick is as long as its shadow at noon, in Zürich too. 🌾';

export const bodies = {
  plain: completion({ content: plainText, refusal: null, annotations: [] }, 'stop'),
  withoutUsage: completion({ content: plainText }, 'stop', {}),
  nullUsage: completion({ content: plainText }, 'stop', { usage: null }),
  textUsage: completion({ content: plainText }, 'stop', { usage: { prompt_tokens: '19', completion_tokens: '10' } }),
  negativeUsage: completion({ content: plainText }, 'stop', { usage: { prompt_tokens: -1, completion_tokens: 4 } }),
  tools: completion({ content: null, refusal: null, tool_calls: [wireToolCall] }, 'tool_calls'),
  structured: completion({ content: '{"length":1.5,"unit":"m"}', refusal: null }, 'stop'),
  refusal: completion({ content: null, refusal: 'I cannot help with that.' }, 'stop'),
  reasoning: completion({ content: 'Yes.', reasoning_content: 'Let me think.' }, 'length'),
  embeddingsFloat: JSON.stringify({
    object: 'list',
    data: [
      { object: 'embedding', index: 0, embedding: [0.25, -0.5, 1] },
      { object: 'embedding', index: 1, embedding: [0, 0.125, -1] },
    ],
    model: 'text-embedding-3-small',
    usage: { prompt_tokens: 8, total_tokens: 8 },
  }),
  embeddingsBase64: JSON.stringify({
    object: 'list',
    data: [{ object: 'embedding', index: 0, embedding: 'AACAPgAAAL8AAIA/' }],
    model: 'text-embedding-3-small',
    usage: { prompt_tokens: 4, total_tokens: 4 },
  }),
} as const;

const wireError = (message: string, type: string, param: string | null, code: string | null): string =>
  JSON.stringify({ error: { message, type, param, code } });

export const errors = {
  400: wireError("Invalid value for 'temperature'.", 'invalid_request_error', 'temperature', 'decimal_above_max_value'),
  401: wireError(
    'Incorrect API key provided: sk-acme1234567890abcd.',
    'invalid_request_error',
    null,
    'invalid_api_key',
  ),
  403: wireError('Country, region, or territory not supported', 'request_forbidden', null, 'unsupported_country'),
  404: wireError('The model `nope` does not exist.', 'invalid_request_error', null, 'model_not_found'),
  429: wireError('Rate limit reached for gpt-4o-mini.', 'requests', null, 'rate_limit_exceeded'),
  500: wireError('The server had an error while processing your request.', 'server_error', null, null),
  503: wireError('The engine is currently overloaded.', 'server_error', null, null),
} as const;

/** What stands in the errors above for people. */
export const errorMessages: Readonly<Record<keyof typeof errors, string>> = {
  400: "Invalid value for 'temperature'.",
  401: 'Incorrect API key provided: [key].',
  403: 'Country, region, or territory not supported',
  404: 'The model `nope` does not exist.',
  429: 'Rate limit reached for gpt-4o-mini.',
  500: 'The server had an error while processing your request.',
  503: 'The engine is currently overloaded.',
};

export const okWithError = wireError('The engine overheated.', 'server_error', null, null);

const chunkOf = (choices: readonly object[], extra: object = {}): string =>
  JSON.stringify({
    id: 'chatcmpl-1',
    object: 'chat.completion.chunk',
    created: 1_741_569_952,
    model: 'gpt-4o-mini-2024-07-18',
    service_tier: 'default',
    system_fingerprint: 'fp_1',
    choices,
    ...extra,
  });

/** A chunk of the first choice; `usage` stands as null in each where usage was asked for. */
const deltaOf = (delta: object, finishReason: string | null = null): string =>
  chunkOf([{ index: 0, delta, logprobs: null, finish_reason: finishReason }], { usage: null });

export const toFrame = (data: string): string => `data: ${data}\n\n`;
export const DONE_FRAME = toFrame('[DONE]');
export const usageFrame = toFrame(chunkOf([], { usage: wireUsage }));
export const errorFrame = toFrame(okWithError);

const words = ['A stick ', 'is as long ', 'as its shadow ', 'in Zürich. ', '🌾'];
export const streamText = words.join('');

/** Frames of a text, without usage and end. */
export const textFrames = [
  deltaOf({ role: 'assistant', content: '', refusal: null }),
  ...words.map((content) => deltaOf({ content })),
  deltaOf({}, 'stop'),
].map(toFrame);

const half = Math.floor(toolCall.arguments.length / 2);
export const toolFrames = [
  deltaOf({
    role: 'assistant',
    content: null,
    tool_calls: [{ index: 0, ...wireToolCall, function: { name: toolCall.name, arguments: '' } }],
  }),
  deltaOf({ tool_calls: [{ index: 0, function: { arguments: toolCall.arguments.slice(0, half) } }] }),
  deltaOf({ tool_calls: [{ index: 0, function: { arguments: toolCall.arguments.slice(half) } }] }),
  deltaOf({}, 'tool_calls'),
].map(toFrame);

/** Everything that a server may put on the wire and OpenAI itself does not: comments, names, other line ends. */
export const oddStream = [
  ': keep-alive\n\n',
  `event: completion\nid: 7\n${textFrames[0]}`,
  `data:${deltaOf({ content: 'no space, ' })}\r\n\r\n`,
  ': in between\r\n\r\n',
  `data: ${deltaOf({ content: 'carriage returns, ' })}\r\r`,
  // One event over two lines: JSON may break where it likes.
  `data: ${deltaOf({ content: 'two lines' }).replace('"object"', '\ndata: "object"')}\n\n`,
  '\n',
  toFrame(deltaOf({ reasoning_content: 'thinking' })),
  toFrame(deltaOf({}, 'length')),
];
