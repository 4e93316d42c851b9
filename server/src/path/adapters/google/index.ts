/** Google's own wire: Gemini's generateContent, countTokens and batchEmbedContents. */
import type { Call } from '@reeve/contracts';
import type { AdapterDeps, Invocation, ModelAdapter } from '../adapter.ts';
import { inlineMedia } from '../fetch-media.ts';
import { keepOneCall } from '../keep-one-call.ts';
import { readInvocation, type WireReader } from '../read-invocation.ts';
import { parseJson } from '../read-json.ts';
import { failFromWire, failWith } from '../upstream-failure.ts';
import { callToGoogle, EXTENSIONS } from './call-to-google.ts';
import { postCall } from './google-client.ts';
import { bodyToAnswer } from './google-to-answer.ts';
import { createGoogleReader } from './google-to-frames.ts';
import { findErrorMessage, readError, readErrorDetails, WIRE } from './google-wire.ts';
import { isNativeUrl } from './parts-to-contents.ts';

const CHAT = [
  'temperature',
  'top_p',
  'top_k',
  'penalties',
  'stop',
  'seed',
  'choices',
  'logprobs',
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
] as const;

const CARRIES: ModelAdapter['carries'] = {
  chat: new Set([...CHAT, 'stream']),
  count: new Set(CHAT),
  embedding: new Set(['dimensions', 'input_type']),
};

export function createGoogleAdapter(deps: AdapterDeps): ModelAdapter {
  return {
    name: WIRE,
    carries: CARRIES,
    extensions: new Set(EXTENSIONS),
    // No surface takes this wire from callers, so there are never bytes of theirs to pass on.
    speaks: () => false,
    async invoke(attempt) {
      const inlined = await inlineMedia(deps, attempt, isNativeUrl);
      if (inlined.type === 'failure') return inlined;
      const made = callToGoogle(inlined.call, attempt.modelId);
      if ('refusal' in made) return failWith('unsupported', made.refusal);
      try {
        const answer = await postCall(deps, attempt, made.body);
        const read = await readInvocation(deps, attempt, answer, createReader(attempt.call));
        return keepOneCall(attempt.call, refineFailure(read));
      } catch (error) {
        return failFromWire(error, attempt);
      }
    },
  };
}

function createReader(call: Call): WireReader {
  return {
    wire: WIRE,
    findErrorMessage,
    findError: readError,
    readAnswer: (body) => bodyToAnswer(body, call),
    createSseReader: createGoogleReader,
  };
}

/** This wire says in the body how long to wait, and tells a bad key like a bad request. */
function refineFailure(invocation: Invocation): Invocation {
  if (invocation.type !== 'failure' || invocation.failure.body === null) return invocation;
  const { failure } = invocation;
  const text = Buffer.from(invocation.failure.body.bytes).toString('utf8');
  const { retryAfter, keyRefused } = readErrorDetails(parseJson(text));
  const status = failure.status === 400 && keyRefused ? 401 : failure.status;
  return { type: 'failure', failure: { ...failure, status, retryAfter: failure.retryAfter ?? retryAfter } };
}
