/** From what a provider package gives to an `Answer` or its frames. */
import type { Answer, AnswerEvent, AnswerFrame, AnswerPart } from '@reeve/contracts';
import { readList, readRecord, readText, type JsonRecord } from '../read-json.ts';
import { readFinishReason, readSource, readUsage } from './aisdk-interface.ts';

/** A whole answer; `null` where it holds nothing that can be read. */
export function resultToAnswer(result: unknown, modelId: string): Answer | null {
  const body = readRecord(result);
  if (body === null || !Array.isArray(body.content)) return null;
  const citations = body.content.flatMap((part) => {
    const record = readRecord(part);
    return record?.type === 'source' ? (readSource(record) ?? []) : [];
  });
  const parts = body.content.flatMap((part) => toPart(readRecord(part), citations));
  parts.push({ type: 'end', index: 0, finishReason: readFinishReason(body.finishReason) });
  const model = readText(readRecord(body.response)?.modelId) ?? modelId;
  return { kind: 'chat', model, parts, usage: readUsage(body.usage) };
}

type Citations = Extract<AnswerPart, { type: 'text' }>['citations'] & {};

function toPart(part: JsonRecord | null, citations: Citations): AnswerPart[] {
  const text = readText(part?.text);
  switch (part?.type) {
    case 'text':
      return text === null ? [] : [{ type: 'text', index: 0, text, ...(citations.length === 0 ? {} : { citations }) }];
    case 'reasoning':
      return text === null ? [] : [{ type: 'reasoning', index: 0, text }];
    case 'tool-call':
      return [
        {
          type: 'tool-call',
          index: 0,
          id: readText(part.toolCallId) ?? '',
          name: readText(part.toolName) ?? '',
          arguments: toArguments(part.input),
        },
      ];
    default:
      return [];
  }
}

/** A text of JSON by the specification; some packages give the value. */
function toArguments(input: unknown): string {
  return typeof input === 'string' ? input : JSON.stringify(input ?? {});
}

export function resultToEmbedding(result: unknown, modelId: string): Answer | null {
  const body = readRecord(result);
  const parts = readList(body?.embeddings).flatMap((vector, index): AnswerPart[] =>
    Array.isArray(vector) && vector.every((item) => typeof item === 'number')
      ? [{ type: 'embedding', index, vector }]
      : [],
  );
  if (parts.length === 0) return null;
  const tokens = readRecord(body?.usage)?.tokens;
  return { kind: 'embedding', model: modelId, parts, usage: readUsage({ inputTokens: tokens, outputTokens: 0 }) };
}

/** Reads the parts of one stream, in order. */
export function createPartReader(modelId: string) {
  const calls = new Map<string, number>();
  const numberOf = (id: string): number => {
    const known = calls.get(id) ?? calls.size;
    calls.set(id, known);
    return known;
  };
  /** Calls whose pieces came one by one; the whole that follows repeats them. */
  const told = new Set<string>();

  return (part: JsonRecord): AnswerEvent[] => {
    const id = readText(part.id) ?? '';
    const delta = readText(part.delta) ?? '';
    switch (part.type) {
      case 'response-metadata':
        return [{ type: 'start', model: readText(part.modelId) ?? modelId }];
      case 'text-delta':
        return [{ type: 'text-delta', index: 0, text: delta }];
      case 'reasoning-delta':
        return [{ type: 'reasoning-delta', index: 0, text: delta }];
      case 'tool-input-start': {
        told.add(id);
        const name = readText(part.toolName) ?? '';
        return [{ type: 'tool-call-delta', index: 0, call: numberOf(id), id, name, arguments: '' }];
      }
      case 'tool-input-delta':
        return [{ type: 'tool-call-delta', index: 0, call: numberOf(id), arguments: delta }];
      case 'tool-call':
        return toWholeCall(part, told, numberOf);
      case 'source': {
        const citation = readSource(part);
        return citation === null ? [] : [{ type: 'citation', index: 0, citation }];
      }
      case 'finish':
        return toEnd(part);
      default:
        return [];
    }
  };
}

function toWholeCall(part: JsonRecord, told: ReadonlySet<string>, numberOf: (id: string) => number): AnswerEvent[] {
  const id = readText(part.toolCallId) ?? '';
  if (told.has(id)) return [];
  const name = readText(part.toolName) ?? '';
  return [{ type: 'tool-call-delta', index: 0, call: numberOf(id), id, name, arguments: toArguments(part.input) }];
}

function toEnd(part: JsonRecord): AnswerEvent[] {
  const usage = readUsage(part.usage);
  const end: AnswerEvent = { type: 'end', index: 0, finishReason: readFinishReason(part.finishReason) };
  return usage === null ? [end] : [end, { type: 'usage', usage }];
}

export const CLOSED: AnswerFrame = { events: [{ type: 'closed' }] };
