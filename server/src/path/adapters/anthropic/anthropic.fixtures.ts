/** Answers of the Messages API in the shape of the public API reference. Made by hand, not recorded. */
import type { Call, CallParams, FieldSpan, Part, Usage } from '@reeve/contracts';
import type { Provider } from '../adapter.ts';

export const provider: Provider = {
  name: 'claude',
  adapter: 'anthropic',
  baseUrl: 'http://127.0.0.1:1/v1',
  apiKey: 'sk-ant-0123456789abcdef',
  region: null,
  timeoutMs: 5_000,
  streamUsage: true,
  catalogue: null,
  settings: {},
};

export const modelId = 'claude-sonnet-4-5-20250929';

/** A call as the Anthropic surface makes it: the body's bytes, and where each top-level field stands in them. */
export function rawCall(body: Readonly<Record<string, unknown>>, extra: Partial<Call> = {}): Call {
  const fields = new Map<string, FieldSpan>();
  let text = '{';
  for (const [name, value] of Object.entries(body)) {
    text += `${text === '{' ? '' : ', '}${JSON.stringify(name)} : `;
    const start = Buffer.byteLength(text);
    text += JSON.stringify(value);
    fields.set(name, { start, end: Buffer.byteLength(text) });
  }
  return {
    kind: 'chat',
    wire: 'anthropic',
    model: String(body['model']),
    stream: body['stream'] === true,
    parts: [{ type: 'text', turn: 0, role: 'user', text: 'How long is a stick?' }],
    params: {},
    extensions: {},
    raw: { bytes: Buffer.from(`${text}}`), fields },
    ...extra,
  };
}

/** A call of another surface. */
export function foreignCall(parts: readonly Part[], params: CallParams = {}, extra: Partial<Call> = {}): Call {
  return { kind: 'chat', wire: 'openai', model: 'alias', stream: false, parts, params, extensions: {}, ...extra };
}

export const usage: Usage = {
  inputTokens: 32,
  outputTokens: 17,
  cachedInputTokens: 8,
  cacheWriteTokens: 3,
  cacheWrite1hTokens: 2,
  estimated: false,
};

export const wireUsage = {
  input_tokens: 19,
  cache_creation_input_tokens: 5,
  cache_read_input_tokens: 8,
  cache_creation: { ephemeral_5m_input_tokens: 3, ephemeral_1h_input_tokens: 2 },
  output_tokens: 17,
  service_tier: 'standard',
};

export const toolCall = { id: 'toolu_9', name: 'get_weather', arguments: '{"city":"Zürich","unit":"celsius"}' };
const toolUse = { type: 'tool_use', id: toolCall.id, name: toolCall.name };

export function message(content: unknown, stopReason: string | null, extra: object = { usage: wireUsage }): string {
  return JSON.stringify({
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: modelId,
    content,
    stop_reason: stopReason,
    stop_sequence: null,
    ...extra,
  });
}

export const plainText = 'A stick is as long as its shadow at noon, in Zürich too. 🌾';
const text = { type: 'text', text: plainText, citations: null };

export const bodies = {
  plain: message([text], 'end_turn'),
  withoutUsage: message([text], 'end_turn', {}),
  tools: message([{ ...toolUse, input: JSON.parse(toolCall.arguments) as object }], 'tool_use'),
} as const;

export const wireError = (type: string, said: string): string =>
  JSON.stringify({ type: 'error', error: { type, message: said }, request_id: 'req_1' });

/** Error status → body, and what stands in it for people. */
export const errors: ReadonlyMap<number, { body: string; message: string }> = new Map(
  (
    [
      [400, 'invalid_request_error', 'max_tokens: Field required'],
      [401, 'authentication_error', 'invalid x-api-key'],
      [403, 'permission_error', 'Your API key does not have permission to use this resource.'],
      [404, 'not_found_error', 'model: nope'],
      [408, 'timeout_error', 'The request took too long.'],
      [413, 'request_too_large', 'Request exceeds the maximum size'],
      [425, 'api_error', 'Too early.'],
      [429, 'rate_limit_error', 'This request would exceed your rate limit.'],
      [500, 'api_error', 'Internal server error'],
      [529, 'overloaded_error', 'Overloaded'],
    ] as const
  ).map(([status, type, said]) => [status, { body: wireError(type, said), message: said }]),
);

/** Of a type that the list of errors does not know yet. */
export const okWithError = wireError('engine_error', 'The engine overheated.');

/** One event; its name stands in the frame and in its data. */
export function frame(type: string, fields: object = {}): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`;
}

export const blockStart = (index: number, block: object): string =>
  frame('content_block_start', { index, content_block: block });
export const blockDelta = (index: number, type: string, fields: object): string =>
  frame('content_block_delta', { index, delta: { type, ...fields } });
export const blockStop = (index: number): string => frame('content_block_stop', { index });
export const messageDelta = (stopReason: string, fields: object = { usage: { output_tokens: 17 } }): string =>
  frame('message_delta', { delta: { stop_reason: stopReason, stop_sequence: null }, ...fields });

export const errorFrame = `event: error\ndata: ${okWithError}\n\n`;
export const closingFrame = frame('message_stop');
export const pingFrame = frame('ping');

export const startFrame = frame('message_start', {
  message: {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: modelId,
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage: { ...wireUsage, output_tokens: 1 },
  },
});

const words = ['A stick ', 'is as long ', 'as its shadow ', 'in Zürich. ', '🌾'];
export const streamText = words.join('');

export const textFrames = [
  startFrame,
  blockStart(0, { type: 'text', text: '' }),
  pingFrame,
  ...words.map((word) => blockDelta(0, 'text_delta', { text: word })),
  blockStop(0),
  messageDelta('end_turn'),
];

const half = Math.floor(toolCall.arguments.length / 2);
export const toolFrames = [
  startFrame,
  blockStart(0, { ...toolUse, input: {} }),
  blockDelta(0, 'input_json_delta', { partial_json: '' }),
  blockDelta(0, 'input_json_delta', { partial_json: toolCall.arguments.slice(0, half) }),
  blockDelta(0, 'input_json_delta', { partial_json: toolCall.arguments.slice(half) }),
  blockStop(0),
  messageDelta('tool_use'),
];
