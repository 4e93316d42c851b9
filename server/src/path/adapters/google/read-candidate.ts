/** One candidate of an answer or chunk, taken apart: what plain answers and streams share. */
import type { Call, Signature } from '@reeve/contracts';
import { readIndex, readList, readRecord, readText, type JsonRecord } from '../read-json.ts';
import { WIRE } from './google-wire.ts';

export type Piece =
  | { type: 'text'; text: string }
  | { type: 'reasoning'; text: string; hidden?: boolean; signature?: Signature }
  | { type: 'tool-call'; id: string; name: string; arguments: string; signature?: Signature }
  | { type: 'audio'; data: string; format: string };

/** Names a call that came without an id; `position` counts the tool calls of the choice. */
export type MakeCallId = (choice: number, position: number) => string;

/**
 * The same answer gives the same ids, and no other turn of the conversation has them: they hold the provider's id of the
 * answer or, where it gives none, how many tool calls the conversation has so far.
 */
export function createCallIds(call: Call, body: JsonRecord): MakeCallId {
  return (choice, position) => {
    const answerId = readText(body.responseId)
      ?.replaceAll(/[^\w-]/g, '')
      .slice(0, ANSWER_ID_LENGTH_MAX);
    const earlier = call.parts.filter((part) => part.type === 'tool-call').length;
    return `call_${answerId || earlier}_${choice}_${position}`;
  };
}

/** Some providers, to which a conversation may go on, take ids of at most 40 characters. */
const ANSWER_ID_LENGTH_MAX = 24;

export interface Candidate {
  index: number;
  record: JsonRecord;
  /** What the model ended with; `null` where it goes on, or says nothing of it. */
  finish: string | null;
}

/** The candidates that can be read. */
export function readCandidates(body: JsonRecord): Candidate[] {
  return readList(body.candidates).flatMap((value, position) => {
    const record = readRecord(value);
    if (record === null) return [];
    return [{ record, index: readIndex(record.index, position), finish: readText(record.finishReason) }];
  });
}

/** What stands in the candidate's content, in order. Tool calls are counted on from `firstCall`. */
export function readPieces({ record, index }: Candidate, makeId: MakeCallId, firstCall: number): Piece[] {
  const pieces: Piece[] = [];
  let position = firstCall;
  for (const value of readList(readRecord(record.content)?.parts)) {
    const part = readRecord(value);
    if (part === null) continue;
    const call = readRecord(part.functionCall);
    if (call === null) pieces.push(...toPieces(part));
    else {
      pieces.push(toToolCall(part, call, makeId(index, position)));
      position += 1;
    }
  }
  return pieces;
}

function toToolCall(part: JsonRecord, call: JsonRecord, ownId: string): Piece {
  const args = JSON.stringify(readRecord(call.args) ?? {});
  const id = readText(call.id) ?? ownId;
  return { type: 'tool-call', id, name: readText(call.name) ?? '', arguments: args, ...readSignature(part) };
}

/**
 * A signature may stand at a text too. It travels as a thought without words behind the text, and goes back so. Parts of
 * the provider's own tools are not modelled, as no call asks for them.
 */
function toPieces(part: JsonRecord): Piece[] {
  const text = readText(part.text) ?? '';
  const signature = readSignature(part);
  if (part.thought === true) return text === '' && signature === null ? [] : [toThought(text, signature)];
  const pieces: Piece[] = text === '' ? [] : [{ type: 'text', text }];
  const media = toMedia(readRecord(part.inlineData));
  if (media !== null) pieces.push(media);
  if (signature !== null) pieces.push(toThought('', signature));
  return pieces;
}

function toThought(text: string, signature: { signature: Signature } | null): Piece {
  return { type: 'reasoning', text, ...(text === '' ? { hidden: true } : {}), ...signature };
}

function readSignature(part: JsonRecord): { signature: Signature } | null {
  const value = readText(part.thoughtSignature);
  return value === null ? null : { signature: { wire: WIRE, value } };
}

/** An answer has no place for images yet: they stand in the text, as Markdown, where every client can show them. */
function toMedia(blob: JsonRecord | null): Piece | null {
  const data = readText(blob?.data);
  const mediaType = readText(blob?.mimeType) ?? '';
  if (data === null) return null;
  const audio = /^audio\/(?:x-)?([\w.+-]+)/i.exec(mediaType)?.[1];
  if (audio !== undefined) return { type: 'audio', data, format: audio.toLowerCase() };
  return { type: 'text', text: `![](data:${mediaType};base64,${data})` };
}
