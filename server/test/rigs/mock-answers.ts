/** What a well-behaved OpenAI-compatible provider answers: the same question always gets the same answer. */

export interface ChatRequest {
  model: string;
  messages: readonly { role: string; content: unknown }[];
  stream?: boolean;
  stream_options?: { include_usage?: boolean };
  tools?: readonly { function: { name: string } }[];
  tool_choice?: unknown;
  response_format?: { type: string };
  n?: number;
  /** Of an embeddings request. */
  input?: unknown;
  encoding_format?: string;
}

export interface MockUsage {
  prompt_tokens: number;
  completion_tokens: number;
  total_tokens: number;
}

const MOCK_WORDS = ['The ', 'stick ', 'is ', 'split ', 'in ', 'two: ', 'café ', '🌾 ', 'done.'] as const;
export const MOCK_TEXT = MOCK_WORDS.join('');
const MOCK_JSON = { name: 'tally', count: 3 };
const MOCK_TOOL_ARGUMENTS = JSON.stringify({ city: 'Oslo', unit: 'celsius' });
export const CHAT_USAGE: MockUsage = { prompt_tokens: 11, completion_tokens: 9, total_tokens: 20 };
const CREATED = 1_760_000_000;
const EMBEDDING_DIMENSIONS = 8;

export function answerChat(request: ChatRequest, usage: MockUsage | null = CHAT_USAGE): Record<string, unknown> {
  const choices = Array.from({ length: request.n ?? 1 }, (_, index) => ({
    index,
    message: toMessage(request),
    logprobs: null,
    finish_reason: wantsTool(request) ? 'tool_calls' : 'stop',
  }));
  return {
    id: 'chatcmpl-mock',
    object: 'chat.completion',
    created: CREATED,
    model: `${request.model}-2026-01-01`,
    choices,
    ...(usage === null ? {} : { usage }),
    system_fingerprint: 'fp_mock',
  };
}

/** The frames of a stream, `data: …` with blank line, without the closing `[DONE]`. */
export function streamChat(
  request: ChatRequest,
  usage: MockUsage | null = CHAT_USAGE,
  deltas: readonly Record<string, unknown>[] = toDeltas(request),
): string[] {
  const asksUsage = request.stream_options?.include_usage === true;
  const chunk = (choices: readonly unknown[], extra: Record<string, unknown> = {}): string =>
    `data: ${JSON.stringify({
      id: 'chatcmpl-mock',
      object: 'chat.completion.chunk',
      created: CREATED,
      model: `${request.model}-2026-01-01`,
      choices,
      ...(asksUsage ? { usage: null } : {}),
      ...extra,
    })}\n\n`;
  const delta = (content: Record<string, unknown>, finishReason: string | null = null): string =>
    chunk([{ index: 0, delta: content, logprobs: null, finish_reason: finishReason }]);
  const frames = [delta({ role: 'assistant', content: '' }), ...deltas.map((content) => delta(content))];
  frames.push(delta({}, wantsTool(request) ? 'tool_calls' : 'stop'));
  if (asksUsage && usage !== null) frames.push(chunk([], { usage }));
  return frames;
}

/** Every kind of piece that a stream may hold. */
export function streamMedley({ model }: ChatRequest): string[] {
  const piece = (index: number, fields: Record<string, unknown>) => ({ tool_calls: [{ index, ...fields }] });
  const open = (index: number, id: string) => piece(index, { id, function: { name: `tool_${id}`, arguments: '' } });
  const deltas: Record<string, unknown>[] = [
    { role: 'assistant', reasoning_content: 'Let me ' },
    { reasoning_content: 'think.' },
    { content: 'Hello ' },
    { content: 'there.' },
    { refusal: 'Not that.' },
    open(0, 'a'),
    open(1, 'b'),
    piece(1, { function: { arguments: '{"b":' } }),
    piece(0, { function: { arguments: '{"a":1}' } }),
    piece(1, { function: { arguments: '2}' } }),
  ];
  const ending = { index: 0, delta: {}, finish_reason: 'tool_calls' };
  const choices = [...deltas.map((delta) => ({ index: 0, delta, finish_reason: null })), ending];
  const head = { id: 'chatcmpl-mock', object: 'chat.completion.chunk', created: CREATED, model };
  return choices.map((choice) => `data: ${JSON.stringify({ ...head, choices: [choice], usage: CHAT_USAGE })}\n\n`);
}

/** What a provider with `/responses` of its own answers. */
export function answerResponses({ model }: ChatRequest): Record<string, unknown> {
  const content = [{ type: 'output_text', text: MOCK_TEXT, annotations: [] }];
  const usage = { input_tokens: 11, output_tokens: 9, total_tokens: 20 };
  const output = [{ id: 'msg_mock', type: 'message', status: 'completed', role: 'assistant', content }];
  return { id: 'resp_mock', object: 'response', created_at: CREATED, status: 'completed', model, output, usage };
}

/** The frames of such a stream, the closing one too. */
export function streamResponses(request: ChatRequest): string[] {
  const place = { item_id: 'msg_mock', output_index: 0, content_index: 0 };
  const events: Record<string, unknown>[] = [
    {
      type: 'response.created',
      response: { ...answerResponses(request), status: 'in_progress', output: [], usage: null },
    },
    ...MOCK_WORDS.map((delta) => ({ type: 'response.output_text.delta', ...place, delta })),
    { type: 'response.completed', response: answerResponses(request) },
  ];
  return events.map((event, index) => {
    const data = JSON.stringify({ ...event, sequence_number: index });
    return `event: ${String(event.type)}\ndata: ${data}\n\n`;
  });
}

/** One vector per input; base64 where asked for, as the official clients do by default. */
export function answerEmbeddings(request: ChatRequest): unknown {
  const inputs = Array.isArray(request.input) && typeof request.input[0] !== 'number' ? request.input : [request.input];
  const data = inputs.map((_, index) => {
    const vector = embeddingOf(index);
    const embedding =
      request.encoding_format === 'base64' ? Buffer.from(new Float32Array(vector).buffer).toString('base64') : vector;
    return { object: 'embedding', index, embedding };
  });
  const tokens = 4 * inputs.length;
  return { object: 'list', data, model: request.model, usage: { prompt_tokens: tokens, total_tokens: tokens } };
}

/** Numbers that a 32-bit float holds exactly, so that both encodings compare equal. */
function embeddingOf(index: number): number[] {
  return Array.from({ length: EMBEDDING_DIMENSIONS }, (_, position) => (position + index) / 8);
}

export function answerError(message: string, code: string | null = null, type = 'server_error'): unknown {
  return { error: { message, type, param: null, code } };
}

function wantsTool(request: ChatRequest): boolean {
  const last = request.messages.at(-1);
  return request.tools !== undefined && request.tools.length > 0 && last?.role !== 'tool';
}

function wantsJson(request: ChatRequest): boolean {
  return request.response_format !== undefined && request.response_format.type !== 'text';
}

function toMessage(request: ChatRequest): Record<string, unknown> {
  if (!wantsTool(request)) {
    return { role: 'assistant', content: wantsJson(request) ? JSON.stringify(MOCK_JSON) : MOCK_TEXT, refusal: null };
  }
  return { role: 'assistant', content: null, refusal: null, tool_calls: [toToolCall(request, MOCK_TOOL_ARGUMENTS)] };
}

function toToolCall(request: ChatRequest, text: string): Record<string, unknown> {
  const name = request.tools?.[0]?.function.name ?? 'none';
  return { id: 'call_mock', type: 'function', function: { name, arguments: text } };
}

function toDeltas(request: ChatRequest): Record<string, unknown>[] {
  if (wantsTool(request)) {
    const middle = Math.floor(MOCK_TOOL_ARGUMENTS.length / 2);
    const pieces = [MOCK_TOOL_ARGUMENTS.slice(0, middle), MOCK_TOOL_ARGUMENTS.slice(middle)];
    return [
      { tool_calls: [{ index: 0, ...toToolCall(request, '') }] },
      ...pieces.map((text) => ({ tool_calls: [{ index: 0, function: { arguments: text } }] })),
    ];
  }
  const words = wantsJson(request) ? (JSON.stringify(MOCK_JSON).match(/.{1,7}/g) ?? []) : MOCK_WORDS;
  return words.map((content) => ({ content }));
}
