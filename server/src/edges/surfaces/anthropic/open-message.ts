/** The translating half of the Anthropic surface; loaded with its first call. */
import type { Call } from '@reeve/contracts';
import type { OpenCall } from '../serve-lazily.ts';
import type { SurfaceVoice } from '../serve-call.ts';
import { toErrorBody, toErrorFrame } from './anthropic-errors.ts';
import { countToCall, messageToCall } from './anthropic-to-call.ts';
import { WIRE } from './anthropic-wire.ts';
import { renderAnswer, type RenderContext } from './answer-to-anthropic.ts';
import { CLOSING_FRAME, MessageStream } from './events-to-anthropic.ts';

export const openMessage: OpenCall = (_path, exchange, body) => {
  const call = messageToCall(body, exchange.headers);
  return { call, voice: createVoice(exchange.scope.requestId, call) };
};

export const openCount: OpenCall = (_path, exchange, body) => {
  const call = countToCall(body, exchange.headers);
  return { call, voice: createVoice(exchange.scope.requestId, call) };
};

/** A stream of this wire goes through as it is, its closing frame too; every other is rendered event by event. */
export function createVoice(requestId: string, { model, params }: Call): SurfaceVoice {
  const showsThinking = params.reasoning?.visible === true;
  const context = (receiptId: string): RenderContext => ({ receiptId, model, showsThinking });
  let stream: MessageStream | null = null;
  let isOwnWire = false;
  let closing: Uint8Array | string = CLOSING_FRAME;
  return {
    surface: WIRE,
    wire: WIRE,
    renderAnswer: (answer, usage, head) => renderAnswer(answer, usage, context(head.receiptId)),
    renderFrame({ raw, events }, head) {
      const last = events.at(-1);
      if (last?.type === 'closed' && last.raw?.wire === WIRE) closing = last.raw.bytes;
      isOwnWire ||= raw?.wire === WIRE;
      if (isOwnWire) return raw?.bytes ?? '';
      stream ??= new MessageStream(context(head.receiptId));
      return stream.render(events);
    },
    renderEnd(usage, head) {
      if (isOwnWire) return '';
      stream ??= new MessageStream(context(head.receiptId));
      return stream.end(usage);
    },
    closingFrame: () => closing,
    renderError: (error, status) => toErrorBody(error, requestId, status),
    renderErrorFrame: (error) => toErrorFrame(error, requestId),
  };
}
