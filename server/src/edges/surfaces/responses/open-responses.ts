import type { OpenCall } from '../serve-lazily.ts';
import { createResponsesVoice } from './answer-to-responses.ts';
import { responsesToCall } from './responses-to-call.ts';

/** Reads a responses request and prepares its answer. Throws `AppError`. */
export const openResponses: OpenCall = (path, _exchange, body) => {
  const call = responsesToCall(body);
  return { call, voice: createResponsesVoice(call, body.value, Math.floor(path.clock.now() / 1000)) };
};
