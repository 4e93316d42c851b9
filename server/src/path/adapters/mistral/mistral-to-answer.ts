/** From the body of a Mistral answer to an answer's parts. Streams are read in `mistral-to-frames.ts`. */
import type { Answer, AnswerPart, CallKind } from '@reeve/contracts';
import { readIndex, readList, readRecord, readText, type JsonRecord } from '../read-json.ts';
import { readContent, readFinishReason, readToolCalls, readUsage, type ContentPiece } from './mistral-wire.ts';

/** What a whole body says; no parts where it is no answer of this kind. */
export function bodyToAnswer(body: JsonRecord, kind: CallKind): Pick<Answer, 'model' | 'parts' | 'usage'> {
  return { model: readText(body.model), parts: readParts(body, kind), usage: readUsage(body.usage) };
}

function readParts(body: JsonRecord, kind: CallKind): AnswerPart[] {
  switch (kind) {
    case 'embedding':
      return readList(body.data).flatMap(toVector);
    case 'moderation':
      return readList(body.results).flatMap(toVerdict);
    default:
      return readList(body.choices).flatMap(toChoiceParts);
  }
}

function toChoiceParts(item: unknown, position: number): AnswerPart[] {
  const choice = readRecord(item);
  const message = readRecord(choice?.message);
  if (choice === null || message === null) return [];
  const index = readIndex(choice.index, position);
  const parts: AnswerPart[] = [];
  for (const piece of readContent(message.content)) addPiece(parts, index, piece);
  for (const call of readToolCalls(message.tool_calls)) {
    const { id, name, arguments: text } = call;
    parts.push({ type: 'tool-call', index, id: id ?? '', name: name ?? '', arguments: text });
  }
  parts.push({ type: 'end', index, finishReason: readFinishReason(choice.finish_reason) });
  return parts;
}

/** The chunks between two references are one text. */
function addPiece(parts: AnswerPart[], index: number, piece: ContentPiece): void {
  if (piece.type === 'reasoning') {
    parts.push({ type: 'reasoning', index, text: piece.text });
    return;
  }
  const last = parts.at(-1);
  const before = last?.type === 'text' ? parts.pop() : undefined;
  const text = before?.type === 'text' ? before : { type: 'text' as const, index, text: '' };
  if (piece.type === 'text') parts.push({ ...text, text: text.text + piece.text });
  else parts.push({ ...text, citations: [...(text.citations ?? []), piece.citation] });
}

function toVector(item: unknown, position: number): AnswerPart[] {
  const record = readRecord(item);
  const vector = readList(record?.embedding);
  const isVector = vector.length > 0 && vector.every((value) => typeof value === 'number');
  return isVector ? [{ type: 'embedding', index: readIndex(record?.index, position), vector }] : [];
}

/** Mistral judges category by category; flagged is what any of them flags. */
function toVerdict(item: unknown, index: number): AnswerPart[] {
  const result = readRecord(item);
  const verdicts = readRecord(result?.categories);
  if (verdicts === null) return [];
  const scores = readRecord(result?.category_scores);
  const categories = Object.fromEntries(
    Object.entries(verdicts).map(([name, flagged]) => {
      const score = scores?.[name];
      return [name, { flagged: flagged === true, score: typeof score === 'number' ? score : 0 }];
    }),
  );
  const flagged = Object.values(categories).some((category) => category.flagged);
  return [{ type: 'moderation', index, flagged, categories }];
}
