/** The Messages API of Anthropic, from its public reference. */
import {
  blockDelta,
  blockStart,
  blockStop,
  frame,
  wireError,
} from '../../../src/path/adapters/anthropic/anthropic.fixtures.ts';
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
  SIGNATURE,
  THOUGHT,
  TOOL_ARGUMENTS,
  TOOL_PIECES,
  WIRE_KEY,
  type Json,
  type MockWire,
  type Refusal,
  type Reply,
} from './wire.ts';

const FIELDS =
  'model messages max_tokens system metadata stop_sequences stream temperature top_p top_k tools tool_choice thinking output_config service_tier'.split(
    ' ',
  );
const COUNT_FIELDS = ['model', 'messages', 'system', 'tools', 'tool_choice', 'thinking', 'output_config'];
const toToolId = (step: number): string => `toolu_0${step + 1}mock`;
const VERSION = /^\d{4}-\d{2}-\d{2}$/;

const ERRORS: Readonly<Record<Refusal, readonly [number, string]>> = {
  key: [401, 'authentication_error'],
  invalid: [400, 'invalid_request_error'],
  limited: [429, 'rate_limit_error'],
  overloaded: [529, 'overloaded_error'],
  'no-such-path': [404, 'not_found_error'],
};

export const anthropicWire: MockWire = {
  isAuthorized: (request) =>
    (request.headers['x-api-key'] === WIRE_KEY || isBearer(request)) &&
    VERSION.test(String(request.headers['anthropic-version'])),
  findModel: modelInBody,
  answer({ path, body }, fault) {
    if (path.startsWith('/v1/messages/count_tokens')) {
      checkFields(body, COUNT_FIELDS);
      return sendJson({ input_tokens: INPUT_TOKENS });
    }
    if (!path.startsWith('/v1/messages')) return null;
    checkRequest(body);
    const reply = readReply(body, fault);
    return body['stream'] === true ? sendEvents(toFrames(body, reply)) : sendJson(toMessage(body, reply));
  },
  refuse(refusal, message) {
    const [status, type] = ERRORS[refusal];
    const headers = refusal === 'limited' ? { 'retry-after': String(RETRY_AFTER) } : undefined;
    return sendJson(wireError(type, message), status, headers);
  },
};

const blocksOf = (body: Json): Json[] => asList(body['messages']).flatMap(({ content }) => [...asList(content)]);

function checkRequest(body: Json): void {
  checkFields(body, FIELDS);
  checkSettings(body);
  checkContents(body);
  const maxTokens = Number(body['max_tokens']);
  check(Number.isInteger(maxTokens) && maxTokens > 0, 'max_tokens: Field required');
  const thinking = asRecord(body['thinking']);
  if (thinking['type'] === 'enabled') {
    const budget = Number(thinking['budget_tokens']);
    check(budget >= 1024 && budget < maxTokens, 'thinking.budget_tokens: at least 1024 and below max_tokens');
  }
  const blocks = blocksOf(body);
  const idsOf = (type: string, field: string) =>
    blocks.filter((block) => block['type'] === type).map((block) => block[field]);
  checkPairs(idsOf('tool_use', 'id'), idsOf('tool_result', 'tool_use_id'));
  const last = asList(body['messages']).findLast(({ role }) => role === 'assistant');
  check(
    thinking['type'] !== 'enabled' || !startsWithTool(last),
    'messages: Expected `thinking` or `redacted_thinking`, but found `tool_use`',
  );
  const signed = blocks.filter((block) => block['type'] === 'thinking');
  check(
    signed.every((block) => block['signature'] === SIGNATURE),
    'messages: Invalid `signature` in `thinking` block',
  );
}

const ONE_SAMPLER = /claude-\w+-4-[156]/;

function checkSettings(body: Json): void {
  checkSchema(asRecord(asRecord(body['output_config'])['format'])['schema']);
  for (const { strict, input_schema: schema } of asList(body['tools'])) if (strict === true) checkSchema(schema);
  const { temperature, top_p: topP, tools, tool_choice: choice } = body;
  check(
    temperature === undefined || topP === undefined || !ONE_SAMPLER.test(String(body['model'])),
    '`temperature` and `top_p` cannot both be specified for this model. Please use only one.',
  );
  const thinks = ['enabled', 'adaptive'].includes(String(asRecord(body['thinking'])['type']));
  const isForced = ['any', 'tool'].includes(String(asRecord(choice)['type']));
  check(!thinks || !isForced, 'Thinking may not be enabled when tool_choice forces tool use.');
  check(choice === undefined || asList(tools).length > 0, 'tool_choice may only be specified while providing tools.');
}

/** The limits of structured outputs, as far as they can be told from the text. */
export function checkSchema(schema: unknown): void {
  const text = JSON.stringify(schema ?? {});
  const bound = /"(minimum|maximum|multipleOf|minLength|maxLength|maxItems)":\d/.exec(text)?.[1];
  check(bound === undefined, `output_config.format.schema: property '${bound}' is not supported`);
  const closed = text.split('"additionalProperties":false').length;
  check(
    text.split('"type":"object"').length === closed,
    "output_config.format.schema: For 'object' type, 'additionalProperties' must be explicitly set to false",
  );
}

const ID = /^[a-zA-Z0-9_-]+$/;
const IMAGES = ['image/jpeg', 'image/png', 'image/gif', 'image/webp'];

function checkContents(body: Json): void {
  const messages = asList(body['messages']);
  check(messages.length > 0, 'messages: at least one message is required');
  for (const { content } of messages) {
    const texts = asList(content).filter(({ type }) => type === 'text');
    check(
      texts.every(({ text }) => text !== ''),
      'messages: text content blocks must be non-empty',
    );
    const isBlank = texts.length > 0 && texts.every(({ text }) => String(text).trim() === '');
    check(!isBlank, 'messages: text content blocks must contain non-whitespace text');
  }
  for (const { type, id, tool_use_id: result, source } of blocksOf(body)) {
    const given = type === 'tool_use' ? id : type === 'tool_result' ? result : 'id';
    check(ID.test(String(given)), `messages: ${String(type)}.id: String should match pattern '${ID.source}'`);
    const mediaType = asRecord(source)['media_type'];
    const isKnown = type !== 'image' || mediaType === undefined || IMAGES.includes(String(mediaType));
    check(isKnown, `messages: image.source.media_type: Input should be one of ${IMAGES.join(', ')}`);
  }
}

/** Who thinks before a tool is called is shown the thought again with the tool's result. */
function startsWithTool(message: Json | undefined): boolean {
  return asList(message?.['content'])[0]?.['type'] === 'tool_use';
}

function readReply(body: Json, fault: string | null): Reply {
  return decideReply({
    tool: asList(body['tools'])[0]?.['name'],
    answered: blocksOf(body).filter((block) => block['type'] === 'tool_result').length,
    wantsJson: asRecord(body['output_config'])['format'] !== undefined,
    thinks: ['enabled', 'adaptive'].includes(String(asRecord(body['thinking'])['type'])),
    fault,
  });
}

function toStopReason({ tool, filtered }: Reply): string {
  if (filtered) return 'refusal';
  return tool === null ? 'end_turn' : 'tool_use';
}

const USAGE = { cache_creation_input_tokens: 0, cache_read_input_tokens: 0, service_tier: 'standard' };

function toMessage(body: Json, reply: Reply, ended = true): Json {
  const { tool, step, pieces, thinks } = reply;
  const thinking = thinks ? [{ type: 'thinking', thinking: THOUGHT, signature: SIGNATURE }] : [];
  const said =
    tool === null
      ? { type: 'text', text: pieces.join(''), citations: null }
      : { type: 'tool_use', id: toToolId(step), name: tool, input: TOOL_ARGUMENTS };
  return {
    id: 'msg_mock',
    type: 'message',
    role: 'assistant',
    model: body['model'],
    content: ended ? [...thinking, said] : [],
    stop_reason: ended ? toStopReason(reply) : null,
    stop_sequence: null,
    usage: { ...USAGE, input_tokens: INPUT_TOKENS, output_tokens: ended ? OUTPUT_TOKENS : 1 },
  };
}

function toFrames(body: Json, reply: Reply): string[] {
  const { tool, step, pieces, thinks } = reply;
  const at = thinks ? 1 : 0;
  const thinking = [
    blockStart(0, { type: 'thinking', thinking: '', signature: '' }),
    blockDelta(0, 'thinking_delta', { thinking: THOUGHT }),
    blockDelta(0, 'signature_delta', { signature: SIGNATURE }),
    blockStop(0),
  ];
  const said =
    tool === null
      ? [blockStart(at, { type: 'text', text: '' }), ...pieces.map((text) => blockDelta(at, 'text_delta', { text }))]
      : [
          blockStart(at, { type: 'tool_use', id: toToolId(step), name: tool, input: {} }),
          ...['', ...TOOL_PIECES].map((text) => blockDelta(at, 'input_json_delta', { partial_json: text })),
        ];
  return [
    frame('message_start', { message: toMessage(body, reply, false) }),
    frame('ping'),
    ...(thinks ? thinking : []),
    ...said,
    blockStop(at),
    frame('message_delta', {
      delta: { stop_reason: toStopReason(reply), stop_sequence: null },
      usage: { output_tokens: OUTPUT_TOKENS },
    }),
    frame('message_stop'),
  ];
}
