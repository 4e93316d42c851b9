/** From the body of an OpenAI answer to an `Answer`. Streams are read in `openai-to-frames.ts`. */
import { isUtf8 } from 'node:buffer';
import type { Answer, AnswerPart, CallKind } from '@reeve/contracts';
import type { Invocation, Provider } from '../adapter.ts';
import { parseJson, readIndex, readList, readRecord, readText, type JsonRecord } from '../read-json.ts';
import { failWith, toPublicMessage } from '../upstream-failure.ts';
import {
  readContent,
  readError,
  readFinishReason,
  readLogprobs,
  readReasoning,
  readUsage,
  WIRE,
} from './openai-wire.ts';

/** A whole answer; `invalid` where it cannot be read, has the wrong shape, or is an error under a good status. */
export function bodyToAnswer(bytes: Buffer, kind: CallKind, provider: Provider): Invocation {
  const value = isUtf8(bytes) ? parseJson(bytes.toString('utf8')) : undefined;
  const body = readRecord(value);
  if (body === null) return failWith('invalid', 'The provider sent an answer that is not a JSON object.');
  const items = kind === 'embedding' ? body.data : body.choices;
  const error = readError(body);
  if (error !== null && !Array.isArray(items)) return failWith('invalid', toPublicMessage(error.message, provider));
  const parts = kind === 'embedding' ? readList(items).flatMap(toVector) : readList(items).flatMap(toChoiceParts);
  if (parts.length === 0) return failWith('invalid', 'The provider sent an answer without content.');
  const raw = { wire: WIRE, bytes, contentType: 'application/json' };
  const answer: Answer = { kind, model: readText(body.model), parts, usage: readUsage(body.usage), raw };
  return { type: 'answer', answer };
}

function toChoiceParts(choice: unknown, position: number): AnswerPart[] {
  const record = readRecord(choice);
  const message = readRecord(record?.message);
  if (record === null || message === null) return [];
  const index = readIndex(record.index, position);
  const parts: AnswerPart[] = [];
  const reasoning = readReasoning(message);
  const text = readContent(message.content);
  const refusal = readText(message.refusal);
  const logprobs = readLogprobs(record.logprobs);
  if (reasoning !== null) parts.push({ type: 'reasoning', index, text: reasoning });
  if (text !== null) parts.push({ type: 'text', index, text, ...(logprobs === null ? {} : { logprobs }) });
  if (refusal !== null) parts.push({ type: 'refusal', index, text: refusal });
  for (const call of readList(message.tool_calls)) parts.push(...toToolCall(readRecord(call), index));
  const finishReason = readFinishReason(readText(record.finish_reason) ?? '');
  parts.push({ type: 'end', index, finishReason });
  return parts;
}

/** A call of a function, or of a custom tool with free text. */
function toToolCall(call: JsonRecord | null, index: number): AnswerPart[] {
  const tool = readRecord(call?.function) ?? readRecord(call?.custom);
  if (call === null || tool === null) return [];
  const text = readText(tool.arguments) ?? readText(tool.input) ?? '';
  return [{ type: 'tool-call', index, id: readText(call.id) ?? '', name: readText(tool.name) ?? '', arguments: text }];
}

function toVector(item: unknown, position: number): AnswerPart[] {
  const record = readRecord(item);
  const vector = readVector(record?.embedding);
  return vector === null ? [] : [{ type: 'embedding', index: readIndex(record?.index, position), vector }];
}

/** Numbers, or little-endian 32-bit floats in base64. */
function readVector(value: unknown): readonly number[] | null {
  if (typeof value === 'string') {
    const bytes = Buffer.from(value, 'base64');
    return Array.from({ length: Math.floor(bytes.length / 4) }, (_, index) => bytes.readFloatLE(index * 4));
  }
  return Array.isArray(value) && value.every((item) => typeof item === 'number') ? value : null;
}
