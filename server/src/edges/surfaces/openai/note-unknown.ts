/** What a chat request says inside its messages and settings that the call has no words for. */
import { historyFields, noteUnknown, type UnknownFields } from '../unknown-fields.ts';
import { readCacheControl } from './cache-control.ts';
import type { ChatRequest } from './openai-wire.ts';

type Message = ChatRequest['messages'][number];

const CACHE = ['cache_control', 'prompt_cache_breakpoint'] as const;
const BESIDE = ['name', 'audio', 'function_call'] as const;
const SAID = ['tool_calls', 'refusal', 'reasoning_content'] as const;
const MESSAGE_FIELDS = historyFields('role', 'content', 'cache_control', ...SAID, ...BESIDE);
/** The call's id says which tool it was. */
const RESULT_FIELDS = historyFields('role', 'content', 'tool_call_id', 'name', 'cache_control');
const TOOL_CALL_FIELDS = historyFields('type', 'function');
const CALLED_FIELDS = historyFields('name', 'arguments');

/** For each type of content: its own fields, and those of the object that it holds. */
const CONTENT_FIELDS: ReadonlyMap<string, { outer: ReadonlySet<string>; inner: ReadonlySet<string> }> = new Map([
  // OpenAI's own framework of agents sends an answer back with all of its message beside the text.
  contentFields('text', ['text'], ['role', ...SAID]),
  contentFields('refusal', ['refusal']),
  contentFields('image_url', ['url', 'detail']),
  contentFields('input_audio', ['data', 'format']),
  contentFields('file', ['file_id', 'filename', 'file_data']),
]);

function contentFields(type: string, inner: readonly string[], beside: readonly string[] = []) {
  return [type, { outer: historyFields('type', type, ...beside, ...CACHE), inner: new Set(inner) }] as const;
}

/** Notes it of a message whose role is known. */
export function noteMessage(message: Message, unknown: UnknownFields): void {
  noteUnknown(unknown, message, message.role === 'tool' ? RESULT_FIELDS : MESSAGE_FIELDS, 'messages[].');
  noteCache(message, unknown, 'messages[].');
  if (Array.isArray(message.content)) for (const part of message.content) noteContent(part, unknown);
  for (const call of message.tool_calls ?? []) {
    if (call.function === undefined) continue;
    noteUnknown(unknown, call, TOOL_CALL_FIELDS, 'tool_calls[].');
    noteUnknown(unknown, call.function, CALLED_FIELDS, 'tool_calls[].function.');
  }
}

/** A type that nobody knows stays a part of its own, with all that it holds. */
function noteContent(part: Readonly<Record<string, unknown>> & { type: string }, unknown: UnknownFields): void {
  const fields = CONTENT_FIELDS.get(part.type);
  if (fields === undefined) return;
  const held = part[part.type];
  noteUnknown(unknown, part, fields.outer, 'content[].');
  noteCache(part, unknown, 'content[].');
  if (typeof held === 'object') noteUnknown(unknown, held, fields.inner, `content[].${part.type}.`);
}

const TOOL_FIELDS: ReadonlySet<string> = new Set(['type', 'function', 'cache_control']);
const FUNCTION_FIELDS: ReadonlySet<string> = new Set(['name', 'description', 'parameters', 'strict', 'cache_control']);
const CHOICE_FIELDS: ReadonlySet<string> = new Set(['type', 'function']);
const CHOSEN_FIELDS: ReadonlySet<string> = new Set(['name']);
const FORMAT_FIELDS: ReadonlySet<string> = new Set(['type', 'json_schema']);
/** A format of another type travels whole. */
const FORMATS: ReadonlySet<string> = new Set(['text', 'json_object', 'json_schema']);
const SCHEMA_FIELDS: ReadonlySet<string> = new Set(['name', 'schema', 'strict', 'description']);
const STREAM_FIELDS: ReadonlySet<string> = new Set(['include_usage']);

/** Notes it of the tools, and of the settings that hold more than one value. */
export function noteSettings(request: ChatRequest, unknown: UnknownFields): void {
  const { tool_choice: choice, response_format: format, stream_options: streaming } = request;
  for (const tool of request.tools ?? []) {
    if (tool.function === undefined) continue;
    noteUnknown(unknown, tool, TOOL_FIELDS, 'tools[].');
    noteUnknown(unknown, tool.function, FUNCTION_FIELDS, 'tools[].function.');
    noteCache(tool, unknown, 'tools[].');
    noteCache(tool.function, unknown, 'tools[].function.');
  }
  if (isChoiceOfFunction(choice)) {
    noteUnknown(unknown, choice, CHOICE_FIELDS, 'tool_choice.');
    noteUnknown(unknown, choice.function, CHOSEN_FIELDS, 'tool_choice.function.');
  }
  if (streaming != null) noteUnknown(unknown, streaming, STREAM_FIELDS, 'stream_options.');
  if (format != null && FORMATS.has(format.type)) noteUnknown(unknown, format, FORMAT_FIELDS, 'response_format.');
  if (format?.json_schema != null) {
    noteUnknown(unknown, format.json_schema, SCHEMA_FIELDS, 'response_format.json_schema.');
  }
}

function isChoiceOfFunction(choice: unknown): choice is { function: object } {
  if (typeof choice !== 'object' || choice === null || !('function' in choice)) return false;
  return typeof choice.function === 'object' && choice.function !== null;
}

/** A mark that the call cannot hold is a field like any other. */
function noteCache(holder: object, unknown: UnknownFields, prefix: string): void {
  const control = 'cache_control' in holder ? holder.cache_control : null;
  if (control == null || readCacheControl(control) !== null) return;
  noteUnknown(unknown, { cache_control: control }, NONE, prefix);
}

const NONE: ReadonlySet<string> = new Set();
