/** The API of Cohere (v2), from its public reference. */
import {
  chat,
  endFrame,
  frameOf,
  messageFrame,
  startFrame,
} from '../../../src/path/adapters/cohere/cohere.fixtures.ts';
import {
  asList,
  asRecord,
  check,
  checkFields,
  checkPairs,
  decideReply,
  INPUT_TOKENS,
  isBearer,
  modelInBody,
  OUTPUT_TOKENS,
  RETRY_AFTER,
  sendEvents,
  sendJson,
  THOUGHT,
  TOOL_PIECES,
  TOOL_TEXT,
  VECTORS,
  type Json,
  type MockWire,
  type Refusal,
  type Reply,
} from './wire.ts';

const FIELDS =
  'stream model messages tools strict_tools documents citation_options response_format safety_mode max_tokens stop_sequences temperature seed frequency_penalty presence_penalty k p logprobs tool_choice thinking priority'.split(
    ' ',
  );
const TOOL_ID = 'get_weather_nsz5zm3w56q3';
const USAGE = {
  billed_units: { input_tokens: INPUT_TOKENS, output_tokens: OUTPUT_TOKENS },
  tokens: { input_tokens: 70, output_tokens: 12 },
};

const STATUS: Readonly<Record<Refusal, number>> = {
  key: 401,
  invalid: 400,
  limited: 429,
  overloaded: 503,
  'no-such-path': 404,
};

export const cohereWire: MockWire = {
  isAuthorized: isBearer,
  findModel: modelInBody,
  answer({ path, body }, fault) {
    if (path === '/v2/embed') return sendJson(embed(body));
    if (path === '/v2/rerank') return sendJson(rerank(body));
    if (path !== '/v2/chat') return null;
    checkRequest(body);
    const reply = readReply(body, fault);
    if (body['stream'] === true) return sendEvents(toFrames(reply));
    return sendJson(chat(toMessage(reply), toFinish(reply), { usage: USAGE }));
  },
  refuse(refusal, message) {
    const headers = refusal === 'limited' ? { 'retry-after': String(RETRY_AFTER) } : undefined;
    return sendJson({ id: 'mock', message }, STATUS[refusal], headers);
  },
};

function embed(body: Json): Json {
  check(typeof body['input_type'] === 'string', 'input_type is required');
  const texts = body['texts'] as string[];
  const meta = { api_version: { version: '2' }, billed_units: { input_tokens: INPUT_TOKENS } };
  return { id: 'mock', embeddings: { float: texts.map((_, at) => VECTORS[at % 2]) }, texts, meta };
}

function rerank(body: Json): Json {
  const count = Number(body['top_n'] ?? asList(body['documents']).length);
  const ranked = asList(body['documents']).map((_, index) => ({ index, relevance_score: (index + 1) / 10 }));
  const meta = { api_version: { version: '2' }, billed_units: { search_units: 1 } };
  return { id: 'mock', results: ranked.toReversed().slice(0, count), meta };
}

function checkRequest(body: Json): void {
  checkFields(body, FIELDS);
  const p = Number(body['p'] ?? 0.75);
  check(p >= 0.01 && p <= 0.99, 'invalid request: p must be between 0.01 and 0.99');
  const messages = asList(body['messages']);
  check(
    messages.every((message) => message['role'] !== 'assistant' || message['content'] || message['tool_calls']),
    'invalid request: all messages must have content or tool calls',
  );
  const calls = messages.flatMap(({ tool_calls }) => asList(tool_calls).map(({ id }) => id));
  const results = messages.filter(({ role }) => role === 'tool').map(({ tool_call_id }) => tool_call_id);
  checkPairs(calls, results);
}

function readReply(body: Json, fault: string | null): Reply {
  return decideReply({
    tool: asRecord(asList(body['tools'])[0]?.['function'])['name'],
    answered: asList(body['messages']).filter(({ role }) => role === 'tool').length,
    wantsJson: asRecord(body['response_format'])['type'] === 'json_object',
    thinks: asRecord(body['thinking'])['type'] === 'enabled',
    fault,
  });
}

const toFinish = ({ tool }: Reply): string => (tool === null ? 'COMPLETE' : 'TOOL_CALL');

const toolCall = (name: string, text: string): Json => ({
  id: TOOL_ID,
  type: 'function',
  function: { name, arguments: text },
});

function toMessage({ tool, pieces, thinks }: Reply): Json {
  const thinking = thinks ? [{ type: 'thinking', thinking: THOUGHT }] : [];
  if (tool !== null) return { content: thinking, tool_plan: '', tool_calls: [toolCall(tool, TOOL_TEXT)] };
  return { content: [...thinking, { type: 'text', text: pieces.join('') }] };
}

function toFrames(reply: Reply): string[] {
  const { tool, pieces, thinks } = reply;
  const at = thinks ? 1 : 0;
  const block = (index: number, start: Json, deltas: readonly Json[]): string[] => [
    messageFrame('content-start', index, { content: start }),
    ...deltas.map((content) => messageFrame('content-delta', index, { content })),
    frameOf('content-end', { index }),
  ];
  const argument = (text: string): string =>
    messageFrame('tool-call-delta', 0, { tool_calls: { function: { arguments: text } } });
  const said =
    tool === null
      ? block(
          at,
          { type: 'text', text: '' },
          pieces.map((text) => ({ text })),
        )
      : [
          messageFrame('tool-call-start', 0, { tool_calls: toolCall(tool, '') }),
          ...TOOL_PIECES.map(argument),
          frameOf('tool-call-end', { index: 0 }),
        ];
  return [
    startFrame,
    ...(thinks ? block(0, { type: 'thinking', thinking: '' }, [{ thinking: THOUGHT }]) : []),
    ...said,
    endFrame(toFinish(reply), { usage: USAGE }),
  ];
}
