/** Speaks for the responses surface's tests: one call's voice, and its answers as a client reads them. */
import type { Answer, AnswerEvent, AnswerPart, Usage } from '@reeve/contracts';
import { expect } from 'vitest';
import type { AnswerHead } from '#calls';
import { asReceiptId } from '#kernel';
import { readJsonBody } from '../read-body.ts';
import { createResponsesVoice } from './answer-to-responses.ts';
import { responsesToCall } from './responses-to-call.ts';

type Fields = Record<string, unknown>;
/** As loose as a client reads it. */
interface Body extends Fields {
  status: string;
  output: (Fields & { type: string; id: string })[];
}
export interface Event extends Fields {
  type: string;
  sequence_number: number;
}

export const HEAD: AnswerHead = { receiptId: asReceiptId('rcp_1'), route: 'p/m', policy: null, fallback: [] };
export const USAGE: Usage = {
  inputTokens: 10,
  outputTokens: 7,
  cachedInputTokens: 4,
  cacheWriteTokens: 1,
  cacheWrite1hTokens: 2,
  reasoningTokens: 3,
  estimated: false,
};
const FIELDS = { model: 'm', input: 'hi' };

export function speak(fields: object = {}) {
  const body = readJsonBody(Buffer.from(JSON.stringify({ ...FIELDS, ...fields })));
  return createResponsesVoice(responsesToCall(body), body.value, 1_760_000_000);
}

export function render(parts: readonly AnswerPart[], fields: object = {}): Body {
  const answer: Answer = { kind: 'chat', model: 'far', parts, usage: USAGE };
  return JSON.parse(String(speak(fields).renderAnswer(answer, USAGE, HEAD)));
}

export function parse(text: string): Event[] {
  return text.split('\n\n').flatMap((frame) => {
    if (frame === '') return [];
    const [, name, data = ''] = /^event: (.+)\ndata: (.+)$/.exec(frame) ?? [];
    const event: Event = JSON.parse(data);
    expect(event.type).toBe(name);
    return [event];
  });
}

/** Each event in a frame of its own; the events of the stream with its closing frame. */
export function stream(events: readonly AnswerEvent[], fields: object = {}): Event[] {
  const voice = speak({ stream: true, ...fields });
  const frames = events.map((event) => String(voice.renderFrame({ events: [event] }, HEAD)));
  const text = [...frames, voice.renderEnd(USAGE, HEAD), voice.closingFrame()].join('');
  const found = parse(text);
  expect(found.map((event) => event.sequence_number)).toEqual(found.map((_, index) => index));
  return found;
}

/** The items of the closing frame's response. */
export function outputOf(events: readonly Event[]): Body['output'] {
  const closing = events.at(-1)?.response as Body | undefined;
  return closing?.output ?? [];
}
export const typesOf = (events: readonly Event[]): string[] => events.map(({ type }) => type.replace('response.', ''));

export const TEXT = { index: 0, type: 'text', text: 'Hello' } satisfies AnswerPart;
export const END = { index: 0, type: 'end', finishReason: 'stop' } satisfies AnswerPart;
