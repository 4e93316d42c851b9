/** Every endpoint that speaks the OpenAI wire: chat completions and embeddings. */
import type { IncomingAnswer } from '#platform/http-client/port.ts';
import type { AdapterDeps, Attempt, Invocation, ModelAdapter } from '../adapter.ts';
import { openAnswerStream } from '../answer-stream.ts';
import type { CreateEndpoint } from '../openai-endpoint.ts';
import { failFromStatus, failFromWire, failWith } from '../upstream-failure.ts';
import { callToOpenAi } from './call-to-openai.ts';
import { createOpenAiEndpoint, postCall } from './openai-client.ts';
import { bodyToAnswer } from './openai-to-answer.ts';
import { createOpenAiTranslator } from './openai-to-frames.ts';
import { findErrorMessage, WIRE } from './openai-wire.ts';

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
  embedding: new Set(['dimensions']),
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
    extensions: new Set(),
    speaks: (call) => call.wire === WIRE,
    async invoke(attempt) {
      const body = callToOpenAi(attempt.call, attempt.provider, attempt.modelId);
      if (body === null) return failWith('unsupported', 'The request holds a part that this provider cannot take.');
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
  if (answer.status < 200 || answer.status > 299) return failFromStatus(answer, attempt, WIRE, findErrorMessage);
  if (call.stream && !isJson(answer)) {
    const translator = createOpenAiTranslator(call.params.streamUsage === true, provider);
    return openAnswerStream(answer, translator, attempt, deps.clock);
  }
  const read = bodyToAnswer(await answer.readAll(ANSWER_BYTES_MAX), call.kind, provider);
  if (!call.stream || read.type === 'failure') return read;
  return failWith('invalid', 'The provider sent a whole answer where a stream was asked for.');
}

function isJson({ headers }: IncomingAnswer): boolean {
  return String(headers['content-type'] ?? '').startsWith('application/json');
}
