import type { OpenCall } from '../serve-lazily.ts';
import { createModerationsVoice } from './answer-to-moderations.ts';
import { moderationToCall } from './moderations-to-call.ts';

/** Reads a moderation request and prepares its answer. Throws `AppError`. */
export const openModeration: OpenCall = (_path, _exchange, body) => {
  const call = moderationToCall(body);
  return { call, voice: createModerationsVoice(call) };
};
