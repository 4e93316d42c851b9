/** What a request says inside its messages and blocks that the call has no words for. */
import { historyFields, noteUnknown, type UnknownFields } from '../unknown-fields.ts';
import type { Block, CountRequest } from './anthropic-wire.ts';

const MESSAGE_FIELDS: ReadonlySet<string> = new Set(['role', 'content']);
const CACHE_FIELDS: ReadonlySet<string> = new Set(['type', 'ttl']);
const SOURCE_FIELDS: ReadonlySet<string> = new Set(['type', 'media_type', 'data', 'url', 'file_id', 'content']);
const FORMAT = 'json_schema';
const FORMAT_FIELDS: ReadonlySet<string> = new Set(['type', 'schema']);
const CITATION_FIELDS: ReadonlySet<string> = new Set(['enabled']);

/** The fields of each type of block; whatever stands in another type stays with it. */
const BLOCK_FIELDS: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  Object.entries({
    text: ['text'],
    image: ['source', 'transformations'],
    document: ['source', 'title', 'context'],
    tool_use: ['name', 'input', 'caller', 'toolset_name'],
    tool_result: ['tool_use_id', 'content', 'is_error'],
    thinking: ['thinking', 'signature'],
    redacted_thinking: ['data'],
  }).map(([type, fields]) => [type, historyFields('type', 'cache_control', ...fields)]),
);

/** Notes it of all messages, of the system's blocks and of the answer's format. */
export function noteRequest(request: CountRequest, unknown: UnknownFields): void {
  const { system, messages, cache_control: cache, output_config: output, output_format: format } = request;
  if (Array.isArray(system)) for (const block of system) noteBlock(block, unknown, 'system[].');
  for (const message of messages) {
    noteUnknown(unknown, message, MESSAGE_FIELDS, 'messages[].');
    if (Array.isArray(message.content)) for (const block of message.content) noteBlock(block, unknown, 'content[].');
  }
  noteUnknown(unknown, cache, CACHE_FIELDS, 'cache_control.');
  // A format of another type travels whole.
  if (output?.format?.type === FORMAT) noteUnknown(unknown, output.format, FORMAT_FIELDS, 'output_config.format.');
  if (format?.type === FORMAT) noteUnknown(unknown, format, FORMAT_FIELDS, 'output_format.');
}

function noteBlock(block: Block, unknown: UnknownFields, prefix: string): void {
  const fields = BLOCK_FIELDS.get(block.type);
  if (fields === undefined) return;
  noteUnknown(unknown, block, fields, prefix);
  noteUnknown(unknown, asObject(block.cache_control), CACHE_FIELDS, `${prefix}cache_control.`);
  noteUnknown(unknown, asObject(block.source), SOURCE_FIELDS, `${prefix}source.`);
  // Of a text they tell its reader where it comes from.
  if (block.type === 'document')
    noteUnknown(unknown, asObject(block.citations), CITATION_FIELDS, `${prefix}citations.`);
  if (block.type !== 'tool_result' || !Array.isArray(block.content)) return;
  for (const inner of block.content) noteBlock(inner, unknown, prefix);
}

function asObject(value: unknown): object | null {
  return typeof value === 'object' ? value : null;
}
