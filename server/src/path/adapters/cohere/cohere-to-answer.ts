/** From the body of a Cohere answer to an answer's parts. Streams are read in `cohere-to-frames.ts`. */
import type { Answer, AnswerPart, CallKind } from '@reeve/contracts';
import { isCount, readList, readRecord, readText, type JsonRecord } from '../read-json.ts';
import {
  PLAN_SIGNATURE,
  readBlock,
  readCitation,
  readFinishReason,
  readLogprob,
  readToolCall,
  readUsage,
  type ContentBlock,
} from './cohere-wire.ts';

/** What a whole body says; no parts where it is no answer of this kind. Cohere does not name its model. */
export function bodyToAnswer(body: JsonRecord, kind: CallKind): Pick<Answer, 'model' | 'parts' | 'usage'> {
  return { model: readText(body.model), parts: readParts(body, kind), usage: readUsage(body.usage ?? body.meta) };
}

function readParts(body: JsonRecord, kind: CallKind): AnswerPart[] {
  switch (kind) {
    case 'embedding':
      return readList(readRecord(body.embeddings)?.float ?? body.embeddings).flatMap(toVector);
    case 'rerank':
      return readList(body.results).flatMap(toScore);
    default:
      return toChatParts(body);
  }
}

function toChatParts(body: JsonRecord): AnswerPart[] {
  const message = readRecord(body.message);
  if (message === null) return [];
  const parts: AnswerPart[] = [];
  const blocks = readList(message.content);
  const textAt = blocks.findIndex((block) => readBlock(block)?.type === 'text');
  for (const [position, item] of blocks.entries()) {
    const block = readBlock(item);
    if (block?.type === 'reasoning') parts.push({ ...block, index: 0 });
    else if (block !== null) parts.push(toText(block, position, { body, message, isFirst: position === textAt }));
  }
  const plan = readText(message.tool_plan);
  if (plan !== null) parts.push({ type: 'reasoning', index: 0, text: plan, signature: PLAN_SIGNATURE });
  for (const item of readList(message.tool_calls)) {
    const call = readToolCall(item);
    if (call === null) continue;
    parts.push({ type: 'tool-call', index: 0, id: call.id ?? '', name: call.name ?? '', arguments: call.arguments });
  }
  parts.push({ type: 'end', index: 0, finishReason: readFinishReason(body.finish_reason) });
  return parts;
}

interface TextOrigin {
  body: JsonRecord;
  message: JsonRecord;
  /** The first text has the log probabilities, and the citations that name no block. */
  isFirst: boolean;
}

function toText({ text }: ContentBlock, position: number, { body, message, isFirst }: TextOrigin): AnswerPart {
  const citations = readList(message.citations).flatMap((item) => {
    const at = readRecord(item)?.content_index;
    const isOfBlock = isCount(at) ? at === position : isFirst;
    return isOfBlock ? readCitation(item, text) : [];
  });
  const logprobs = isFirst ? readList(body.logprobs).flatMap((item) => readLogprob(item, '')) : [];
  return {
    type: 'text',
    index: 0,
    text,
    ...(logprobs.length === 0 ? {} : { logprobs }),
    ...(citations.length === 0 ? {} : { citations }),
  };
}

function toVector(item: unknown, index: number): AnswerPart[] {
  const vector = readList(item);
  const isVector = vector.length > 0 && vector.every((value) => typeof value === 'number');
  return isVector ? [{ type: 'embedding', index, vector }] : [];
}

function toScore(item: unknown): AnswerPart[] {
  const result = readRecord(item);
  const { index, relevance_score: score } = result ?? {};
  return isCount(index) && typeof score === 'number' ? [{ type: 'score', index, score }] : [];
}
