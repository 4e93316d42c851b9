/**
 * OpenAI's API, from its public reference; the same wire of a server that has no `/responses` and thinks aloud; and
 * OpenAI on Azure, with the findings of its filters in it.
 */
import { answerResponses } from './openai-responses.ts';
import {
  asList,
  asRecord,
  check,
  checkFields,
  checkPairs,
  dataFrame,
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
  WIRE_KEY,
  type Json,
  type MockWire,
  type Refusal,
  type Reply,
  type WireReply,
} from './wire.ts';

const FIELDS =
  'model messages max_tokens max_completion_tokens temperature top_p n stop seed frequency_penalty presence_penalty logprobs top_logprobs logit_bias tools tool_choice parallel_tool_calls response_format reasoning_effort user metadata store service_tier modalities audio prediction verbosity web_search_options stream stream_options prompt_cache_key safety_identifier'.split(
    ' ',
  );
const USAGE = { prompt_tokens: INPUT_TOKENS, completion_tokens: OUTPUT_TOKENS, total_tokens: 20 };
const CREATED = 1_760_000_000;
const DONE = 'data: [DONE]\n\n';

const ERRORS: Readonly<Record<Refusal, readonly [number, string, string]>> = {
  key: [401, 'invalid_request_error', 'invalid_api_key'],
  invalid: [400, 'invalid_request_error', 'invalid_value'],
  limited: [429, 'requests', 'rate_limit_exceeded'],
  overloaded: [503, 'server_error', 'overloaded'],
  'no-such-path': [404, 'invalid_request_error', 'unknown_url'],
};

function refuse(refusal: Refusal, message: string): WireReply {
  const [status, type, code] = ERRORS[refusal];
  const headers = refusal === 'limited' ? { 'retry-after': String(RETRY_AFTER) } : undefined;
  return sendJson({ error: { message, type, param: null, code } }, status, headers);
}

/** What a server of this wire adds to it. */
interface Flavour {
  root: string;
  thinksAloud: boolean;
  responses: boolean;
  /** Beside each choice. */
  choice: Json;
  /** Beside the last choice of a stream. */
  lastChunk: Json;
  isAuthorized: MockWire['isAuthorized'];
}

function createWire(flavour: Flavour): MockWire {
  const { root, responses, isAuthorized } = flavour;
  return {
    isAuthorized,
    findModel: modelInBody,
    refuse,
    answer({ path, body }, fault) {
      switch (toPlainPath(path)) {
        case `${root}/chat/completions`:
          return answerChat(body, fault, flavour);
        case `${root}/responses`:
          return responses ? answerResponses(body, fault) : null;
        case `${root}/completions`:
          return answerCompletion(body);
        case `${root}/embeddings`:
          return sendJson(embed(body));
        case `${root}/moderations`:
          return sendJson(moderate(body));
        default:
          return null;
      }
    },
  };
}

/** Azure's older paths hold the deployment and the version. */
function toPlainPath(path: string): string {
  return path.replace(/^\/openai(\/deployments\/[^/]+)?(\/.*)\?api-version=.*$/, '/openai/v1$2');
}

const OPENAI: Flavour = {
  root: '/v1',
  thinksAloud: false,
  responses: true,
  choice: {},
  lastChunk: {},
  isAuthorized: isBearer,
};
const SAFE = { filtered: false, severity: 'safe' };

export const openaiWire = createWire(OPENAI);
export const compatibleWire = createWire({ ...OPENAI, thinksAloud: true, responses: false });
/** Groq states usage on streams in a place of its own, asked or not. */
export const groqWire = createWire({
  ...OPENAI,
  root: '/openai/v1',
  responses: false,
  lastChunk: { x_groq: { id: 'req_mock', usage: USAGE } },
});
export const azureWire = createWire({
  ...OPENAI,
  root: '/openai/v1',
  choice: { content_filter_results: { hate: SAFE, self_harm: SAFE, sexual: SAFE, violence: SAFE } },
  isAuthorized: ({ headers }) => headers['api-key'] === WIRE_KEY,
});

function answerChat(body: Json, fault: string | null, flavour: Flavour): WireReply {
  checkFields(body, FIELDS);
  checkTools(body);
  const messages = asList(body['messages']);
  check(messages.length > 0, 'messages is required');
  check(asList(body['stop'] ?? [{}]).length > 0 || typeof body['stop'] === 'string', "[] is too short - 'stop'");
  const calls = messages.flatMap(({ tool_calls }) => asList(tool_calls).map(({ id }) => id));
  check(
    calls.every((id) => String(id).length <= ID_LENGTH_MAX),
    `tool_calls[0].id: string too long. Expected a string with maximum length ${ID_LENGTH_MAX}`,
  );
  checkPairs(
    calls,
    messages.filter(({ role }) => role === 'tool').map(({ tool_call_id }) => tool_call_id),
  );
  checkResults(messages);
  const reply = decideReply({
    tool: asRecord(asList(body['tools'])[0]?.['function'])['name'],
    answered: messages.filter(({ role }) => role === 'tool').length,
    wantsJson: ['json_object', 'json_schema'].includes(String(asRecord(body['response_format'])['type'])),
    thinks: flavour.thinksAloud && body['reasoning_effort'] !== undefined,
    fault,
  });
  if (body['stream'] === true) return sendEvents(toFrames(body, reply, flavour));
  const choice = { index: 0, message: toMessage(reply), logprobs: null, finish_reason: toFinish(reply) };
  return sendJson({ ...toHead(body, 'chat.completion'), choices: [{ ...choice, ...flavour.choice }], usage: USAGE });
}

const ID_LENGTH_MAX = 40;

/** Results stand right behind the calls, and are texts. */
function checkResults(messages: readonly Json[]): void {
  for (const [at, { role, content }] of messages.entries()) {
    const before = messages[at - 1];
    const follows = before?.['role'] === 'tool' || before?.['tool_calls'] !== undefined;
    check(role !== 'tool' || follows, "messages with role 'tool' must be a response to a preceding 'tool_calls'");
    const isText = typeof content === 'string' || asList(content).every(({ type }) => type === 'text');
    check(role !== 'tool' || isText, "Invalid content type for role 'tool': only 'text' is supported.");
  }
}

function checkTools({ tools, tool_choice: choice, parallel_tool_calls: parallel }: Json): void {
  check(tools === undefined || asList(tools).length > 0, "Invalid 'tools': empty array.");
  const hasTools = tools !== undefined;
  check(hasTools || choice === undefined, "'tool_choice' is only allowed when 'tools' are specified.");
  check(hasTools || parallel === undefined, "'parallel_tool_calls' is only allowed when 'tools' are specified.");
}

const toHead = ({ model }: Json, object: string): Json => ({ id: 'chatcmpl-mock', object, created: CREATED, model });

function toFinish({ tool, filtered }: Reply): string {
  if (filtered) return 'content_filter';
  return tool === null ? 'stop' : 'tool_calls';
}

const toolCall = (name: string, text: string): Json => ({
  id: 'call_mock',
  type: 'function',
  function: { name, arguments: text },
});

function toMessage({ tool, pieces, thinks }: Reply): Json {
  const thinking = thinks ? { reasoning_content: THOUGHT } : {};
  const said =
    tool === null ? { content: pieces.join('') } : { content: null, tool_calls: [toolCall(tool, TOOL_TEXT)] };
  return { role: 'assistant', refusal: null, ...thinking, ...said };
}

function toFrames(body: Json, reply: Reply, flavour: Flavour): string[] {
  const { tool, pieces, thinks } = reply;
  const head = toHead(body, 'chat.completion.chunk');
  const delta = (content: Json, finish: string | null = null): string =>
    dataFrame({
      ...head,
      ...(finish === null ? {} : flavour.lastChunk),
      choices: [{ index: 0, delta: content, logprobs: null, finish_reason: finish, ...flavour.choice }],
    });
  const said =
    tool === null
      ? pieces.map((content) => delta({ content }))
      : [
          delta({ tool_calls: [{ index: 0, ...toolCall(tool, '') }] }),
          ...TOOL_PIECES.map((text) => delta({ tool_calls: [{ index: 0, function: { arguments: text } }] })),
        ];
  const asksUsage = asRecord(body['stream_options'])['include_usage'] === true;
  return [
    delta({ role: 'assistant', content: '' }),
    ...(thinks ? [delta({ reasoning_content: THOUGHT })] : []),
    ...said,
    delta({}, toFinish(reply)),
    ...(asksUsage ? [dataFrame({ ...head, choices: [], usage: USAGE })] : []),
    DONE,
  ];
}

function answerCompletion(body: Json): WireReply {
  const head = { ...toHead(body, 'text_completion'), id: 'cmpl-mock' };
  const choice = (text: string, finish: string | null): Json => ({
    text,
    index: 0,
    logprobs: null,
    finish_reason: finish,
  });
  if (body['stream'] !== true) return sendJson({ ...head, choices: [choice('twig', 'stop')], usage: USAGE });
  const frames = [choice('tw', null), choice('ig', 'stop')].map((one) => dataFrame({ ...head, choices: [one] }));
  return sendEvents([...frames, DONE]);
}

function embed({ input, model, encoding_format }: Json): Json {
  const texts = Array.isArray(input) ? input : [input];
  const data = texts.map((_, index) => {
    const vector = VECTORS[index % 2] ?? [];
    const base64 = Buffer.from(new Float32Array(vector).buffer).toString('base64');
    return { object: 'embedding', index, embedding: encoding_format === 'base64' ? base64 : vector };
  });
  return { object: 'list', data, model, usage: { prompt_tokens: INPUT_TOKENS, total_tokens: INPUT_TOKENS } };
}

function moderate({ input, model }: Json): Json {
  const texts = Array.isArray(input) ? input : [input];
  const results = texts.map(() => ({
    flagged: true,
    categories: { violence: true },
    category_scores: { violence: 0.9 },
    category_applied_input_types: { violence: ['text'] },
  }));
  return { id: 'modr-mock', model, results };
}
