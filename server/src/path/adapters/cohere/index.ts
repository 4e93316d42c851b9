/** Cohere's own wire, API v2: chat, embed and rerank. */
import type { AdapterDeps, ModelAdapter } from '../adapter.ts';
import { keepOneCall } from '../keep-one-call.ts';
import { readInvocation, type WireReader } from '../read-invocation.ts';
import { failFromWire, failWith } from '../upstream-failure.ts';
import { callToCohere, EXTENSIONS } from './call-to-cohere.ts';
import { postCall } from './cohere-client.ts';
import { bodyToAnswer } from './cohere-to-answer.ts';
import { createCohereReader } from './cohere-to-frames.ts';
import { findErrorMessage, readError, WIRE } from './cohere-wire.ts';

const CARRIES: ModelAdapter['carries'] = {
  chat: new Set([
    'stream',
    'temperature',
    'top_p',
    'top_k',
    'penalties',
    'stop',
    'seed',
    'logprobs',
    'tools',
    'tool_choice',
    'parallel_tool_calls',
    'json',
    'json_schema',
    'reasoning',
    'images',
  ]),
  embedding: new Set(['dimensions', 'input_type']),
  rerank: new Set(['top_n']),
};

const READER: WireReader = {
  wire: WIRE,
  findErrorMessage,
  findError: readError,
  readAnswer: bodyToAnswer,
  createSseReader: createCohereReader,
};

export function createCohereAdapter(deps: AdapterDeps): ModelAdapter {
  return {
    name: WIRE,
    carries: CARRIES,
    extensions: EXTENSIONS,
    // No surface takes this wire from callers, so there are never bytes of theirs to pass on.
    speaks: () => false,
    async invoke(attempt) {
      const written = callToCohere(attempt.call, attempt.modelId);
      if (written.type === 'unsupported') return failWith('unsupported', written.reason);
      try {
        const answer = await postCall(deps, attempt, written.body);
        return keepOneCall(attempt.call, await readInvocation(deps, attempt, answer, READER));
      } catch (error) {
        return failFromWire(error, attempt);
      }
    },
  };
}
