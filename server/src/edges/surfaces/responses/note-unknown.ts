/** What a request says inside its items and settings that the call has no words for. */
import { historyFields, noteUnknown, type UnknownFields } from '../unknown-fields.ts';
import { FORMAT_FIELDS, TOOL_CHOICE_FIELDS, type ResponsesRequest } from './responses-wire.ts';

type Fields = Readonly<Record<string, unknown>>;

/** The fields of each type of item; whatever stands in another type stays with it. */
const ITEM_FIELDS = fieldsByType({
  message: ['role', 'content'],
  function_call: ['call_id', 'name', 'arguments', 'namespace'],
  function_call_output: ['call_id', 'output'],
  reasoning: ['summary', 'content', 'encrypted_content'],
});

const CONTENT_FIELDS = fieldsByType({
  input_text: ['text', 'prompt_cache_breakpoint'],
  output_text: ['text', 'prompt_cache_breakpoint'],
  text: ['text', 'prompt_cache_breakpoint'],
  refusal: ['refusal'],
  input_image: ['image_url', 'file_id', 'detail', 'prompt_cache_breakpoint'],
  input_file: ['file_id', 'filename', 'file_data', 'file_url', 'prompt_cache_breakpoint'],
  input_audio: ['input_audio', 'prompt_cache_breakpoint'],
});
/** A format of another type travels whole. */
const FORMATS: ReadonlySet<unknown> = new Set(['text', 'json_object', 'json_schema']);
const AUDIO_FIELDS: ReadonlySet<string> = new Set(['data', 'format']);

function fieldsByType(types: Readonly<Record<string, readonly string[]>>): ReadonlyMap<unknown, ReadonlySet<string>> {
  return new Map(Object.entries(types).map(([type, fields]) => [type, historyFields('type', ...fields)]));
}

/** Notes it of all items, of the answer's format and of the choice of a function. */
export function noteRequest({ input, text, tool_choice: choice }: ResponsesRequest, unknown: UnknownFields): void {
  if (Array.isArray(input)) for (const item of input) noteItem(item as Fields, unknown);
  if (FORMATS.has(text?.format?.type)) noteUnknown(unknown, text?.format, FORMAT_FIELDS, 'text.format.');
  if (typeof choice === 'object' && choice?.type === 'function') {
    noteUnknown(unknown, choice, TOOL_CHOICE_FIELDS, 'tool_choice.');
  }
}

function noteItem(item: Fields, unknown: UnknownFields): void {
  const fields = ITEM_FIELDS.get(item['type'] ?? 'message');
  if (fields === undefined) return;
  noteUnknown(unknown, item, fields, 'input[].');
  for (const contents of [item['content'], item['output']]) {
    if (Array.isArray(contents)) for (const content of contents) noteContent(content as Fields, unknown);
  }
}

function noteContent(content: Fields, unknown: UnknownFields): void {
  const fields = CONTENT_FIELDS.get(content['type']);
  if (fields === undefined) return;
  noteUnknown(unknown, content, fields, 'content[].');
  const { input_audio: audio } = content;
  if (typeof audio === 'object') noteUnknown(unknown, audio, AUDIO_FIELDS, 'content[].input_audio.');
}
