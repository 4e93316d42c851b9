import {
  asksToThink,
  ERRORS,
  type Answer,
  type AnswerFrame,
  type AnswerPart,
  type Call,
  type Usage,
} from '@reeve/contracts';
import type { AppError } from '#kernel';
import { toPassedError } from '../openai-errors.ts';
import type { SurfaceVoice } from '../serve-call.ts';
import { ResponseStream, toFrame } from './events-to-responses.ts';
import { toResponse, toStatus, type ResponseContext } from './response-object.ts';
import { ResponseOutput } from './response-output.ts';
import { ENCRYPTED, WIRE } from './responses-wire.ts';

type Request = ResponseContext['request'];

/** How one call is answered: with the provider's own bytes where it speaks this wire, else rendered from what it said. */
export function createResponsesVoice(call: Call, request: Request, createdSeconds: number): SurfaceVoice {
  const { model, params } = call;
  const { store, include } = request;
  const keepsItems = store === false || (Array.isArray(include) && include.includes(ENCRYPTED));
  const showsHidden = keepsItems || asksToThink(params.reasoning);
  const context = { createdSeconds, model, request, keepsItems, showsHidden };
  const contextOf = (receiptId: string): ResponseContext => ({ receiptId, ...context });
  let stream: ResponseStream | null = null;
  let forwarded: Uint8Array | null = null;
  let closing: Uint8Array | string = '';
  const openStream = (receiptId: string): ResponseStream => (stream ??= new ResponseStream(contextOf(receiptId)));
  return {
    surface: 'responses',
    wire: WIRE,
    renderAnswer: (answer, usage, head) =>
      answer.raw?.wire === WIRE ? answer.raw.bytes : renderAnswer(answer, usage, contextOf(head.receiptId)),
    renderFrame(frame, head) {
      closing = findClosing(frame) ?? closing;
      if (frame.raw?.wire === WIRE) forwarded = frame.raw.bytes;
      if (forwarded === null) return openStream(head.receiptId).render(frame.events);
      return frame.raw?.bytes ?? '';
    },
    renderEnd(usage, head) {
      if (forwarded !== null) return '';
      const finished = openStream(head.receiptId).finish(usage);
      closing = finished.closing;
      return finished.end;
    },
    closingFrame: () => closing,
    renderError: toPassedError,
    renderErrorFrame: (error) => renderErrorFrame(error, stream?.nextSequence ?? nextSequence(forwarded)),
  };
}

/** A whole answer as body text. */
function renderAnswer(answer: Answer, usage: Usage, context: ResponseContext): string {
  const output = new ResponseOutput(context, () => undefined);
  for (const [position, part] of answer.parts.entries()) if (part.index === 0) addPart(output, part, position);
  const end = answer.parts.find((part) => part.type === 'end');
  const finishReason = end?.type === 'end' ? end.finishReason : 'other';
  const status = toStatus(finishReason, output.items);
  output.finish(status);
  return JSON.stringify(toResponse(context, { status, output: output.items, finishReason, usage }));
}

function addPart(output: ResponseOutput, part: AnswerPart, position: number): void {
  switch (part.type) {
    case 'text':
      output.addText(part.text, position, part.logprobs);
      for (const citation of part.citations ?? []) output.addCitation(citation);
      return;
    case 'refusal':
      return output.addRefusal(part.text);
    case 'reasoning':
      return output.addReasoning({ ...part, block: position });
    case 'tool-call':
      return output.addCall({ ...part, call: position });
    case 'audio':
      return output.addText(part.transcript, position);
    default:
  }
}

function findClosing(frame: AnswerFrame): Uint8Array | null {
  const closed = frame.events.find((event) => event.type === 'closed');
  return closed?.type === 'closed' && closed.raw?.wire === WIRE ? closed.raw.bytes : null;
}

/** The reference has the fields in the event itself, the service sends them nested, and clients read the one or the other. */
function renderErrorFrame(error: AppError, sequence: number): string {
  const fields = { code: error.code, message: error.message, param: error.param };
  const nested = { type: ERRORS[error.code].type, ...fields };
  return toFrame('error', { sequence_number: sequence, ...fields, error: nested });
}

/** What follows on the last number in forwarded bytes. */
function nextSequence(forwarded: Uint8Array | null): number {
  if (forwarded === null) return 0;
  const numbers = Buffer.from(forwarded)
    .toString('utf8')
    .matchAll(/"sequence_number": ?(\d{1,9})/g);
  return Math.max(-1, ...[...numbers].map(([, digits]) => Number(digits))) + 1;
}
