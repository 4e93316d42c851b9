/** Text completions: what their choices say, in a whole answer and in a stream. */
import type { AnswerEvent, AnswerPart, TokenLogprob } from '@reeve/contracts';
import { readIndex, readList, readRecord, readText, type JsonRecord } from '../read-json.ts';
import { readFinishReason, readUsage } from './openai-wire.ts';

export function completionToParts(value: unknown, position: number): AnswerPart[] {
  const choice = readRecord(value);
  if (typeof choice?.text !== 'string') return [];
  const index = readIndex(choice.index, position);
  const logprobs = readTextLogprobs(choice.logprobs);
  const finishReason = readFinishReason(readText(choice.finish_reason) ?? '');
  return [
    { type: 'text', index, text: choice.text, ...(logprobs === null ? {} : { logprobs }) },
    { type: 'end', index, finishReason },
  ];
}

/** Adds what one chunk of a text completion says. */
export function completionToEvents(chunk: JsonRecord, events: AnswerEvent[]): void {
  for (const [position, value] of readList(chunk.choices).entries()) {
    const choice = readRecord(value);
    if (choice === null) continue;
    const index = readIndex(choice.index, position);
    const text = readText(choice.text);
    const logprobs = readTextLogprobs(choice.logprobs);
    if (text !== null || logprobs !== null) {
      events.push({ type: 'text-delta', index, text: text ?? '', ...(logprobs === null ? {} : { logprobs }) });
    }
    const reason = readText(choice.finish_reason);
    if (reason !== null) events.push({ type: 'end', index, finishReason: readFinishReason(reason) });
  }
  const usage = readUsage(chunk.usage);
  if (usage !== null) events.push({ type: 'usage', usage });
}

/**
 * Log probabilities as lists side by side: `tokens`, `token_logprobs` (null for the first token of an echoed prompt),
 * `top_logprobs` (token → value).
 */
function readTextLogprobs(value: unknown): TokenLogprob[] | null {
  const lists = readRecord(value);
  const logprobs = readList(lists?.token_logprobs);
  const tops = readList(lists?.top_logprobs);
  const tokens = readList(lists?.tokens).flatMap((token, position) => {
    const logprob = logprobs[position];
    if (typeof token !== 'string' || typeof logprob !== 'number') return [];
    return [{ token, logprob, bytes: null, top: readTop(tops[position]) }];
  });
  return tokens.length === 0 ? null : tokens;
}

function readTop(value: unknown): TokenLogprob['top'] {
  return Object.entries(readRecord(value) ?? {}).flatMap(([token, logprob]) =>
    typeof logprob === 'number' ? [{ token, logprob, bytes: null }] : [],
  );
}
