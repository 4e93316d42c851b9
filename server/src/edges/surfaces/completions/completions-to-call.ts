import type { Call, CallParams, Part } from '@reeve/contracts';
import type { JsonBody } from '../read-body.ts';
import { given, givenStop, pickExtensions } from '../read-fields.ts';
import { COMPLETION_FIELDS, completionChecker, WIRE, type CompletionRequest } from './completions-wire.ts';

/** A text completion request as a call: each prompt is a turn. Throws `AppError('invalid_request')` naming the field. */
export function completionToCall(body: JsonBody): Call {
  const request = completionChecker.parse(body.value);
  return {
    kind: 'completion',
    wire: WIRE,
    model: request.model,
    stream: request.stream ?? false,
    parts: toPrompts(request.prompt),
    params: toParams(request),
    extensions: pickExtensions(body.value, COMPLETION_FIELDS),
    raw: { bytes: body.bytes, fields: body.fields },
  };
}

/** Token ids mean something to the model behind this wire only. */
function toPrompts(prompt: CompletionRequest['prompt']): Part[] {
  const texts = typeof prompt === 'string' ? [prompt] : prompt;
  if (!texts.every((item) => typeof item === 'string')) {
    return [{ type: 'other', turn: 0, role: 'user', name: 'token_ids', value: prompt }];
  }
  return texts.map((text, turn) => ({ type: 'text', turn, role: 'user', text }));
}

function toParams(request: CompletionRequest): CallParams {
  const { logprobs } = request;
  return {
    ...given('maxOutputTokens', request.max_tokens),
    ...given('temperature', request.temperature),
    ...given('topP', request.top_p),
    ...given('choices', request.n),
    ...givenStop(request.stop),
    ...given('seed', request.seed),
    ...given('frequencyPenalty', request.frequency_penalty),
    ...given('presencePenalty', request.presence_penalty),
    ...given('logitBias', request.logit_bias),
    ...given('logprobs', logprobs == null ? null : { top: logprobs }),
    ...given('endUser', request.user),
    streamUsage: request.stream_options?.include_usage === true,
  };
}
