import type { FaultVoice } from '#kernel';
import { REQUEST_ID_HEADER, toErrorBody as toAnthropicError } from './anthropic/anthropic-errors.ts';
import { toErrorBody as toOpenAiError } from './openai-errors.ts';

/** In whose words a fault is told on a path under `/v1` that no route serves: those of the surface around it. */
export function findFaultVoice(path: string): FaultVoice {
  return /^\/v1\/messages(?:[/?]|$)/.test(path) ? ANTHROPIC : OPENAI;
}

const ANTHROPIC: FaultVoice = { renderError: toAnthropicError, requestIdHeader: REQUEST_ID_HEADER };
const OPENAI: FaultVoice = { renderError: toOpenAiError };
