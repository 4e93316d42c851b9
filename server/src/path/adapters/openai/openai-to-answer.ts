/** From the body of an OpenAI answer to an `Answer`. Streams are read in `openai-to-frames.ts`. */
import { isUtf8 } from 'node:buffer';
import type { Answer, AnswerPart, Call, Usage } from '@reeve/contracts';
import type { Invocation, Provider } from '../adapter.ts';
import { parseJson, readIndex, readList, readRecord, readText, type JsonRecord } from '../read-json.ts';
import { failWith, toPublicMessage } from '../upstream-failure.ts';
import { completionToParts } from './completion-to-answer.ts';
import { readRerankUsage, scoresToParts, vectorToParts, verdictToParts } from './figures-to-answer.ts';
import {
  chooseWire,
  readAnnotations,
  readArguments,
  readContent,
  readError,
  readFinishReason,
  readLogprobs,
  readReasoning,
  readSources,
  readUsage,
  RESPONSES_WIRE,
} from './openai-wire.ts';
import { readResponse } from './responses-to-answer.ts';

/** What is read of a body: `items` is what must be a list for the body to be an answer. */
export interface ReadBody {
  items: unknown;
  parts: readonly AnswerPart[];
  usage: Usage | null;
}

/** A whole answer; `invalid` where it cannot be read, has the wrong shape, or is an error under a good status. */
export function bodyToAnswer(bytes: Buffer, call: Call, provider: Provider): Invocation {
  const value = isUtf8(bytes) ? parseJson(bytes.toString('utf8')) : undefined;
  const body = readRecord(value);
  if (body === null) return failWith('invalid', 'The provider sent an answer that is not a JSON object.');
  const wire = chooseWire(call, provider);
  const { items, parts, usage } = wire === RESPONSES_WIRE ? readResponse(body) : readBody(body, call);
  const error = readError(body);
  if (error !== null && (!Array.isArray(items) || parts.length === 0)) {
    return failWith('invalid', toPublicMessage(error.message, provider));
  }
  if (parts.length === 0) return failWith('invalid', 'The provider sent an answer without content.');
  const raw = { wire, bytes, contentType: 'application/json' };
  const answer: Answer = { kind: call.kind, model: readText(body.model), parts, usage, raw };
  return { type: 'answer', answer };
}

function readBody(body: JsonRecord, call: Call): ReadBody {
  switch (call.kind) {
    case 'embedding':
      return { items: body.data, parts: readList(body.data).flatMap(vectorToParts), usage: readUsage(body.usage) };
    case 'moderation':
      return {
        items: body.results,
        parts: readList(body.results).flatMap(verdictToParts),
        usage: readUsage(body.usage),
      };
    case 'rerank':
      return { items: body.results, parts: scoresToParts(readList(body.results)), usage: readRerankUsage(body) };
    case 'completion':
      return {
        items: body.choices,
        parts: readList(body.choices).flatMap(completionToParts),
        usage: readUsage(body.usage),
      };
    default: {
      const parts = readList(body.choices).flatMap((choice, position) => toChoiceParts(choice, position, call));
      return { items: body.choices, parts: withSources(parts, body), usage: readUsage(body.usage) };
    }
  }
}

function toChoiceParts(choice: unknown, position: number, call: Call): AnswerPart[] {
  const record = readRecord(choice);
  const message = readRecord(record?.message);
  if (record === null || message === null) return [];
  const index = readIndex(record.index, position);
  const parts: AnswerPart[] = [];
  const reasoning = readReasoning(message);
  const text = readContent(message.content);
  const refusal = readText(message.refusal);
  const audio = readRecord(message.audio);
  if (reasoning !== null) parts.push({ type: 'reasoning', index, text: reasoning });
  if (text !== null) parts.push(toTextPart(record, message, { index, text }));
  if (refusal !== null) parts.push({ type: 'refusal', index, text: refusal });
  if (audio !== null) parts.push(toAudioPart(audio, index, call));
  for (const toolCall of readList(message.tool_calls)) parts.push(...toToolCall(readRecord(toolCall), index));
  const finishReason = readFinishReason(readText(record.finish_reason) ?? '');
  parts.push({ type: 'end', index, finishReason });
  return parts;
}

function toTextPart(
  choice: JsonRecord,
  message: JsonRecord,
  { index, text }: { index: number; text: string },
): AnswerPart {
  const logprobs = readLogprobs(choice.logprobs);
  const citations = readAnnotations(message.annotations);
  return {
    type: 'text',
    index,
    text,
    ...(logprobs === null ? {} : { logprobs }),
    ...(citations.length === 0 ? {} : { citations }),
  };
}

/** The answer does not repeat the format that the caller asked for. */
function toAudioPart(audio: JsonRecord, index: number, { extensions }: Call): AnswerPart {
  const format = readText(readRecord(extensions.audio)?.format) ?? 'wav';
  return {
    type: 'audio',
    index,
    data: readText(audio.data) ?? '',
    format,
    transcript: readText(audio.transcript) ?? '',
  };
}

/** A call of a function, or of a custom tool with free text. */
function toToolCall(call: JsonRecord | null, index: number): AnswerPart[] {
  const tool = readRecord(call?.function) ?? readRecord(call?.custom);
  if (call === null || tool === null) return [];
  const text = readArguments(tool.arguments ?? tool.input);
  return [{ type: 'tool-call', index, id: readText(call.id) ?? '', name: readText(tool.name) ?? '', arguments: text }];
}

/** Sources that stand beside the choices belong to the first text. */
function withSources(parts: AnswerPart[], body: JsonRecord): AnswerPart[] {
  const sources = readSources(body);
  const at = sources.length === 0 ? -1 : parts.findIndex((part) => part.type === 'text');
  return parts.map((part, position) => {
    return position === at && part.type === 'text' && part.citations === undefined
      ? { ...part, citations: sources }
      : part;
  });
}
