/** Every endpoint that speaks the Messages API: messages, and the count of their input tokens. */
import type { AdapterDeps, ModelAdapter } from '../adapter.ts';
import { readInvocation, type WireReader } from '../read-invocation.ts';
import { failFromWire } from '../upstream-failure.ts';
import { postCall } from './anthropic-client.ts';
import { readAnswer } from './anthropic-to-answer.ts';
import { createMessageReader } from './anthropic-to-frames.ts';
import { findErrorMessage, readError, WIRE } from './anthropic-wire.ts';
import { callToAnthropic } from './call-to-anthropic.ts';

const READER: WireReader = {
  wire: WIRE,
  findErrorMessage,
  findError: readError,
  readAnswer,
  createSseReader: createMessageReader,
};

/** Of what an input may be made. */
const PROMPT = [
  'tools',
  'tool_choice',
  'parallel_tool_calls',
  'json',
  'json_schema',
  'reasoning',
  'images',
  'files',
  'images_in_tool_results',
] as const;

const CARRIES: ModelAdapter['carries'] = {
  chat: new Set([...PROMPT, 'stream', 'temperature', 'top_p', 'top_k', 'stop']),
  count: new Set(PROMPT),
};

export function createAnthropicAdapter(deps: AdapterDeps): ModelAdapter {
  return {
    name: WIRE,
    carries: CARRIES,
    extensions: new Set(),
    speaks: (call) => call.wire === WIRE,
    async invoke(attempt) {
      const body = callToAnthropic(attempt.call, attempt.modelId);
      if ('type' in body) return body;
      try {
        return await readInvocation(deps, attempt, await postCall(deps, attempt, body), READER);
      } catch (error) {
        return failFromWire(error, attempt);
      }
    },
  };
}
