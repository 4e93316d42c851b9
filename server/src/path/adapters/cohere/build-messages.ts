import type { MediaPart, Part } from '@reeve/contracts';
import { groupTurns } from '../group-turns.ts';
import { dropAbsent } from '../read-json.ts';
import { tellToolError } from '../tell-failed-tool.ts';
import { PLAN_SIGNATURE, WIRE } from './cohere-wire.ts';

/** The messages of a chat request. */
export function buildMessages(parts: readonly Part[]): object[] {
  return groupTurns(parts).flatMap(turnToMessages);
}

/** Results of tools are messages of their own here, and stand before what else the turn says. */
function turnToMessages(turn: readonly Part[]): object[] {
  const results = turn.flatMap((part) => (part.type === 'tool-result' ? [toResult(part)] : []));
  const calls = turn.flatMap((part) => (part.type === 'tool-call' ? [toToolCall(part)] : []));
  const message = calls.length === 0 ? toMessage(turn) : toToolMessage(turn, calls);
  return message === null ? results : [...results, message];
}

type Chunk = { type: string } & Record<string, unknown>;

function toMessage(turn: readonly Part[]): object | null {
  const chunks = turn.flatMap((part) => toChunk(part) ?? []);
  const [only] = chunks;
  if (only === undefined) return null;
  const isText = chunks.length === 1 && only.type === 'text';
  return { role: turn[0]?.role ?? 'user', content: isText ? only.text : chunks };
}

/** A message that calls tools says its text as the plan for them; only thoughts stand in its content. */
function toToolMessage(turn: readonly Part[], calls: readonly object[]): object {
  const plan = turn.flatMap((part) => (isPlan(part) ? [part.text] : [])).join('\n');
  const thoughts = turn.flatMap((part) => (isPlan(part) ? [] : (toChunk(part) ?? [])));
  return {
    role: 'assistant',
    ...(thoughts.length === 0 ? {} : { content: thoughts }),
    ...(plan === '' ? {} : { tool_plan: plan }),
    tool_calls: calls,
  };
}

type TextPart = Extract<Part, { text: string }>;

function isPlan(part: Part): part is TextPart {
  if (part.type === 'reasoning') return part.signature?.wire === WIRE && part.signature.value === PLAN_SIGNATURE.value;
  return part.type === 'text' || part.type === 'refusal';
}

function toToolCall({ id, name, arguments: text }: Extract<Part, { type: 'tool-call' }>): object {
  return { id, type: 'function', function: { name, arguments: text } };
}

function toChunk(part: Part): Chunk | null {
  switch (part.type) {
    case 'text':
    case 'refusal':
      // An answer that says nothing is refused here.
      return part.text === '' && part.role === 'assistant' ? null : { type: 'text', text: part.text };
    case 'image':
      return { type: 'image_url', image_url: dropAbsent({ url: part.url, detail: part.detail }) };
    case 'reasoning': {
      const isForeign = part.signature !== undefined && part.signature.wire !== WIRE;
      return isForeign || part.text === '' ? null : { type: 'thinking', thinking: part.text };
    }
    default:
      return null;
  }
}

function toResult({ id, content, isError }: Extract<Part, { type: 'tool-result' }>): object {
  return { role: 'tool', tool_call_id: id, content: tellToolError(joinTexts(content), isError) };
}

/** Results are texts on this wire. */
function joinTexts(content: readonly MediaPart[]): string {
  return content.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('\n');
}
