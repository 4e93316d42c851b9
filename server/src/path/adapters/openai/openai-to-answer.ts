/** From the body of an OpenAI answer to an `Answer`. Streams are read in `openai-to-frames.ts`. */
import type { Answer, AnswerPart, Call } from '@reeve/contracts';
import { readIndex, readList, readRecord, readText, type JsonRecord } from '../read-json.ts';
import { completionToParts } from './completion-to-answer.ts';
import { readRerankUsage, scoresToParts, vectorToParts, verdictToParts } from './figures-to-answer.ts';
import {
  readAnnotations,
  readArguments,
  readContent,
  readFinishReason,
  readLogprobs,
  readReasoning,
  readSources,
  readUsage,
} from './openai-wire.ts';

/** What a body says; no parts where it has the wrong shape. */
export function bodyToAnswer(body: JsonRecord, call: Call): Pick<Answer, 'model' | 'parts' | 'usage'> {
  const usage = call.kind === 'rerank' ? readRerankUsage(body) : readUsage(body.usage);
  return { model: readText(body.model), parts: toParts(body, call), usage };
}

function toParts(body: JsonRecord, call: Call): AnswerPart[] {
  switch (call.kind) {
    case 'embedding':
      return readList(body.data).flatMap(vectorToParts);
    case 'moderation':
      return readList(body.results).flatMap(verdictToParts);
    case 'rerank':
      return scoresToParts(readList(body.results));
    case 'completion':
      return readList(body.choices).flatMap(completionToParts);
    default: {
      const parts = readList(body.choices).flatMap((choice, position) => toChoiceParts(choice, position, call));
      return withSources(parts, body);
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
  if (sources.length === 0) return parts;
  const at = parts.findIndex((part) => part.type === 'text');
  return parts.map((part, position) => {
    return position === at && part.type === 'text' && part.citations === undefined
      ? { ...part, citations: sources }
      : part;
  });
}
