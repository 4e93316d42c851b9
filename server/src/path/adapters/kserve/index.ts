/** Servers of the v2 inference protocol, such as KServe and Triton: embeddings, and predictions over tensors. */
import type { AdapterDeps, Attempt, ModelAdapter } from '../adapter.ts';
import { readInvocation, type WireReader } from '../read-invocation.ts';
import { failFromWire, failWith } from '../upstream-failure.ts';
import { callToKServe } from './call-to-kserve.ts';
import { postCall } from './kserve-client.ts';
import { bodyToAnswer } from './kserve-to-answer.ts';
import { findErrorMessage, readError, WIRE } from './kserve-wire.ts';

export function createKServeAdapter(deps: AdapterDeps): ModelAdapter {
  return {
    name: WIRE,
    carries: { embedding: new Set(), prediction: new Set() },
    extensions: new Set(),
    // A prediction is a request of this wire, whichever surface took it.
    speaks: (call) => call.kind === 'prediction',
    async invoke(attempt) {
      const body = callToKServe(attempt.call, attempt.provider);
      if (body === null) return failWith('unsupported', 'The request holds a part that this provider cannot take.');
      try {
        return await readInvocation(deps, attempt, await postCall(deps, attempt, body), createReader(attempt));
      } catch (error) {
        return failFromWire(error, attempt);
      }
    },
  };
}

function createReader({ call, provider }: Attempt): WireReader {
  return {
    wire: WIRE,
    findErrorMessage,
    findError: readError,
    readAnswer: (body) => bodyToAnswer(body, call, provider),
    // Nothing streams on this wire: what is no JSON body is unreadable.
    createSseReader: () => ({ wire: WIRE, findError: readError, read: () => 'hold' }),
  };
}
