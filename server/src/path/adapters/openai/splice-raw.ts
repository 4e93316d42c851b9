/** The caller's own bytes with what has to differ spliced in by its place. */
import type { Call, FieldSpan, RawRequest } from '@reeve/contracts';
import type { Provider } from '../adapter.ts';
import { dropAbsent, parseJson, readList, readRecord, readText } from '../read-json.ts';
import { chooseWire, readSettings, RESPONSES_WIRE, WIRE } from './openai-wire.ts';

interface Edit extends FieldSpan {
  text: string;
}

/**
 * Splices the model's name in and, on a stream, the wish for usage; the same buffer where nothing changes. Thoughts of
 * earlier answers are left out where the server refuses them. A response is stored at the provider only where the caller
 * says so, though the provider's own default is to store it.
 */
export function spliceRaw(call: Call, raw: RawRequest, provider: Provider, modelId: string): Uint8Array {
  const edits: Edit[] = [];
  if (call.model !== modelId || !raw.fields.has('model')) edits.push(editModel(raw, modelId));
  const asksUsage = call.stream && provider.streamUsage && call.params.streamUsage !== true;
  if (asksUsage && chooseWire(call, provider) === WIRE) edits.push(editStreamOptions(raw));
  if (readSettings(provider).takes_thoughts === false) edits.push(...dropThoughts(raw));
  if (call.wire === RESPONSES_WIRE) edits.push(...forbidStoring(raw), ...dropUnstored(raw));
  return edits.length === 0 ? raw.bytes : applyEdits(raw.bytes, edits);
}

/** Some endpoints let the caller leave the model out. */
function editModel(raw: RawRequest, modelId: string): Edit {
  const span = raw.fields.get('model');
  const text = JSON.stringify(modelId);
  return span === undefined ? insertField(raw, `"model":${text},`) : { ...span, text };
}

/** The surface lets nothing pass but `false` and what is not said. */
function forbidStoring(raw: RawRequest): Edit[] {
  const span = raw.fields.get('store');
  if (span === undefined) return [insertField(raw, '"store":false,')];
  const isNull = Buffer.from(raw.bytes.subarray(span.start, span.end)).toString('latin1') === 'null';
  return isNull ? [{ ...span, text: 'false' }] : [];
}

/** Asks for usage; the other options of the caller stay. */
function editStreamOptions(raw: RawRequest): Edit {
  const span = raw.fields.get('stream_options');
  if (span === undefined) return insertField(raw, '"stream_options":{"include_usage":true},');
  const given = readRecord(parseJson(Buffer.from(raw.bytes.subarray(span.start, span.end)).toString('utf8')));
  return { ...span, text: JSON.stringify({ ...given, include_usage: true }) };
}

/** Other models' answers bring them into a history, and clients send it back whole. */
function dropThoughts(raw: RawRequest): Edit[] {
  return editList(raw, 'messages', /"reasoning_content"/, (messages) =>
    messages.map((message) => dropAbsent({ ...readRecord(message), reasoning_content: undefined })),
  );
}

/** The provider refuses thoughts that only their id stands for, as it stored none. The model does without. */
function dropUnstored(raw: RawRequest): Edit[] {
  return editList(raw, 'input', /"(item_reference|reasoning)"/, (items) => items.filter((item) => !isUnstored(item)));
}

/** The surface lets no references pass but those to thoughts. */
function isUnstored(item: unknown): boolean {
  const { type, encrypted_content: content } = readRecord(item) ?? {};
  return type === 'item_reference' || (type === 'reasoning' && readText(content) === null);
}

/** Edits a list whose text holds the `mark`, where that changes anything; others are not parsed. */
function editList(
  raw: RawRequest,
  field: string,
  mark: RegExp,
  change: (list: readonly unknown[]) => readonly unknown[],
): Edit[] {
  const span = raw.fields.get(field);
  const text = span === undefined ? '' : Buffer.from(raw.bytes.subarray(span.start, span.end)).toString('utf8');
  if (span === undefined || !mark.test(text)) return [];
  const list = readList(parseJson(text));
  const changed = change(list);
  const isSame = changed.length === list.length && changed.every((item, at) => item === list[at]);
  return isSame ? [] : [{ ...span, text: JSON.stringify(changed) }];
}

/** Right behind the opening brace; a body that is spliced has other fields after it. */
function insertField({ bytes }: RawRequest, text: string): Edit {
  const behindBrace = bytes.indexOf(0x7b) + 1;
  return { start: behindBrace, end: behindBrace, text };
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
