/**
 * Amazon Bedrock (Converse, ConverseStream, CountTokens, InvokeModel), from its public reference. Whoever asks with a
 * signature must have signed what arrived.
 */
import { toMessage as toEventMessage } from '../../../src/path/adapters/bedrock/bedrock.fixtures.ts';
import { signV4 } from '#platform/crypto/port.ts';
import { checkSchema } from './anthropic.ts';
import {
  asList,
  asRecord,
  check,
  checkFields,
  checkPairs,
  decideReply,
  INPUT_TOKENS,
  isBearer,
  OUTPUT_TOKENS,
  RETRY_AFTER,
  sendJson,
  SIGNATURE,
  THOUGHT,
  TOOL_ARGUMENTS,
  TOOL_PIECES,
  VECTORS,
  WIRE_KEY,
  type Json,
  type MockWire,
  type Refusal,
  type Reply,
  type WireRequest,
} from './wire.ts';

export const ACCESS_KEY_ID = 'AKIDEXAMPLE';
const FIELDS =
  'messages system inferenceConfig toolConfig guardrailConfig additionalModelRequestFields promptVariables additionalModelResponseFieldPaths requestMetadata performanceConfig outputConfig'.split(
    ' ',
  );
const toToolId = (step: number): string => `tooluse_mock${step}`;
const USAGE = { inputTokens: INPUT_TOKENS, outputTokens: OUTPUT_TOKENS, totalTokens: 20 };
const PLACE = /^\/model\/([^/]+)\/([\w-]+)$/;

const ERRORS: Readonly<Record<Refusal, readonly [number, string]>> = {
  key: [403, 'UnrecognizedClientException'],
  invalid: [400, 'ValidationException'],
  limited: [429, 'ThrottlingException'],
  overloaded: [503, 'ServiceUnavailableException'],
  'no-such-path': [404, 'UnknownOperationException'],
};

export const bedrockWire: MockWire = {
  isAuthorized: (request) => isBearer(request) || isSigned(request),
  findModel: ({ path }) => decodeURIComponent(PLACE.exec(path)?.[1] ?? ''),
  answer({ path, body }, fault) {
    const [, , action] = PLACE.exec(path) ?? [];
    switch (action) {
      case 'invoke':
        return sendJson({ embedding: VECTORS[0], inputTextTokenCount: INPUT_TOKENS });
      case 'count-tokens':
        return sendJson({ inputTokens: INPUT_TOKENS });
      case 'converse':
      case 'converse-stream': {
        checkRequest(body);
        const reply = readReply(body, fault);
        if (action === 'converse') return sendJson(toBody(reply));
        return { status: 200, type: 'application/vnd.amazon.eventstream', chunks: toEvents(reply) };
      }
      default:
        return null;
    }
  },
  refuse(refusal, message) {
    const [status, type] = ERRORS[refusal];
    const wait = refusal === 'limited' ? { 'retry-after': String(RETRY_AFTER) } : {};
    return sendJson({ message }, status, { 'x-amzn-errortype': type, ...wait });
  },
};

const AUTHORIZATION =
  /^AWS4-HMAC-SHA256 Credential=([^/]+)\/\d{8}\/([^/]+)\/(\w+)\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=/;
/** What signing adds by itself. */
const ADDED: ReadonlySet<string> = new Set(['x-amz-date', 'x-amz-security-token']);

/** Signs what arrived once more, under the names that the caller signed. */
function isSigned({ method, headers, bytes, fullPath }: WireRequest): boolean {
  const given = headers.authorization ?? '';
  const [, accessKeyId = '', region = '', service = '', names = ''] = AUTHORIZATION.exec(given) ?? [];
  const time = String(headers['x-amz-date']);
  const [, date, clock] = /^(\d{8})T(\d{6})Z$/.exec(time) ?? [];
  if (accessKeyId !== ACCESS_KEY_ID || date === undefined || clock === undefined) return false;
  const iso = `${date.replace(/(\d{4})(\d{2})/, '$1-$2-')}T${clock.replace(/(\d{2})(\d{2})/, '$1:$2:')}Z`;
  const signed = names.split(';').filter((name) => !ADDED.has(name));
  const kept = Object.fromEntries(signed.map((name) => [name, String(headers[name] ?? '')]));
  const request = { method, path: fullPath, query: '', headers: kept, body: bytes };
  const keys = { accessKeyId, secretAccessKey: WIRE_KEY };
  const made = signV4(request, keys, { region, service, atMs: Date.parse(iso) });
  return made['authorization']?.split('Signature=')[1] === given.split('Signature=')[1];
}

const blocksOf = (body: Json): Json[] => asList(body['messages']).flatMap(({ content }) => [...asList(content)]);

function checkRequest(body: Json): void {
  checkFields(body, FIELDS);
  const { structure } = asRecord(asRecord(body['outputConfig'])['textFormat']);
  for (const { toolSpec } of asList(asRecord(body['toolConfig'])['tools'])) {
    const { strict, inputSchema } = asRecord(toolSpec);
    if (strict === true) checkSchema(asRecord(inputSchema)['json']);
  }
  checkSchema(JSON.parse(String(asRecord(asRecord(structure)['jsonSchema'])['schema'] ?? '{}')));
  check(asList(body['messages'])[0]?.['role'] === 'user', 'A conversation must start with a user message.');
  const blocks = blocksOf(body);
  const idsOf = (field: string) =>
    blocks.filter((block) => block[field] !== undefined).map((block) => asRecord(block[field])['toolUseId']);
  checkPairs(idsOf('toolUse'), idsOf('toolResult'));
  check(
    idsOf('toolUse').every((id) => /^[a-zA-Z0-9_-]{1,64}$/.test(String(id))),
    'messages.1.member.content.1.member.toolUse.toolUseId failed to satisfy constraint',
  );
  check(
    blocks.every(({ text }) => text === undefined || String(text).trim() !== ''),
    'The text field in the ContentBlock object is blank. Add text to the text field, and try again.',
  );
  const { temperature, topP } = asRecord(body['inferenceConfig']);
  check(
    temperature === undefined || topP === undefined,
    '`temperature` and `top_p` cannot both be specified for this model. Please use only one.',
  );
  check(
    idsOf('toolUse').length === 0 || body['toolConfig'] !== undefined,
    'The toolConfig field must be defined when using toolUse and toolResult content blocks.',
  );
  const thinking = asRecord(asRecord(body['additionalModelRequestFields'])['thinking'])['type'] === 'enabled';
  const choice = asRecord(asRecord(body['toolConfig'])['toolChoice']);
  check(
    !thinking || (choice['any'] === undefined && choice['tool'] === undefined),
    'Thinking may not be enabled when tool_choice forces tool use.',
  );
  const last = asList(body['messages']).findLast(({ role }) => role === 'assistant');
  check(
    !thinking || asList(last?.['content'])[0]?.['toolUse'] === undefined,
    'Expected `thinking` or `redacted_thinking`, but found `tool_use`',
  );
  const signed = blocks.map((block) => asRecord(asRecord(block['reasoningContent'])['reasoningText'])['signature']);
  check(
    signed.every((signature) => signature === undefined || signature === SIGNATURE),
    'The signature of a reasoning block is not valid.',
  );
}

function readReply(body: Json, fault: string | null): Reply {
  const [tool] = asList(asRecord(body['toolConfig'])['tools']);
  const thinking = asRecord(asRecord(body['additionalModelRequestFields'])['thinking']);
  return decideReply({
    tool: asRecord(tool?.['toolSpec'])['name'],
    answered: blocksOf(body).filter((block) => block['toolResult'] !== undefined).length,
    wantsJson: asRecord(body['outputConfig'])['textFormat'] !== undefined,
    thinks: ['enabled', 'adaptive'].includes(String(thinking['type'])),
    fault,
  });
}

function toStopReason({ tool, filtered }: Reply): string {
  if (filtered) return 'content_filtered';
  return tool === null ? 'end_turn' : 'tool_use';
}

function toBody(reply: Reply): Json {
  const { tool, step, pieces, thinks } = reply;
  const reasoningContent = { reasoningText: { text: THOUGHT, signature: SIGNATURE } };
  const said =
    tool === null
      ? { text: pieces.join('') }
      : { toolUse: { toolUseId: toToolId(step), name: tool, input: TOOL_ARGUMENTS } };
  const message = { role: 'assistant', content: [...(thinks ? [{ reasoningContent }] : []), said] };
  return { metrics: { latencyMs: 7 }, output: { message }, stopReason: toStopReason(reply), usage: USAGE };
}

function toEvents(reply: Reply): Buffer[] {
  const { tool, step, pieces, thinks } = reply;
  const at = thinks ? 1 : 0;
  const event = (type: string, payload: Json): Buffer =>
    toEventMessage(
      { ':event-type': type, ':content-type': 'application/json', ':message-type': 'event' },
      JSON.stringify({ ...payload, p: 'abcdefgh' }),
    );
  const delta = (contentBlockIndex: number, content: Json): Buffer =>
    event('contentBlockDelta', { contentBlockIndex, delta: content });
  const thinking = [
    delta(0, { reasoningContent: { text: THOUGHT } }),
    delta(0, { reasoningContent: { signature: SIGNATURE } }),
    event('contentBlockStop', { contentBlockIndex: 0 }),
  ];
  const said =
    tool === null
      ? pieces.map((text) => delta(at, { text }))
      : [
          event('contentBlockStart', {
            contentBlockIndex: at,
            start: { toolUse: { toolUseId: toToolId(step), name: tool } },
          }),
          ...TOOL_PIECES.map((input) => delta(at, { toolUse: { input } })),
        ];
  return [
    event('messageStart', { role: 'assistant' }),
    ...(thinks ? thinking : []),
    ...said,
    event('contentBlockStop', { contentBlockIndex: at }),
    event('messageStop', { stopReason: toStopReason(reply) }),
    event('metadata', { usage: USAGE, metrics: { latencyMs: 7 } }),
  ];
}
