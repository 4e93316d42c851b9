/** Answers of OpenAI's Responses API in the shape of the public API reference. Made by hand, not recorded. */
import type { Call, Usage } from '@reeve/contracts';
import type { Provider } from '../adapter.ts';
import { provider, rawCall } from './openai.fixtures.ts';

export const responsesProvider: Provider = { ...provider, settings: { responses: true } };

export function responsesCall(body: Readonly<Record<string, unknown>>): Call {
  return { ...rawCall({ model: 'gpt-4o-mini', ...body }), kind: 'chat', wire: 'openai-responses' };
}

export const responseUsage: Usage = {
  inputTokens: 31,
  outputTokens: 17,
  cachedInputTokens: 5,
  reasoningTokens: 6,
  estimated: false,
};

const wireUsage = {
  input_tokens: 31,
  input_tokens_details: { cached_tokens: 5 },
  output_tokens: 17,
  output_tokens_details: { reasoning_tokens: 6 },
  total_tokens: 48,
};

export const responseText = 'A stick measures the sun. 🌾';
export const responseTool = { id: 'call_9', name: 'get_weather', arguments: '{"city":"Zürich"}' };

export const thought = {
  id: 'rs_1',
  type: 'reasoning',
  summary: [
    { type: 'summary_text', text: 'Shadows first.' },
    { type: 'summary_text', text: 'Then length.' },
  ],
  encrypted_content: 'gAAAA-sealed',
};
export const thoughtSignature = {
  wire: 'openai-responses',
  value: '{"id":"rs_1","encrypted_content":"gAAAA-sealed"}',
};

const citation = {
  type: 'url_citation',
  url: 'https://sticks.example/a',
  title: 'On sticks',
  start_index: 2,
  end_index: 7,
};
export const message = {
  id: 'msg_1',
  type: 'message',
  status: 'completed',
  role: 'assistant',
  content: [{ type: 'output_text', text: responseText, annotations: [citation], logprobs: [] }],
};
export const functionCall = {
  id: 'fc_1',
  type: 'function_call',
  status: 'completed',
  call_id: responseTool.id,
  name: responseTool.name,
  arguments: responseTool.arguments,
};

/** A response as plain bodies and the closing frames hold it. */
export function response(output: readonly object[], extra: object = {}) {
  return {
    id: 'resp_1',
    object: 'response',
    created_at: 1_741_569_952,
    status: 'completed',
    error: null,
    incomplete_details: null,
    model: 'gpt-4o-mini-2024-07-18',
    output,
    usage: wireUsage,
    ...extra,
  };
}

/** `sequence` of the frame, and what its event says. */
export function frameOf(sequence: number, type: string, fields: object = {}): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, sequence_number: sequence, ...fields })}\n\n`;
}

const opened = { response: response([], { status: 'in_progress', usage: null }) };
const words = ['A stick ', 'measures ', 'the sun. ', '🌾'];
const ofText = { item_id: 'msg_1', output_index: 0, content_index: 0 };

/** A text, without its closing frame. */
export const responseFrames = [
  frameOf(0, 'response.created', opened),
  frameOf(1, 'response.in_progress', opened),
  frameOf(2, 'response.output_item.added', { output_index: 0, item: { ...message, content: [] } }),
  frameOf(3, 'response.content_part.added', { ...ofText, part: { type: 'output_text', text: '' } }),
  ...words.map((delta, at) => frameOf(4 + at, 'response.output_text.delta', { ...ofText, delta, logprobs: [] })),
  frameOf(8, 'response.output_text.annotation.added', { ...ofText, annotation_index: 0, annotation: citation }),
  frameOf(9, 'response.output_text.done', { ...ofText, text: responseText }),
  frameOf(10, 'response.content_part.done', { ...ofText, part: message.content[0] }),
  frameOf(11, 'response.output_item.done', { output_index: 0, item: message }),
];
export const completedFrame = frameOf(12, 'response.completed', { response: response([message]) });

const half = Math.floor(responseTool.arguments.length / 2);
const ofCall = { item_id: 'fc_1', output_index: 0 };
export const responseToolFrames = [
  frameOf(0, 'response.created', opened),
  frameOf(1, 'response.output_item.added', { output_index: 0, item: { ...functionCall, arguments: '' } }),
  ...[responseTool.arguments.slice(0, half), responseTool.arguments.slice(half)].map((delta, at) =>
    frameOf(2 + at, 'response.function_call_arguments.delta', { ...ofCall, delta }),
  ),
  frameOf(4, 'response.function_call_arguments.done', { ...ofCall, arguments: responseTool.arguments }),
  frameOf(5, 'response.output_item.done', { output_index: 0, item: functionCall }),
  frameOf(6, 'response.completed', { response: response([functionCall]) }),
];

export const failedFrame = frameOf(3, 'response.failed', {
  response: response([], { status: 'failed', error: { code: 'server_error', message: 'The engine overheated.' } }),
});
export const failedBody = JSON.stringify({
  error: { message: 'The engine overheated.', type: 'server_error', param: null, code: null },
});
