/** From the parts of a chat to OpenAI's messages. */
import type { MediaPart, Part } from '@reeve/contracts';
import { fitCallId } from '../fit-call-id.ts';
import { groupTurns } from '../group-turns.ts';
import { dropAbsent } from '../read-json.ts';
import { tellToolError } from '../tell-failed-tool.ts';
import { attachMedia } from './attach-media.ts';

export function buildMessages(parts: readonly Part[]): object[] {
  return groupTurns(attachMedia(parts, toId)).flatMap(toMessages);
}

/** Results of tools are messages of their own here, and stand before what else the turn says. */
function toMessages(turn: readonly Part[]): object[] {
  const results = turn.flatMap((part) => (part.type === 'tool-result' ? [toResult(part)] : []));
  const contents = turn.flatMap((part) => toContent(part) ?? []);
  const calls = turn.flatMap((part) =>
    part.type === 'tool-call'
      ? [{ id: toId(part.id), type: 'function', function: { name: part.name, arguments: part.arguments } }]
      : [],
  );
  if (contents.length === 0 && calls.length === 0) return results;
  const role = turn[0]?.role ?? 'user';
  const toolCalls = calls.length === 0 ? {} : { tool_calls: calls };
  return [...results, { role, content: joinContents(contents), ...toolCalls }];
}

const ID_LENGTH_MAX = 40;
const ID_SHAPE = new RegExp(`^.{0,${ID_LENGTH_MAX}}$`, 's');

const toId = (id: string): string => fitCallId(id, ID_SHAPE, ID_LENGTH_MAX);

type Content = { type: 'text'; text: string } | ({ type: string } & Record<string, unknown>);

/** One text alone is sent as a text: every server takes that. */
function joinContents(contents: readonly Content[]): unknown {
  const [only] = contents;
  if (only === undefined) return null;
  return contents.length === 1 && only.type === 'text' ? only.text : contents;
}

function toResult({ id, content, isError }: Extract<Part, { type: 'tool-result' }>): object {
  return { role: 'tool', tool_call_id: toId(id), content: tellToolError(joinTexts(content), isError) };
}

/** Results are texts on this wire; what else one holds stands behind them. */
function joinTexts(content: readonly MediaPart[]): string {
  return content.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('\n');
}

/** Reasoning has no place in a request of this wire and is left out: no server wants it back. */
function toContent(part: Part): Content | null {
  switch (part.type) {
    case 'text':
    case 'refusal':
      return { type: part.type, [part.type]: part.text };
    case 'image':
      return toImage(part);
    case 'audio':
      return { type: 'input_audio', input_audio: { data: part.data, format: part.format } };
    case 'file':
      return { type: 'file', file: toFile(part) };
    case 'tool-call':
    case 'tool-result':
    case 'reasoning':
    case 'other':
      return null;
  }
}

export function toImage({ url, detail }: Extract<MediaPart, { type: 'image' }>): Content {
  return { type: 'image_url', image_url: dropAbsent({ url, detail }) };
}

/** A file's bytes travel as a `data:` URL with a name. */
function toFile({ fileId, filename, data, mediaType }: Extract<MediaPart, { type: 'file' }>) {
  if (data === undefined) return dropAbsent({ file_id: fileId, filename });
  const url = data.startsWith('data:') || mediaType === undefined ? data : `data:${mediaType};base64,${data}`;
  return { filename: filename ?? 'file', file_data: url };
}
