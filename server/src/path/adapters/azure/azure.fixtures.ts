/**
 * Answers of OpenAI on Azure and of Entra ID, in the shape of the public references: OpenAI's wire with the results of
 * the content filters in it. Made by hand, not recorded.
 */
import type { Call, FieldSpan, Usage } from '@reeve/contracts';
import type { Provider } from '../adapter.ts';

export const provider: Provider = {
  name: 'azure',
  adapter: 'azure',
  baseUrl: 'http://127.0.0.1:1/openai/v1',
  apiKey: 'azure-key-0123456789',
  region: 'eu',
  timeoutMs: 5_000,
  streamUsage: true,
  catalogue: 'azure',
  settings: { max_tokens_field: 'max_completion_tokens' },
};

export const CLIENT_SECRET = 'secret~of~the~app';

/** The same with an application of Entra ID whose tokens come from `authority`. */
export function entraProvider(origin: string): Provider {
  return {
    ...provider,
    baseUrl: `${origin}/openai/v1`,
    apiKey: null,
    settings: {
      entra_tenant_id: 'tenant-1',
      entra_client_id: 'app-1',
      entra_client_secret: CLIENT_SECRET,
      authority: origin,
    },
  };
}

/** A chat call as OpenAI's surface makes it. */
export function chatCall(stream: boolean): Call {
  const before = `{"stream":${stream},"model":`;
  const model = '"gpt-4o-mini"';
  const bytes = Buffer.from(`${before}${model},"messages":[{"role":"user","content":"How long is a stick?"}]}`);
  const fields = new Map<string, FieldSpan>([['model', { start: before.length, end: before.length + model.length }]]);
  return {
    kind: 'chat',
    wire: 'openai',
    model: 'gpt-4o-mini',
    stream,
    parts: [{ type: 'text', turn: 0, role: 'user', text: 'How long is a stick?' }],
    params: {},
    extensions: {},
    raw: { bytes, fields },
  };
}

export const usage: Usage = { inputTokens: 19, outputTokens: 10, cachedInputTokens: 0, estimated: false };
const wireUsage = { prompt_tokens: 19, completion_tokens: 10, total_tokens: 29 };

const safe = { filtered: false, severity: 'safe' };
const filters = { hate: safe, self_harm: safe, sexual: safe, violence: safe };
const promptFilters = [
  { prompt_index: 0, content_filter_results: { ...filters, jailbreak: { filtered: false, detected: false } } },
];

export const toolCall = { id: 'call_9', name: 'get_weather', arguments: '{"city":"Zürich"}' };
const wireToolCall = {
  id: toolCall.id,
  type: 'function',
  function: { name: toolCall.name, arguments: toolCall.arguments },
};

function completion(message: object, finishReason: string, extra: object = { usage: wireUsage }): string {
  return JSON.stringify({
    choices: [
      {
        content_filter_results: filters,
        finish_reason: finishReason,
        index: 0,
        logprobs: null,
        message: { role: 'assistant', ...message },
      },
    ],
    created: 1_741_569_952,
    id: 'chatcmpl-1',
    model: 'gpt-4o-mini-2024-07-18',
    object: 'chat.completion',
    prompt_filter_results: promptFilters,
    ...extra,
  });
}

export const plainText = 'A stick is as long as its shadow at noon, in Zürich too.';
export const bodies = {
  plain: completion({ content: plainText, refusal: null }, 'stop'),
  withoutUsage: completion({ content: plainText }, 'stop', {}),
  tools: completion({ content: null, tool_calls: [wireToolCall] }, 'tool_calls'),
  filtered: completion({ content: 'A stick' }, 'content_filter'),
};

const chunk = (choices: readonly object[], extra: object = {}): string =>
  `data: ${JSON.stringify({
    choices,
    created: 1_741_569_952,
    id: 'chatcmpl-1',
    model: 'gpt-4o-mini-2024-07-18',
    object: 'chat.completion.chunk',
    ...extra,
  })}\n\n`;

const delta = (content: object, finishReason: string | null = null): string =>
  chunk([{ content_filter_results: filters, delta: content, finish_reason: finishReason, index: 0, logprobs: null }]);

/** What Azure says of the prompt, before anything else and without a choice. */
const promptChunk = chunk([], { id: '', created: 0, model: '', object: '', prompt_filter_results: promptFilters });
/** With the asynchronous filter its findings come in chunks of their own, without text. */
const filterChunk = chunk([
  {
    content_filter_offsets: { check_offset: 0, start_offset: 0, end_offset: 12 },
    content_filter_results: filters,
    finish_reason: null,
    index: 0,
  },
]);

export const streamText = 'A stick is long in Zürich.';
export const textFrames = [
  promptChunk,
  delta({ role: 'assistant', content: '' }),
  delta({ content: 'A stick ' }),
  filterChunk,
  delta({ content: 'is long in Zürich.' }),
  delta({}, 'stop'),
];
export const filteredFrames = [promptChunk, delta({ content: 'A stick ' }), delta({}, 'content_filter')];
export const usageFrame = chunk([], { usage: wireUsage });
export const DONE_FRAME = 'data: [DONE]\n\n';
export const toolFrames = [
  promptChunk,
  delta({ tool_calls: [{ index: 0, ...wireToolCall, function: { name: toolCall.name, arguments: '{"city":' } }] }),
  delta({ tool_calls: [{ index: 0, function: { arguments: '"Zürich"}' } }] }),
  delta({}, 'tool_calls'),
];

const wireError = (code: string, message: string, extra: object = {}): string =>
  JSON.stringify({ error: { code, message, ...extra } });

const FILTERED =
  "The response was filtered due to the prompt triggering Azure OpenAI's content management policy. Please modify your prompt and retry.";

/** Status → body, and what people read of it. The gateway before the models has a shape of its own. */
export const errors = new Map([
  [
    400,
    {
      message: FILTERED,
      body: wireError('content_filter', FILTERED, {
        param: 'prompt',
        status: 400,
        innererror: {
          code: 'ResponsibleAIPolicyViolation',
          content_filter_result: { ...filters, violence: { filtered: true, severity: 'medium' } },
        },
      }),
    },
  ],
  [
    401,
    {
      message: 'Access denied due to invalid subscription key or wrong API endpoint.',
      body: wireError('401', 'Access denied due to invalid subscription key or wrong API endpoint.'),
    },
  ],
  [
    404,
    {
      message: 'The API deployment for this resource does not exist.',
      body: wireError('DeploymentNotFound', 'The API deployment for this resource does not exist.'),
    },
  ],
  [408, { message: 'Operation timed out.', body: wireError('Timeout', 'Operation timed out.') }],
  [
    429,
    {
      message: 'Requests have exceeded the token rate limit.',
      body: JSON.stringify({ statusCode: 429, message: 'Requests have exceeded the token rate limit.' }),
    },
  ],
  [500, { message: 'Internal server error', body: wireError('InternalServerError', 'Internal server error') }],
]);

export const okWithError = wireError('engine', 'The engine overheated.');
export const errorFrame = `data: ${okWithError}\n\n`;
