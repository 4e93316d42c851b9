import type { OpenCall } from '../serve-lazily.ts';
import { createRerankVoice } from './answer-to-rerank.ts';
import { rerankToCall } from './rerank-to-call.ts';
import { rerankChecker } from './rerank-wire.ts';

/** Reads a rerank request and prepares its answer. Throws `AppError`. */
export const openRerank: OpenCall = (_path, _exchange, body) => {
  return { call: rerankToCall(body), voice: createRerankVoice(rerankChecker.parse(body.value)) };
};
