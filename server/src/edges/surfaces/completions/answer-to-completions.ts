import type { Answer, AnswerEvent, AnswerPart, Call, FinishReason, TokenLogprob, Usage } from '@reeve/contracts';
import { toErrorFrame, toPassedError } from '../openai-errors.ts';
import { CLOSING_FRAME, toFrame } from '../openai-frames.ts';
import { renderUsage, watchUsage } from '../openai-usage.ts';
import type { SurfaceVoice } from '../serve-call.ts';
import { WIRE } from './completions-wire.ts';

/** How one call is answered: with the provider's own bytes where it speaks this wire, else rendered from what it said. */
export function createCompletionsVoice(call: Call, createdSeconds: number): SurfaceVoice {
  const headOf = (receiptId: string) => ({
    id: `cmpl-${receiptId}`,
    object: 'text_completion',
    created: createdSeconds,
    model: call.model,
  });
  const asksUsage = call.params.streamUsage === true;
  const watch = watchUsage(asksUsage);
  return {
    surface: 'completions',
    wire: WIRE,
    renderAnswer: (answer, usage, head) =>
      answer.raw?.wire === WIRE ? answer.raw.bytes : renderAnswer(answer, usage, headOf(head.receiptId)),
    renderFrame: (frame, head) => {
      if (frame.raw?.wire !== WIRE) {
        const chunkHead = { ...headOf(head.receiptId), ...(asksUsage ? { usage: null } : {}) };
        return frame.events.map((event) => renderEvent(event, chunkHead)).join('');
      }
      watch.note(frame);
      return frame.raw.bytes;
    },
    // Unless the provider's own bytes state it, the caller who asked sees what the receipt is settled on.
    renderEnd: (usage, head) =>
      watch.isOwed() ? toFrame({ ...headOf(head.receiptId), choices: [], usage: renderUsage(usage) }) : '',
    closingFrame: () => CLOSING_FRAME,
    renderError: toPassedError,
    renderErrorFrame: toErrorFrame,
  };
}

function renderAnswer({ parts }: Answer, usage: Usage, head: object): string {
  const indexes = [...new Set(parts.map((part) => part.index))].toSorted((a, b) => a - b);
  const choices = indexes.map((index) =>
    renderChoice(
      index,
      parts.filter((part) => part.index === index),
    ),
  );
  return JSON.stringify({ ...head, choices, usage: renderUsage(usage) });
}

function renderChoice(index: number, parts: readonly AnswerPart[]) {
  const texts = parts.flatMap((part) => (part.type === 'text' ? [part] : []));
  const logprobs = texts.flatMap((part) => part.logprobs ?? []);
  const end = parts.find((part) => part.type === 'end');
  return {
    text: texts.map((part) => part.text).join(''),
    index,
    logprobs: renderLogprobs(logprobs),
    finish_reason: toFinishReason(end?.type === 'end' ? end.finishReason : 'stop'),
  };
}

function renderEvent(event: AnswerEvent, head: object): string {
  switch (event.type) {
    case 'text-delta': {
      const logprobs = renderLogprobs(event.logprobs ?? []);
      return toChunk(head, { text: event.text, index: event.index, logprobs, finish_reason: null });
    }
    case 'end': {
      const finishReason = toFinishReason(event.finishReason);
      return toChunk(head, { text: '', index: event.index, logprobs: null, finish_reason: finishReason });
    }
    default:
      return '';
  }
}

function toChunk(head: object, choice: object): string {
  return toFrame({ ...head, choices: [choice] });
}

/** Lists side by side, as this endpoint has them; offsets into the text are not known. */
function renderLogprobs(tokens: readonly TokenLogprob[]) {
  if (tokens.length === 0) return null;
  return {
    tokens: tokens.map(({ token }) => token),
    token_logprobs: tokens.map(({ logprob }) => logprob),
    top_logprobs: tokens.map(({ top }) => Object.fromEntries(top.map(({ token, logprob }) => [token, logprob]))),
    text_offset: [],
  };
}

function toFinishReason(reason: FinishReason): string {
  if (reason === 'content-filter' || reason === 'refusal') return 'content_filter';
  return reason === 'length' ? 'length' : 'stop';
}
