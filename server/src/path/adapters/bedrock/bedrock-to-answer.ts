/** From the body of a Converse answer, or of a count, to an `Answer`. Streams are read in `bedrock-to-frames.ts`. */
import type { Answer, AnswerPart, CallKind } from '@reeve/contracts';
import { readList, readRecord, readText, readTokens, type JsonRecord } from '../read-json.ts';
import type { BodyReader } from '../read-invocation.ts';
import { findErrorMessage, readCitation, readEnd, readError, readUsage, sign, WIRE } from './bedrock-wire.ts';

/** A whole answer names no model: the caller's own stands in the path. */
export const READER: BodyReader = {
  wire: WIRE,
  findErrorMessage,
  findError: readError,
  readAnswer: (body, kind) => ({ model: null, ...readAnswer(body, kind) }),
};

function readAnswer(body: JsonRecord, kind: CallKind): Pick<Answer, 'parts' | 'usage'> {
  if (kind === 'count') return { parts: toCount(body), usage: null };
  const message = readRecord(readRecord(body.output)?.message);
  if (!Array.isArray(message?.content)) return { parts: [], usage: null };
  const parts = message.content.flatMap((block) => toParts(readRecord(block)));
  return { parts: [...parts, { type: 'end', index: 0, ...readEnd(body) }], usage: readUsage(body.usage) };
}

function toCount(body: JsonRecord): AnswerPart[] {
  const inputTokens = readTokens(body.inputTokens);
  return inputTokens === null ? [] : [{ type: 'count', index: 0, inputTokens, estimated: false }];
}

/** A block of a kind that is unknown here says nothing. */
function toParts(block: JsonRecord | null): AnswerPart[] {
  if (block === null) return [];
  const text = readText(block.text);
  if (text !== null) return [{ type: 'text', index: 0, text }];
  const tool = readRecord(block.toolUse);
  if (tool !== null) return [toToolCall(tool)];
  const reasoning = readRecord(block.reasoningContent);
  if (reasoning !== null) return toReasoning(reasoning);
  const cited = readRecord(block.citationsContent);
  return cited === null ? [] : toCitedText(cited);
}

function toToolCall(tool: JsonRecord): AnswerPart {
  const { input } = tool;
  const text = typeof input === 'string' ? input : JSON.stringify(input ?? {});
  return {
    type: 'tool-call',
    index: 0,
    id: readText(tool.toolUseId) ?? '',
    name: readText(tool.name) ?? '',
    arguments: text,
  };
}

function toReasoning(reasoning: JsonRecord): AnswerPart[] {
  const redacted = readText(reasoning.redactedContent);
  if (redacted !== null) return [{ type: 'reasoning', index: 0, text: '', hidden: true, signature: sign(redacted) }];
  const thought = readRecord(reasoning.reasoningText);
  const text = readText(thought?.text) ?? '';
  const signature = readText(thought?.signature);
  if (text === '' && signature === null) return [];
  return [{ type: 'reasoning', index: 0, text, ...(signature === null ? {} : { signature: sign(signature) }) }];
}

function toCitedText({ content, citations }: JsonRecord): AnswerPart[] {
  const text = readList(content)
    .flatMap((part) => readText(readRecord(part)?.text) ?? [])
    .join('');
  const found = readList(citations).flatMap((citation) => readCitation(citation) ?? []);
  return [{ type: 'text', index: 0, text, ...(found.length === 0 ? {} : { citations: found }) }];
}
