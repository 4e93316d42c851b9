/** From a call to the bytes of an OpenAI request. */
import type { Call, FieldSpan, MediaPart, Part, RawRequest, ResponseFormat, ToolChoice } from '@reeve/contracts';
import { must } from '#kernel';
import type { Provider } from '../adapter.ts';
import { dropAbsent, parseJson, readRecord } from '../read-json.ts';
import { readSettings, WIRE } from './openai-wire.ts';

/**
 * The caller's own bytes where it speaks this wire: only the model's name and, on a stream, the wish for usage are
 * spliced in; the same buffer where nothing changes. Otherwise a body made from the call. `null` where the call holds
 * a part that this wire cannot carry.
 */
export function callToOpenAi(call: Call, provider: Provider, modelId: string): Uint8Array | null {
  if (call.wire === WIRE && call.raw !== undefined) return spliceRaw(call, call.raw, provider, modelId);
  if (!call.parts.every(isCarried)) return null;
  const body = call.kind === 'embedding' ? buildEmbedding(call, modelId) : buildChat(call, provider, modelId);
  return Buffer.from(JSON.stringify(body));
}

interface Edit extends FieldSpan {
  text: string;
}

function spliceRaw(call: Call, raw: RawRequest, provider: Provider, modelId: string): Uint8Array {
  const edits: Edit[] = [];
  if (call.model !== modelId) {
    edits.push({ ...must(raw.fields.get('model'), 'a raw body has a model'), text: JSON.stringify(modelId) });
  }
  if (call.stream && provider.streamUsage && call.params.streamUsage !== true) edits.push(editStreamOptions(raw));
  return edits.length === 0 ? raw.bytes : applyEdits(raw.bytes, edits);
}

/** Asks for usage; the other options of the caller stay. */
function editStreamOptions({ bytes, fields }: RawRequest): Edit {
  const span = fields.get('stream_options');
  if (span === undefined) {
    const behindBrace = bytes.indexOf(0x7b) + 1;
    return { start: behindBrace, end: behindBrace, text: '"stream_options":{"include_usage":true},' };
  }
  const given = readRecord(parseJson(Buffer.from(bytes.subarray(span.start, span.end)).toString('utf8')));
  return { ...span, text: JSON.stringify({ ...given, include_usage: true }) };
}

function applyEdits(bytes: Uint8Array, edits: readonly Edit[]): Buffer {
  const pieces: Uint8Array[] = [];
  let from = 0;
  for (const edit of edits.toSorted((a, b) => a.start - b.start)) {
    pieces.push(bytes.subarray(from, edit.start), Buffer.from(edit.text));
    from = edit.end;
  }
  return Buffer.concat([...pieces, bytes.subarray(from)]);
}

/** Token ids are the one foreign part that this wire knows, as an embedding's input. */
function isCarried(part: Part): boolean {
  return part.type !== 'other' || part.name === TOKEN_IDS;
}

const TOKEN_IDS = 'token_ids';

function buildEmbedding({ parts, params, extensions }: Call, modelId: string): object {
  const ids = parts.find((part) => part.type === 'other');
  const texts = parts.flatMap((part) => (part.type === 'text' ? [part.text] : []));
  const dimensions = params.dimensions === undefined ? {} : { dimensions: params.dimensions };
  return { ...extensions, model: modelId, input: ids?.value ?? texts, ...dimensions };
}

function buildChat(call: Call, provider: Provider, modelId: string): object {
  const { params, extensions } = call;
  const { maxOutputTokens, choices, topP, toolChoice, responseFormat, logprobs, reasoning } = params;
  const usage = provider.streamUsage || params.streamUsage === true;
  return dropAbsent({
    ...extensions,
    model: modelId,
    messages: groupTurns(call.parts).flatMap(toMessages),
    [nameTokenLimit(provider)]: maxOutputTokens,
    temperature: params.temperature,
    top_p: topP,
    stop: params.stop,
    seed: params.seed,
    n: choices,
    frequency_penalty: params.frequencyPenalty,
    presence_penalty: params.presencePenalty,
    top_k: params.topK,
    logprobs: logprobs === undefined ? undefined : true,
    top_logprobs: logprobs === undefined || logprobs.top === 0 ? undefined : logprobs.top,
    logit_bias: params.logitBias,
    tools: params.tools?.map(({ cache: _cache, ...tool }) => ({ type: 'function', function: tool })),
    tool_choice: toolChoice === undefined ? undefined : toToolChoice(toolChoice),
    parallel_tool_calls: params.parallelToolCalls,
    response_format: responseFormat === undefined ? undefined : toResponseFormat(responseFormat),
    reasoning_effort: reasoning?.effort ?? toEffort(reasoning?.budgetTokens),
    user: params.endUser,
    stream: call.stream ? true : undefined,
    stream_options: call.stream && usage ? { include_usage: true } : undefined,
  });
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

/** Parts of one turn and role stand together. */
function groupTurns(parts: readonly Part[]): Part[][] {
  const turns: Part[][] = [];
  for (const part of parts) {
    const current = turns.at(-1);
    const [first] = current ?? [];
    if (current !== undefined && first?.turn === part.turn && first.role === part.role) current.push(part);
    else turns.push([part]);
  }
  return turns;
}

/** Results of tools are messages of their own here, and stand before what else the turn says. */
function toMessages(turn: readonly Part[]): object[] {
  const results = turn.flatMap((part) =>
    part.type === 'tool-result' ? [{ role: 'tool', tool_call_id: part.id, content: joinTexts(part.content) }] : [],
  );
  const contents = turn.flatMap((part) => toContent(part) ?? []);
  const calls = turn.flatMap((part) =>
    part.type === 'tool-call'
      ? [{ id: part.id, type: 'function', function: { name: part.name, arguments: part.arguments } }]
      : [],
  );
  if (contents.length === 0 && calls.length === 0) return results;
  const role = turn[0]?.role ?? 'user';
  const toolCalls = calls.length === 0 ? {} : { tool_calls: calls };
  return [...results, { role, content: joinContents(contents), ...toolCalls }];
}

type Content = { type: 'text'; text: string } | ({ type: string } & Record<string, unknown>);

/** One text alone is sent as a text: every server takes that. */
function joinContents(contents: readonly Content[]): unknown {
  const [only] = contents;
  if (only === undefined) return null;
  return contents.length === 1 && only.type === 'text' ? only.text : contents;
}

/** Results are texts on this wire. */
function joinTexts(content: readonly MediaPart[]): string {
  return content.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('\n');
}

/** Reasoning has no place in a request of this wire and is left out. */
function toContent(part: Part): Content | null {
  switch (part.type) {
    case 'text':
    case 'refusal':
      return { type: part.type, [part.type]: part.text };
    case 'image':
      return { type: 'image_url', image_url: dropAbsent({ url: part.url, detail: part.detail }) };
    case 'audio':
      return { type: 'input_audio', input_audio: { data: part.data, format: part.format } };
    case 'file': {
      const file = dropAbsent({ file_id: part.fileId, filename: part.filename, file_data: part.data ?? part.url });
      return { type: 'file', file };
    }
    case 'tool-call':
    case 'tool-result':
    case 'reasoning':
    case 'other':
      return null;
  }
}
