/** From a call to the bytes of an OpenAI request. */
import type { Call, Part, ResponseFormat, ToolChoice } from '@reeve/contracts';
import type { Provider } from '../adapter.ts';
import { joinTurns } from '../group-turns.ts';
import { innerParts } from '../inner-parts.ts';
import { dropAbsent } from '../read-json.ts';
import { buildMessages, toImage } from './build-messages.ts';
import { chooseWire, readSettings, WIRE } from './openai-wire.ts';
import { spliceRaw } from './splice-raw.ts';

/** Fields of other wires that mean the same here, under the same name. */
export const EXTENSIONS: ReadonlySet<string> = new Set(['verbosity']);

const TOKEN_IDS = 'token_ids';

/**
 * The caller's own bytes where it speaks the wire on which the call goes (`spliceRaw`); otherwise a body made from the
 * call. What that cannot say was named by `findUnsayable`.
 */
export function callToOpenAi(call: Call, provider: Provider, modelId: string): Uint8Array {
  if (speaksRaw(call, provider)) return spliceRaw(call, call.raw, provider, modelId);
  return Buffer.from(JSON.stringify({ ...pickExtensions(call), ...buildBody(call, provider, modelId) }));
}

/** A sentence about the part of a translated call that this wire has no words for; `null` where there is none. */
export function findUnsayable(call: Call, provider: Provider): string | null {
  if (speaksRaw(call, provider)) return null;
  for (const part of call.parts.flatMap(innerParts)) {
    if (part.type === 'other' && part.name !== TOKEN_IDS)
      return `This provider cannot take a part of type "${part.name}".`;
    if (part.type === 'file' && part.fileId === undefined && part.data === undefined) {
      return 'This provider cannot take a file by its URL.';
    }
  }
  return call.wire === WIRE ? findUnplaceable(call.extensions) : null;
}

/** Fields inside messages and settings (`messages[].x`) do not say where they stood. */
function findUnplaceable(extensions: Call['extensions']): string | null {
  const inner = Object.keys(extensions).find((name) => name.includes('.'));
  return inner === undefined ? null : `"${inner}" cannot be sent on once the request was changed on its way.`;
}

function speaksRaw(call: Call, provider: Provider): call is Call & { raw: NonNullable<Call['raw']> } {
  return call.raw !== undefined && call.wire === chooseWire(call, provider);
}

/** All of the caller's further fields where it speaks this wire, else those that mean the same on both. */
function pickExtensions({ wire, kind, extensions }: Call): Readonly<Record<string, unknown>> {
  if (wire === WIRE || kind === 'rerank') return extensions;
  return Object.fromEntries(Object.entries(extensions).filter(([name]) => EXTENSIONS.has(name)));
}

function buildBody(call: Call, provider: Provider, modelId: string): object {
  switch (call.kind) {
    case 'embedding':
      return buildEmbedding(call, modelId);
    case 'completion':
      return buildCompletion(call, provider, modelId);
    case 'moderation':
      return { model: modelId, input: buildModerationInput(call.parts) };
    case 'rerank':
      return buildRerank(call, modelId);
    default:
      return buildChat(call, provider, modelId);
  }
}

function buildEmbedding({ parts, params }: Call, modelId: string): object {
  const { dimensions, endUser } = params;
  const input = readTokenIds(parts) ?? joinTurns(parts);
  return dropAbsent({ model: modelId, input, dimensions, user: endUser });
}

/** Several prompts may stand in one call; each gives `choices` answers. */
function buildCompletion(call: Call, provider: Provider, modelId: string): object {
  const { params } = call;
  const texts = joinTurns(call.parts);
  return dropAbsent({
    model: modelId,
    prompt: readTokenIds(call.parts) ?? (texts.length === 1 ? texts[0] : texts),
    max_tokens: params.maxOutputTokens,
    ...samplingOf(call),
    logprobs: params.logprobs?.top,
    ...streamOf(call, provider),
  });
}

/** Images make one input of all parts; without them each text is an input of its own. */
function buildModerationInput(parts: readonly Part[]): unknown {
  const texts = joinTurns(parts);
  if (!parts.some((part) => part.type === 'image')) return texts.length === 1 ? texts[0] : texts;
  return parts.flatMap((part) => {
    if (part.type === 'text') return [{ type: 'text', text: part.text }];
    return part.type === 'image' ? [toImage(part)] : [];
  });
}

/** Turn 0 is the query. */
function buildRerank({ parts, params }: Call, modelId: string): object {
  const [query = '', ...documents] = joinTurns(parts);
  return dropAbsent({ model: modelId, query, documents, top_n: params.topN });
}

function readTokenIds(parts: readonly Part[]): unknown {
  return parts.find((part) => part.type === 'other')?.value;
}

function buildChat(call: Call, provider: Provider, modelId: string): object {
  const { params, extensions, wire } = call;
  const { toolChoice, responseFormat, logprobs, reasoning } = params;
  const tools: readonly unknown[] | undefined = params.tools?.map(({ cache: _cache, ...tool }) => {
    return { type: 'function', function: tool };
  });
  // Tools that the call does not model travel beside it, under the same name.
  const others = wire === WIRE && Array.isArray(extensions.tools) ? extensions.tools : [];
  return dropAbsent({
    model: modelId,
    messages: buildMessages(call.parts),
    [nameTokenLimit(provider)]: params.maxOutputTokens,
    ...samplingOf(call),
    top_k: params.topK,
    logprobs: logprobs === undefined ? undefined : true,
    top_logprobs: logprobs === undefined || logprobs.top === 0 ? undefined : logprobs.top,
    tools: others.length === 0 ? tools : [...(tools ?? []), ...others],
    tool_choice: toolChoice === undefined ? undefined : toToolChoice(toolChoice),
    parallel_tool_calls: params.parallelToolCalls,
    response_format: responseFormat === undefined ? undefined : toResponseFormat(responseFormat),
    reasoning_effort: reasoning?.effort ?? toEffort(reasoning?.budgetTokens),
    ...streamOf(call, provider),
  });
}

/** What chats and completions share. */
function samplingOf({ params }: Call) {
  return {
    temperature: params.temperature,
    top_p: params.topP,
    stop: params.stop,
    seed: params.seed,
    n: params.choices,
    frequency_penalty: params.frequencyPenalty,
    presence_penalty: params.presencePenalty,
    logit_bias: params.logitBias,
    user: params.endUser,
  };
}

function streamOf({ stream, params }: Call, { streamUsage }: Provider) {
  if (!stream) return {};
  return {
    stream: true,
    ...(streamUsage || params.streamUsage === true ? { stream_options: { include_usage: true } } : {}),
  };
}

/** OpenAI itself renamed the field and refuses the old name on newer models; most other servers know only the old. */
function nameTokenLimit(provider: Provider): string {
  return readSettings(provider).max_tokens_field ?? 'max_tokens';
}

function toToolChoice(choice: ToolChoice): unknown {
  return typeof choice === 'string' ? choice : { type: 'function', function: choice };
}

function toResponseFormat(format: ResponseFormat): unknown {
  if (format.type === 'json') return { type: 'json_object' };
  if (format.type === 'text') return { type: 'text' };
  const { type: _type, ...schema } = format;
  return { type: 'json_schema', json_schema: schema };
}

/** Effort by the share of thinking that a budget allows; the steps are those that OpenAI-compatible servers map back. */
function toEffort(budgetTokens: number | undefined): string | undefined {
  if (budgetTokens === undefined) return undefined;
  if (budgetTokens <= 2_048) return 'low';
  return budgetTokens <= 8_192 ? 'medium' : 'high';
}
