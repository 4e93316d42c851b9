/** From a call to the bytes of a Mistral request. */
import type { Call, CallParams, MediaPart, Part, ResponseFormat, ToolChoice, ToolDefinition } from '@reeve/contracts';
import { askInstructions } from '../ask-instructions.ts';
import { makeDataUrl } from '../data-url.ts';
import { fitCallId } from '../fit-call-id.ts';
import { groupTurns, joinTurns } from '../group-turns.ts';
import { dropAbsent } from '../read-json.ts';
import { tellToolError } from '../tell-failed-tool.ts';
import { WIRE } from './mistral-wire.ts';

/** Fields of Mistral's own that a caller of any wire may give. Every other is refused there, so none is passed on. */
export const EXTENSIONS: ReadonlySet<string> = new Set([
  'guardrails',
  'metadata',
  'prediction',
  'prompt_cache_key',
  'prompt_mode',
  'random_seed',
  'safe_prompt',
]);

/**
 * The body of the request; `null` where the call holds a part that this wire cannot carry. Two things stay behind: the
 * caller's name for its end user, and thoughts that another provider signed or hid.
 */
export function callToMistral(call: Call, modelId: string): Uint8Array | null {
  if (call.parts.some((part) => part.type === 'other' || isEmptyFile(part))) return null;
  return Buffer.from(JSON.stringify(dropAbsent(buildBody(call, modelId))));
}

function buildBody(call: Call, modelId: string): Record<string, unknown> {
  switch (call.kind) {
    case 'embedding':
      return { model: modelId, input: joinTurns(call.parts), output_dimension: call.params.dimensions };
    case 'moderation':
      return { model: modelId, input: joinTurns(call.parts) };
    default:
      return buildChat(call, modelId);
  }
}

function buildChat({ params, parts, stream, extensions }: Call, modelId: string): Record<string, unknown> {
  const { responseFormat, tools, toolChoice } = params;
  return {
    ...pickExtensions(extensions),
    ...toReasoning(params, modelId),
    ...(params.seed === undefined ? {} : { random_seed: params.seed }),
    model: modelId,
    messages: toMessages(parts),
    max_tokens: params.maxOutputTokens,
    temperature: params.temperature,
    top_p: params.topP,
    stop: params.stop,
    n: params.choices,
    frequency_penalty: params.frequencyPenalty,
    presence_penalty: params.presencePenalty,
    tools: tools?.map(toTool),
    tool_choice: toolChoice === undefined ? undefined : toToolChoice(toolChoice),
    parallel_tool_calls: params.parallelToolCalls,
    response_format: responseFormat === undefined ? undefined : toResponseFormat(responseFormat),
    stream: stream ? true : undefined,
  };
}

function pickExtensions(extensions: Call['extensions']): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(extensions).filter(([name, value]) => EXTENSIONS.has(name) && value !== null),
  );
}

/**
 * Mistral knows thinking and not thinking, and no budget. Models that always think have a prompt for it instead; without
 * either field, the others do not think.
 */
function toReasoning({ reasoning }: CallParams, modelId: string): Record<string, string> {
  const { effort, budgetTokens = 0 } = reasoning ?? {};
  const thinks = effort === undefined ? budgetTokens > 0 : effort !== 'none' && effort !== 'minimal';
  if (!thinks) return {};
  return modelId.startsWith('magistral') ? { prompt_mode: 'reasoning' } : { reasoning_effort: 'high' };
}

function toTool({ name, description, parameters, strict }: ToolDefinition): object {
  const schema = parameters ?? { type: 'object', properties: {} };
  return { type: 'function', function: dropAbsent({ name, description, parameters: schema, strict }) };
}

function toToolChoice(choice: ToolChoice): unknown {
  if (typeof choice === 'object') return { type: 'function', function: choice };
  return choice === 'required' ? 'any' : choice;
}

function toResponseFormat(format: ResponseFormat): object {
  if (format.type === 'json') return { type: 'json_object' };
  if (format.type === 'text') return { type: 'text' };
  const { type: _type, ...schema } = format;
  return { type: 'json_schema', json_schema: schema };
}

/** What the system says stands first here, wherever it stood. */
function toMessages(given: readonly Part[]): object[] {
  const parts = askInstructions(given);
  const system = parts.filter((part) => part.role === 'system');
  const others = parts.filter((part) => part.role !== 'system');
  const messages = groupTurns([...system, ...others])
    .flatMap(turnToMessages)
    .flatMap(bridgeResults);
  const last = messages.at(-1);
  // An answer that the caller began is taken up only where it is marked so.
  if (last?.role === 'assistant' && last.tool_calls === undefined) messages.splice(-1, 1, { ...last, prefix: true });
  return messages;
}

/** Nobody but the model may speak behind the results of tools: who asks on without its answer is put behind this one. */
const BRIDGE: Message = { role: 'assistant', content: 'OK.' };

function bridgeResults(message: Message, at: number, all: readonly Message[]): Message[] {
  return message.role === 'user' && all[at - 1]?.role === 'tool' ? [BRIDGE, message] : [message];
}

interface Message {
  role: string;
  content?: unknown;
  tool_calls?: object[];
  tool_call_id?: string;
  prefix?: true;
}

/** Results of tools are messages of their own here, and stand before what else the turn says. */
function turnToMessages(turn: readonly Part[]): Message[] {
  const messages: Message[] = [];
  const calls: object[] = [];
  for (const part of turn) {
    if (part.type === 'tool-result') {
      messages.push({
        role: 'tool',
        tool_call_id: toToolCallId(part.id),
        content: joinChunks(toResultChunks(part)),
      });
    } else if (part.type === 'tool-call') {
      const tool = { name: part.name, arguments: part.arguments };
      calls.push({ id: toToolCallId(part.id), type: 'function', function: tool });
    }
  }
  const chunks = turn.flatMap((part) => toChunk(part) ?? []);
  if (chunks.length === 0 && calls.length === 0) return messages;
  const message: Message = { role: turn[0]?.role ?? 'user' };
  if (chunks.length > 0) message.content = joinChunks(chunks);
  if (calls.length > 0) message.tool_calls = calls;
  return [...messages, message];
}

/** The texts of a tool that failed become one, which says so. */
function toResultChunks({ content, isError }: Extract<Part, { type: 'tool-result' }>): Chunk[] {
  if (isError !== true) return content.map(toMedia);
  const texts = content.flatMap((part) => (part.type === 'text' ? [part.text] : []));
  const media = content.filter((part) => part.type !== 'text');
  return [{ type: 'text', text: tellToolError(texts.join('\n'), isError) }, ...media.map(toMedia)];
}

const TOOL_CALL_ID = /^[a-zA-Z0-9]{9}$/;

const toToolCallId = (id: string): string => fitCallId(id, TOOL_CALL_ID, 9);

type Chunk = { type: string } & Record<string, unknown>;

/** Texts alone are sent as one text: every model takes that. */
function joinChunks(chunks: readonly Chunk[]): unknown {
  const [only] = chunks;
  if (only === undefined) return '';
  return chunks.length === 1 && only.type === 'text' ? only.text : chunks;
}

function toChunk(part: Part): Chunk | null {
  switch (part.type) {
    case 'text':
      // An answer that says nothing is refused here.
      return part.text === '' && part.role === 'assistant' ? null : toMedia(part);
    case 'image':
    case 'file':
      return toMedia(part);
    case 'refusal':
      return { type: 'text', text: part.text };
    case 'audio':
      return { type: 'input_audio', input_audio: part.data };
    case 'reasoning': {
      const isForeign = part.signature !== undefined && part.signature.wire !== WIRE;
      if (isForeign || part.text === '') return null;
      return { type: 'thinking', thinking: [{ type: 'text', text: part.text }] };
    }
    case 'tool-call':
    case 'tool-result':
    case 'other':
      return null;
  }
}

function toMedia(part: MediaPart): Chunk {
  switch (part.type) {
    case 'text':
      return { type: 'text', text: part.text };
    case 'image':
      return { type: 'image_url', image_url: dropAbsent({ url: part.url, detail: part.detail }) };
    case 'file': {
      if (part.fileId !== undefined) return { type: 'file', file_id: part.fileId };
      const url = part.url ?? toUrl(part.data ?? '', part.mediaType ?? 'application/pdf');
      const name = part.filename === undefined ? {} : { document_name: part.filename };
      return { type: 'document_url', document_url: url, ...name };
    }
  }
}

function toUrl(data: string, mediaType: string): string {
  return data.startsWith('data:') ? data : makeDataUrl({ mediaType, base64: data });
}

function isEmptyFile(part: Part): boolean {
  return part.type === 'file' && (part.fileId ?? part.url ?? part.data) === undefined;
}
