/** Every server that speaks the OpenAI wire: chats, completions, embeddings, moderations, responses, and reranking beside. */
import type { IncomingAnswer } from '#platform/http-client/port.ts';
import type { AdapterDeps, Attempt, Invocation, ModelAdapter } from '../adapter.ts';
import { openAnswerStream } from '../answer-stream.ts';
import type { CreateEndpoint } from '../openai-endpoint.ts';
import { failFromStatus, failFromWire, failWith } from '../upstream-failure.ts';
import { callToOpenAi, EXTENSIONS, findUnsayable } from './call-to-openai.ts';
import { createOpenAiEndpoint, postCall } from './openai-client.ts';
import { bodyToAnswer } from './openai-to-answer.ts';
import { createOpenAiTranslator } from './openai-to-frames.ts';
import { chooseWire, findErrorMessage, RESPONSES_WIRE } from './openai-wire.ts';
import { createResponsesTranslator } from './responses-to-frames.ts';

const ANSWER_BYTES_MAX = 64 * 1024 * 1024;

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
        return await readInvocation(deps, attempt, answer);
      } catch (error) {
        return failFromWire(error, attempt);
      }
    },
  };
}

async function readInvocation(deps: AdapterDeps, attempt: Attempt, answer: IncomingAnswer): Promise<Invocation> {
  const { call, provider } = attempt;
  const wire = chooseWire(call, provider);
  if (answer.status < 200 || answer.status > 299) return failFromStatus(answer, attempt, wire, findErrorMessage);
  if (call.stream && !isJson(answer)) {
    const native = wire === RESPONSES_WIRE;
    const translator = native ? createResponsesTranslator(provider) : createOpenAiTranslator(call, provider);
    return openAnswerStream(answer, translator, attempt, deps.clock);
  }
  const read = bodyToAnswer(await answer.readAll(ANSWER_BYTES_MAX), call, provider);
  if (!call.stream || read.type === 'failure') return read;
  return failWith('invalid', 'The provider sent a whole answer where a stream was asked for.');
}

function isJson({ headers }: IncomingAnswer): boolean {
  return String(headers['content-type'] ?? '').startsWith('application/json');
}
