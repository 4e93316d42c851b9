/** Amazon Bedrock: chats and counts by Converse, embeddings by InvokeModel. */
import type { IncomingAnswer } from '#platform/http-client/port.ts';
import type { AdapterDeps, Attempt, Invocation, ModelAdapter } from '../adapter.ts';
import { openAnswerStream } from '../answer-stream.ts';
import { inlineMedia } from '../fetch-media.ts';
import { keepOneCall } from '../keep-one-call.ts';
import { readBody } from '../read-invocation.ts';
import { failFromStatus, failFromWire, failWith } from '../upstream-failure.ts';
import { createBedrockClient, type BedrockClient } from './bedrock-client.ts';
import { createBedrockTranslator } from './bedrock-to-frames.ts';
import { READER } from './bedrock-to-answer.ts';
import { findErrorMessage, WIRE } from './bedrock-wire.ts';
import { callToBedrock, EXTENSIONS } from './call-to-bedrock.ts';
import { invokeEmbedding } from './invoke-embedding.ts';

const ANSWER_BYTES_MAX = 64 * 1024 * 1024;

/** Of what an input may be made. */
const PROMPT = [
  'tools',
  'tool_choice',
  'parallel_tool_calls',
  'reasoning',
  'images',
  'files',
  'images_in_tool_results',
] as const;

const CARRIES: ModelAdapter['carries'] = {
  chat: new Set([...PROMPT, 'stream', 'temperature', 'top_p', 'top_k', 'stop', 'json', 'json_schema']),
  count: new Set(PROMPT),
  embedding: new Set(['dimensions', 'input_type']),
};

export function createBedrockAdapter(deps: AdapterDeps): ModelAdapter {
  const client = createBedrockClient(deps);
  return {
    name: WIRE,
    carries: CARRIES,
    extensions: EXTENSIONS,
    speaks: () => false,
    async invoke(attempt) {
      try {
        if (attempt.call.kind === 'embedding') return await invokeEmbedding(client, attempt);
        return await invokeConverse(deps, client, attempt);
      } catch (error) {
        return failFromWire(error, attempt);
      }
    },
  };
}

async function invokeConverse(deps: AdapterDeps, client: BedrockClient, attempt: Attempt): Promise<Invocation> {
  const inlined = await inlineMedia(deps, attempt);
  if (inlined.type === 'failure') return inlined;
  const request = callToBedrock(inlined.call, attempt.modelId);
  if ('type' in request) return request;
  return keepOneCall(attempt.call, await readInvocation(deps, attempt, await client.post(attempt, request)));
}

async function readInvocation(deps: AdapterDeps, attempt: Attempt, answer: IncomingAnswer): Promise<Invocation> {
  const { call, provider } = attempt;
  if (answer.status < 200 || answer.status > 299) return failFromStatus(answer, attempt, WIRE, findErrorMessage);
  if (call.stream && !isJson(answer)) {
    return openAnswerStream(answer, createBedrockTranslator(provider), attempt, deps.clock);
  }
  const read = readBody(await answer.readAll(ANSWER_BYTES_MAX), call.kind, provider, READER);
  if (!call.stream || read.type === 'failure') return read;
  return failWith('invalid', 'The provider sent a whole answer where a stream was asked for.');
}

function isJson({ headers }: IncomingAnswer): boolean {
  return String(headers['content-type'] ?? '').startsWith('application/json');
}
