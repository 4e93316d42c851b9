/** Mistral's own wire: chat completions, embeddings and moderations. */
import type { AdapterDeps, ModelAdapter } from '../adapter.ts';
import { readInvocation, type WireReader } from '../read-invocation.ts';
import { failFromWire, failWith } from '../upstream-failure.ts';
import { callToMistral, EXTENSIONS } from './call-to-mistral.ts';
import { postCall } from './mistral-client.ts';
import { bodyToAnswer } from './mistral-to-answer.ts';
import { createMistralReader } from './mistral-to-frames.ts';
import { findErrorMessage, readError, WIRE } from './mistral-wire.ts';

const CARRIES: ModelAdapter['carries'] = {
  chat: new Set([
    'stream',
    'temperature',
    'top_p',
    'penalties',
    'stop',
    'seed',
    'choices',
    'tools',
    'tool_choice',
    'parallel_tool_calls',
    'json',
    'json_schema',
    'reasoning',
    'images',
    'audio',
    'files',
    'images_in_tool_results',
  ]),
  embedding: new Set(['dimensions']),
  moderation: new Set(),
};

const READER: WireReader = {
  wire: WIRE,
  findErrorMessage,
  findError: readError,
  readAnswer: bodyToAnswer,
  createSseReader: createMistralReader,
};

export function createMistralAdapter(deps: AdapterDeps): ModelAdapter {
  return {
    name: WIRE,
    carries: CARRIES,
    extensions: EXTENSIONS,
    // No surface takes this wire from callers, so there are never bytes of theirs to pass on.
    speaks: () => false,
    async invoke(attempt) {
      const body = callToMistral(attempt.call, attempt.modelId);
      if (body === null) return failWith('unsupported', 'The request holds a part that Mistral cannot take.');
      try {
        return await readInvocation(deps, attempt, await postCall(deps, attempt, body), READER);
      } catch (error) {
        return failFromWire(error, attempt);
      }
    },
  };
}
