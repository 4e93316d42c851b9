/** The API of Mistral, from its public reference. */
import { chunkFrame, completion, DONE_FRAME } from '../../../src/path/adapters/mistral/mistral.fixtures.ts';
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
  'model messages temperature top_p max_tokens stream stop random_seed metadata response_format tools tool_choice presence_penalty frequency_penalty n prediction parallel_tool_calls prompt_mode reasoning_effort guardrails safe_prompt prompt_cache_key'.split(
    ' ',
  );
const TOOL_ID = 'D681PevKs';
const TOOL_ID_SHAPE = /^[a-zA-Z0-9]{9}$/;
const USAGE = { prompt_tokens: INPUT_TOKENS, completion_tokens: OUTPUT_TOKENS, total_tokens: 20 };

const STATUS: Readonly<Record<Refusal, number>> = {
  key: 401,
  invalid: 422,
  limited: 429,
  overloaded: 503,
  'no-such-path': 404,
};

export const mistralWire: MockWire = {
  isAuthorized: isBearer,
  findModel: modelInBody,
  answer({ path, body }, fault) {
    if (path.startsWith('/v1/embeddings')) return sendJson(embed(body));
    if (path.startsWith('/v1/moderations')) return sendJson(moderate(body));
    if (!path.startsWith('/v1/chat/completions')) return null;
    checkRequest(body);
    const reply = readReply(body, fault);
    if (body['stream'] === true) return sendEvents(toFrames(reply));
    return sendJson(completion(toMessage(reply), toFinish(reply), { usage: USAGE }));
  },
  refuse(refusal, message) {
    const headers = refusal === 'limited' ? { 'retry-after': String(RETRY_AFTER) } : undefined;
    const body =
      refusal === 'invalid'
        ? { detail: [{ type: 'value_error', loc: ['body'], msg: message, input: {} }] }
        : { object: 'error', message, type: refusal, param: null, code: '1000' };
    return sendJson(body, STATUS[refusal], headers);
  },
};

function embed({ input, model }: Json): Json {
  const texts = Array.isArray(input) ? input : [input];
  const data = texts.map((_, index) => ({ object: 'embedding', embedding: VECTORS[index % 2], index }));
  return { id: 'embd-mock', object: 'list', data, model, usage: { ...USAGE, completion_tokens: 0, total_tokens: 11 } };
}

function moderate({ input, model }: Json): Json {
  const texts = Array.isArray(input) ? input : [input];
  const results = texts.map(() => ({
    categories: { sexual: false, pii: true },
    category_scores: { sexual: 0.01, pii: 0.98 },
  }));
  return { id: 'mod-mock', model, results };
}

const AFTER: Readonly<Record<string, readonly string[]>> = {
  system: ['user', 'assistant', 'system'],
  user: ['assistant', 'system', 'user'],
  assistant: ['assistant', 'user', 'tool'],
  tool: ['assistant', 'tool'],
};

function checkRequest(body: Json): void {
  checkFields(body, FIELDS);
  const messages = asList(body['messages']);
  const last = messages.at(-1);
  check(
    last?.['role'] === 'user' || last?.['role'] === 'tool' || last?.['prefix'] === true,
    `Expected last role User or Tool (or Assistant with prefix True) for serving but got ${String(last?.['role'])}`,
  );
  for (const [at, { role }] of messages.entries()) {
    const before = String(messages[at - 1]?.['role'] ?? '');
    const follows = AFTER[before]?.includes(String(role)) ?? true;
    check(follows, `Unexpected role '${String(role)}' after role '${before}'`);
  }
  check(
    messages.every((message) => message['role'] !== 'assistant' || message['content'] || message['tool_calls']),
    'Assistant message must have either content or tool_calls, but not none.',
  );
  const calls = messages.flatMap(({ tool_calls }) => asList(tool_calls).map(({ id }) => String(id)));
  const results = messages.filter(({ role }) => role === 'tool').map(({ tool_call_id }) => String(tool_call_id));
  check(
    calls.every((id) => TOOL_ID_SHAPE.test(id)),
    'Tool call id was not of nine letters and digits',
  );
  checkPairs(calls, results);
}

function readReply(body: Json, fault: string | null): Reply {
  return decideReply({
    tool: asRecord(asList(body['tools'])[0]?.['function'])['name'],
    answered: asList(body['messages']).filter(({ role }) => role === 'tool').length,
    wantsJson: ['json_object', 'json_schema'].includes(String(asRecord(body['response_format'])['type'])),
    thinks: body['reasoning_effort'] === 'high' || body['prompt_mode'] === 'reasoning',
    fault,
  });
}

const toFinish = ({ tool }: Reply): string => (tool === null ? 'stop' : 'tool_calls');

const toolCall = (name: string, text: string): Json => ({
  id: TOOL_ID,
  type: 'function',
  function: { name, arguments: text },
  index: 0,
});

const thinking = (): Json => ({ type: 'thinking', thinking: [{ type: 'text', text: THOUGHT }], closed: true });

function toMessage({ tool, pieces, thinks }: Reply): Json {
  const text = pieces.join('');
  if (tool !== null) return { content: thinks ? [thinking()] : '', tool_calls: [toolCall(tool, TOOL_TEXT)] };
  return { content: thinks ? [thinking(), { type: 'text', text }] : text };
}

function toFrames(reply: Reply): string[] {
  const { tool, pieces, thinks } = reply;
  const delta = (content: Json, finish: string | null = null, extra: Json = {}): string =>
    chunkFrame([{ index: 0, delta: content, finish_reason: finish }], extra);
  const said =
    tool === null
      ? pieces.map((content) => delta({ content }))
      : [
          delta({ tool_calls: [toolCall(tool, TOOL_PIECES[0])] }),
          delta({ tool_calls: [{ id: 'null', index: 0, function: { name: '', arguments: TOOL_PIECES[1] } }] }),
        ];
  return [
    delta({ role: 'assistant', content: '' }),
    ...(thinks ? [delta({ content: [thinking()] })] : []),
    ...said,
    delta({ content: '' }, toFinish(reply), { usage: USAGE }),
    DONE_FRAME,
  ];
}
