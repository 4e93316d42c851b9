/** Every server that speaks the OpenAI wire: chats, completions, embeddings, moderations, responses, and reranking beside. */
import type { AdapterDeps, ModelAdapter } from '../adapter.ts';
import type { CreateEndpoint } from '../openai-endpoint.ts';
import { readInvocation } from '../read-invocation.ts';
import { failFromWire, failWith } from '../upstream-failure.ts';
import { callToOpenAi, EXTENSIONS, findUnsayable } from './call-to-openai.ts';
import { chooseReader } from './choose-reader.ts';
import { createOpenAiEndpoint, postCall } from './openai-client.ts';
import { chooseWire } from './openai-wire.ts';

const CARRIES: ModelAdapter['carries'] = {
  chat: new Set([
    'stream',
    'temperature',
    'top_p',
    'top_k',
    'penalties',
    'stop',
    'seed',
    'choices',
    'logprobs',
    'logit_bias',
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
  completion: new Set([
    'stream',
    'temperature',
    'top_p',
    'penalties',
    'stop',
    'seed',
    'choices',
    'logprobs',
    'logit_bias',
  ]),
  embedding: new Set(['dimensions']),
  moderation: new Set(['images']),
  rerank: new Set(['top_n']),
};

/** Over OpenAI's own endpoint, or another that takes the same wire at its own addresses and credentials. */
export function createOpenAiAdapter(
  deps: AdapterDeps,
  createEndpoint: CreateEndpoint = createOpenAiEndpoint,
): ModelAdapter {
  const endpoint = createEndpoint(deps);
  return {
    name: endpoint.name,
    carries: CARRIES,
    extensions: EXTENSIONS,
    speaks: (call, provider) => call.wire === chooseWire(call, provider),
    async invoke(attempt) {
      const unsayable = findUnsayable(attempt.call, attempt.provider);
      if (unsayable !== null) return failWith('unsupported', unsayable);
      const body = callToOpenAi(attempt.call, attempt.provider, attempt.modelId);
      try {
        const answer = await postCall(endpoint, attempt, body);
        if ('type' in answer) return answer;
        return await readInvocation(deps, attempt, answer, chooseReader(attempt.call, attempt.provider));
      } catch (error) {
        return failFromWire(error, attempt);
      }
    },
  };
}
