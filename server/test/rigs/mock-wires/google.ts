/** The Gemini API (v1beta) of Google, from its public reference. */
import { toFrame, wireError } from '../../../src/path/adapters/google/google.fixtures.ts';
import {
  asList,
  asRecord,
  check,
  checkFields,
  checkPairs,
  decideReply,
  INPUT_TOKENS,
  OUTPUT_TOKENS,
  RETRY_AFTER,
  sendEvents,
  sendJson,
  SIGNATURE,
  THOUGHT,
  TOOL_ARGUMENTS,
  VECTORS,
  WIRE_KEY,
  type Json,
  type MockWire,
  type Refusal,
  type Reply,
} from './wire.ts';

const FIELDS = 'contents systemInstruction tools toolConfig generationConfig safetySettings cachedContent model'.split(
  ' ',
);
const CONFIG_FIELDS =
  'stopSequences responseMimeType responseSchema responseJsonSchema candidateCount maxOutputTokens temperature topP topK seed presencePenalty frequencyPenalty responseLogprobs logprobs thinkingConfig responseModalities mediaResolution'.split(
    ' ',
  );

const ERRORS: Readonly<Record<Refusal, readonly [number, string, readonly object[]]>> = {
  key: [
    400,
    'INVALID_ARGUMENT',
    [{ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: 'API_KEY_INVALID', domain: 'googleapis.com' }],
  ],
  invalid: [400, 'INVALID_ARGUMENT', []],
  limited: [
    429,
    'RESOURCE_EXHAUSTED',
    [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: `${RETRY_AFTER}s` }],
  ],
  overloaded: [503, 'UNAVAILABLE', []],
  'no-such-path': [404, 'NOT_FOUND', []],
};

const PLACE = /^\/v1beta\/models\/([^/:]+):(\w+)/;

export const googleWire: MockWire = {
  isAuthorized: ({ headers }) => headers['x-goog-api-key'] === WIRE_KEY,
  findModel: ({ path }) => decodeURIComponent(PLACE.exec(path)?.[1] ?? ''),
  answer({ path, body }, fault) {
    const [, , method] = PLACE.exec(path) ?? [];
    if (method === 'countTokens') return sendJson({ totalTokens: INPUT_TOKENS });
    if (method === 'batchEmbedContents') {
      return sendJson({ embeddings: asList(body['requests']).map((_, at) => ({ values: VECTORS[at % 2] })) });
    }
    if (method !== 'generateContent' && method !== 'streamGenerateContent') return null;
    checkRequest(body);
    const reply = { ...readReply(body, fault), signs: path.includes('/gemini-3') };
    if (method === 'generateContent') return sendJson(toBody(reply.step, toParts(reply), toFinish(reply)));
    check(path.includes('alt=sse'), 'this mock streams server-sent events only');
    return sendEvents(toChunks(reply).map((chunk) => toFrame(JSON.stringify(chunk))));
  },
  refuse(refusal, message) {
    const [status, name, details] = ERRORS[refusal];
    return sendJson(wireError(status, name, message, details), status);
  },
};

const partsOf = (body: Json): Json[] => asList(body['contents']).flatMap(({ parts }) => [...asList(parts)]);

function checkRequest(body: Json): void {
  checkFields(body, FIELDS);
  checkFields(asRecord(body['generationConfig']), CONFIG_FIELDS, 'generationConfig');
  check(asList(body['contents']).length > 0, '* GenerateContentRequest.contents: contents is not specified');
  const roles = asList(body['contents']).map(({ role }) => role ?? 'user');
  check(
    roles.every((role) => role === 'user' || role === 'model'),
    'Please use a valid role: user, model.',
  );
  const parts = partsOf(body);
  check(
    parts.every((part) => part['text'] !== '' || part['thoughtSignature'] !== undefined),
    "contents.parts[0].data: required oneof field 'data' must have one initialized field",
  );
  check(
    parts.every((part) => asRecord(part['inlineData'])['mimeType'] !== 'image/jpg'),
    'Unable to submit request because it has a mimeType parameter with value image/jpg, which is not supported.',
  );
  const namesOf = (field: string) =>
    parts.filter((part) => part[field] !== undefined).map((part) => asRecord(part[field])['name']);
  checkPairs(namesOf('functionCall'), namesOf('functionResponse'));
  checkSigned(body);
  check(
    parts.every((part) => part['thoughtSignature'] === undefined || part['thoughtSignature'] === SIGNATURE),
    'Thought signature is not valid.',
  );
}

/** As the newer models demand of every step that called a tool. */
function checkSigned(body: Json): void {
  const thinks = asRecord(asRecord(body['generationConfig'])['thinkingConfig'])['includeThoughts'] === true;
  const calls = partsOf(body).filter((part) => part['functionCall'] !== undefined);
  check(
    !thinks || calls.every((part) => part['thoughtSignature'] !== undefined),
    'Function call is missing a thought_signature in functionCall parts.',
  );
}

/** The models of the third generation sign their calls whether asked to think or not. */
interface SignedReply extends Reply {
  signs: boolean;
}

function readReply(body: Json, fault: string | null): Reply {
  const config = asRecord(body['generationConfig']);
  const declared = asList(asList(body['tools'])[0]?.['functionDeclarations'])[0];
  return decideReply({
    tool: declared?.['name'],
    answered: partsOf(body).filter((part) => part['functionResponse'] !== undefined).length,
    wantsJson: config['responseMimeType'] === 'application/json',
    thinks: asRecord(config['thinkingConfig'])['includeThoughts'] === true,
    fault,
  });
}

const toFinish = ({ filtered }: Reply): string => (filtered ? 'SAFETY' : 'STOP');

/** The signature of a thought stands on the part that follows it, also where the thought itself is not shown. */
function toParts({ tool, pieces, thinks, signs }: SignedReply): Json[] {
  const signature = thinks || signs ? { thoughtSignature: SIGNATURE } : {};
  const thought = thinks ? [{ text: THOUGHT, thought: true }] : [];
  const said = tool === null ? { text: pieces.join('') } : { functionCall: { name: tool, args: TOOL_ARGUMENTS } };
  return [...thought, { ...said, ...signature }];
}

function toChunks(reply: SignedReply): Json[] {
  if (reply.tool !== null) return [toBody(reply.step, toParts(reply), toFinish(reply))];
  const [first, ...thought] = toParts(reply).toReversed();
  const { text: _whole, ...signature } = first ?? {};
  const parts: Json[] = [...thought, ...reply.pieces.map((text, at) => (at === 0 ? { text, ...signature } : { text }))];
  return parts.map((part, at) => toBody(reply.step, [part], at === parts.length - 1 ? toFinish(reply) : null));
}

function toBody(step: number, parts: readonly Json[], finishReason: string | null): Json {
  const counted = { promptTokenCount: INPUT_TOKENS, candidatesTokenCount: OUTPUT_TOKENS, totalTokenCount: 20 };
  const candidate = { content: { parts, role: 'model' }, index: 0 };
  return {
    candidates: [finishReason === null ? candidate : { ...candidate, finishReason }],
    usageMetadata: finishReason === null ? { promptTokenCount: INPUT_TOKENS, totalTokenCount: INPUT_TOKENS } : counted,
    modelVersion: 'gemini-mock',
    responseId: `mock${step}`,
  };
}
