import type { OpenCall } from '../serve-lazily.ts';
import { createCompletionsVoice } from './answer-to-completions.ts';
import { completionToCall } from './completions-to-call.ts';

/** Reads a text completion request and prepares its answer. Throws `AppError`. */
export const openCompletion: OpenCall = (path, _exchange, body) => {
  const call = completionToCall(body);
  return { call, voice: createCompletionsVoice(call, Math.floor(path.clock.now() / 1000)) };
};
