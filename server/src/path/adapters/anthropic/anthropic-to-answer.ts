/** From the body of a message, or of a count, to what it says. Streams are read in `anthropic-to-frames.ts`. */
import type { Answer, AnswerPart, CallKind, Usage } from '@reeve/contracts';
import { readList, readRecord, readText, readTokens, type JsonRecord } from '../read-json.ts';
import { readCitation, readEnd, readUsage, toArguments, toRedactedSignature, toSignature } from './anthropic-wire.ts';

type Said = Pick<Answer, 'model' | 'parts' | 'usage'>;

/** What a whole answer says; without parts where it has the wrong shape. */
export function readAnswer(body: JsonRecord, kind: CallKind): Said {
  return kind === 'count' ? readCount(body) : readMessage(body);
}

/** A count costs nothing. */
const NOTHING_USED: Usage = { inputTokens: 0, outputTokens: 0, cachedInputTokens: 0, estimated: false };

function readCount(body: JsonRecord): Said {
  const inputTokens = readTokens(body.input_tokens);
  if (inputTokens === null) return { model: null, parts: [], usage: null };
  return { model: null, parts: [{ type: 'count', index: 0, inputTokens, estimated: false }], usage: NOTHING_USED };
}

/** A message may be without content, e.g. where the model refused or had nothing to add. */
function readMessage(body: JsonRecord): Said {
  if (!Array.isArray(body.content)) return { model: null, parts: [], usage: null };
  const parts = readList(body.content).flatMap((block) => toPart(readRecord(block)) ?? []);
  parts.push({ type: 'end', index: 0, ...readEnd(body) });
  return { model: readText(body.model), parts, usage: readUsage(body.usage) };
}

/** `null` for blocks that the answer does not model, such as the provider's own tools and their results. */
function toPart(block: JsonRecord | null): AnswerPart | null {
  const index = 0;
  switch (block?.type) {
    case 'text': {
      const text = readText(block.text);
      const citations = readList(block.citations).flatMap((citation) => readCitation(citation) ?? []);
      return text === null ? null : { type: 'text', index, text, ...(citations.length === 0 ? {} : { citations }) };
    }
    case 'thinking':
      return toThought(readText(block.thinking) ?? '', readText(block.signature));
    case 'redacted_thinking': {
      const signature = toRedactedSignature(readText(block.data) ?? '');
      return { type: 'reasoning', index, text: '', hidden: true, signature };
    }
    case 'tool_use': {
      const id = readText(block.id) ?? '';
      return { type: 'tool-call', index, id, name: readText(block.name) ?? '', arguments: toArguments(block.input) };
    }
    default:
      return null;
  }
}

/** Newer models sign their thoughts and keep the text to themselves unless it is asked for: no text, and not redacted. */
function toThought(text: string, signature: string | null): AnswerPart {
  return { type: 'reasoning', index: 0, text, ...(signature === null ? {} : { signature: toSignature(signature) }) };
}
