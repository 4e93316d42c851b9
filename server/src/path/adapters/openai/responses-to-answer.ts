/** From the body of a response (OpenAI's Responses API) to the parts of an `Answer`. */
import type { Answer, AnswerPart } from '@reeve/contracts';
import { readList, readRecord, readText, type JsonRecord } from '../read-json.ts';
import { readArguments, readTokenList } from './openai-wire.ts';
import { isToolCall, readOutcome, readResponseUsage, readSignature, readTextAnnotations } from './responses-wire.ts';

/** Items that Reeve does not model (searches, images, …) stay in the raw bytes only. */
export function responseToAnswer(body: JsonRecord): Pick<Answer, 'model' | 'parts' | 'usage'> {
  return { model: readText(body.model), parts: toParts(body), usage: readResponseUsage(body.usage) };
}

function toParts(body: JsonRecord): AnswerPart[] {
  if (!Array.isArray(body.output) || body.status === 'failed') return [];
  const parts = body.output.flatMap((item) => toItemParts(readRecord(item)));
  return [...parts, { type: 'end', index: 0, finishReason: readOutcome(body) }];
}

function toItemParts(item: JsonRecord | null): AnswerPart[] {
  if (item?.type === 'message') return readList(item.content).flatMap((part) => toContentParts(readRecord(part)));
  if (item?.type === 'reasoning') return [toReasoning(item)];
  if (!isToolCall(item)) return [];
  const id = readText(item.call_id) ?? readText(item.id) ?? '';
  const text = readArguments(item.arguments ?? item.input);
  return [{ type: 'tool-call', index: 0, id, name: readText(item.name) ?? '', arguments: text }];
}

function toContentParts(part: JsonRecord | null): AnswerPart[] {
  if (part?.type === 'refusal') return [{ type: 'refusal', index: 0, text: readText(part.refusal) ?? '' }];
  if (part?.type !== 'output_text' || typeof part.text !== 'string') return [];
  const logprobs = readTokenList(part.logprobs);
  const citations = readTextAnnotations(part.annotations);
  return [
    {
      type: 'text',
      index: 0,
      text: part.text,
      ...(logprobs === null ? {} : { logprobs }),
      ...(citations.length === 0 ? {} : { citations }),
    },
  ];
}

/** The summary, or the thought itself where the server gives it. */
function toReasoning(item: JsonRecord): AnswerPart {
  const texts = [...readList(item.summary), ...readList(item.content)].flatMap((part) => {
    return readText(readRecord(part)?.text) ?? [];
  });
  const text = texts.join('\n\n');
  const signature = readSignature(item);
  return {
    type: 'reasoning',
    index: 0,
    text,
    ...(signature === null ? {} : { signature }),
    ...(text === '' ? { hidden: true } : {}),
  };
}
