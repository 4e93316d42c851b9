import type {
  Call,
  CallParams,
  Part,
  ReasoningParams,
  ResponseFormat,
  ToolChoice,
  ToolDefinition,
} from '@reeve/contracts';
import type { JsonBody } from '../read-body.ts';
import { given, givenStop, givenTools, pickExtensions } from '../read-fields.ts';
import { createUnknownFields } from '../unknown-fields.ts';
import { cacheOf } from './cache-control.ts';
import { messageToParts } from './message-to-parts.ts';
import { noteSettings } from './note-unknown.ts';
import {
  CHAT_FIELDS,
  chatChecker,
  EMBEDDING_FIELDS,
  embeddingChecker,
  type ChatRequest,
  type EmbeddingRequest,
} from './openai-wire.ts';

const WIRE = 'openai';

/** A chat completion request as a call. Throws `AppError('invalid_request')` naming the field at fault. */
export function chatToCall(body: JsonBody): Call {
  const request = chatChecker.parse(body.value);
  const unknown = createUnknownFields();
  noteSettings(request, unknown);
  return {
    kind: 'chat',
    wire: WIRE,
    model: request.model,
    stream: request.stream ?? false,
    parts: request.messages.flatMap((message, turn) => messageToParts(message, turn, unknown)),
    params: toChatParams(request),
    extensions: { ...pickExtensions(body.value, CHAT_FIELDS), ...findUnmodelled(request), ...unknown },
    raw: { bytes: body.bytes, fields: body.fields },
  };
}

/** An embedding request as a call; token arrays travel in the raw body and as parts of kind `other`. */
export function embeddingToCall(body: JsonBody): Call {
  const request = embeddingChecker.parse(body.value);
  return {
    kind: 'embedding',
    wire: WIRE,
    model: request.model,
    stream: false,
    parts: toInputs(request.input),
    params: { ...given('dimensions', request.dimensions), ...given('endUser', request.user) },
    extensions: pickExtensions(body.value, EMBEDDING_FIELDS),
    raw: { bytes: body.bytes, fields: body.fields },
  };
}

function toChatParams(request: ChatRequest): CallParams {
  const params: CallParams = { streamUsage: request.stream_options?.include_usage === true };
  const give = <Name extends keyof CallParams>(name: Name, value: CallParams[Name] | null): void => {
    if (value != null) params[name] = value;
  };
  give('maxOutputTokens', request.max_completion_tokens ?? request.max_tokens);
  give('temperature', request.temperature);
  give('topP', request.top_p);
  give('choices', request.n);
  give('seed', request.seed);
  give('responseFormat', readResponseFormat(request.response_format));
  give('topK', request.top_k);
  give('frequencyPenalty', request.frequency_penalty);
  give('presencePenalty', request.presence_penalty);
  give('logitBias', request.logit_bias);
  give('logprobs', request.logprobs === true ? { top: request.top_logprobs ?? 0 } : null);
  give('reasoning', readEffort(request.reasoning_effort));
  give('endUser', request.user);
  Object.assign(params, givenStop(request.stop), readTools(request));
  return params;
}

function readTools({ tools, tool_choice: choice, parallel_tool_calls: parallel }: ChatRequest): CallParams | null {
  if (tools == null && choice == null) return null;
  const known = (tools ?? []).flatMap(toTool);
  return givenTools({ offered: tools?.length ?? 0, tools: known, choice: readToolChoice(choice), parallel });
}

/** Values of modelled fields that the call has no words for; only this wire can carry them. */
function findUnmodelled({
  tools,
  tool_choice: choice,
  response_format: format,
}: ChatRequest): Record<string, unknown> | null {
  if (tools == null && choice == null && format == null) return null;
  const otherTools = (tools ?? []).filter((tool) => tool.function === undefined);
  const knowsFormat = format == null || format.type === 'text' || readResponseFormat(format) !== null;
  return {
    ...(otherTools.length === 0 ? {} : { tools: otherTools }),
    ...(choice == null || readToolChoice(choice) !== null ? {} : { tool_choice: choice }),
    ...(knowsFormat ? {} : { response_format: format }),
  };
}

function readToolChoice(value: unknown): ToolChoice | null {
  if (value === 'auto' || value === 'none' || value === 'required') return value;
  const name = value as { function?: { name?: unknown } } | null | undefined;
  return typeof name?.function?.name === 'string' ? { name: name.function.name } : null;
}

function readResponseFormat(format: ChatRequest['response_format']): ResponseFormat | null {
  if (format?.type === 'json_object') return { type: 'json' };
  if (format?.type !== 'json_schema' || format.json_schema == null) return null;
  const { name, schema, strict, description } = format.json_schema;
  return {
    type: 'json-schema',
    name,
    schema,
    ...(strict == null ? {} : { strict }),
    ...(description == null ? {} : { description }),
  };
}

function readEffort(effort: ChatRequest['reasoning_effort']): ReasoningParams | null {
  return effort == null || effort === 'default' ? null : { effort };
}

function toTool(defined: NonNullable<NonNullable<ChatRequest['tools']>[number]>): ToolDefinition[] {
  const { function: tool } = defined;
  if (tool === undefined) return [];
  return [
    {
      name: tool.name,
      ...(tool.description == null ? {} : { description: tool.description }),
      ...(tool.parameters == null ? {} : { parameters: tool.parameters }),
      ...(tool.strict == null ? {} : { strict: tool.strict }),
      ...cacheOf(tool),
      ...cacheOf(defined),
    },
  ];
}

function toInputs(input: EmbeddingRequest['input']): Part[] {
  const text = (value: string, turn: number): Part => ({ type: 'text', turn, role: 'user', text: value });
  if (typeof input === 'string') return [text(input, 0)];
  if (input.every((item) => typeof item === 'string')) return input.map(text);
  return [{ type: 'other', turn: 0, role: 'user', name: 'token_ids', value: input }];
}
