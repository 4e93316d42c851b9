import type {
  Call,
  CallParams,
  MediaPart,
  Part,
  PartRole,
  ReasoningParams,
  ResponseFormat,
  ToolChoice,
  ToolDefinition,
} from '@reeve/contracts';
import type { JsonBody } from '../read-body.ts';
import {
  CHAT_FIELDS,
  chatChecker,
  EMBEDDING_FIELDS,
  embeddingChecker,
  type ChatRequest,
  type EmbeddingRequest,
} from './openai-wire.ts';

const WIRE = 'openai';

type Message = ChatRequest['messages'][number];

/** A chat completion request as a call. Throws `AppError('invalid_request')` naming the field at fault. */
export function chatToCall(body: JsonBody): Call {
  const request = chatChecker.parse(body.value);
  return {
    kind: 'chat',
    wire: WIRE,
    model: request.model,
    stream: request.stream ?? false,
    parts: request.messages.flatMap(toParts),
    params: toChatParams(request),
    extensions: pickExtensions(body.value, CHAT_FIELDS),
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
    params: request.dimensions == null ? {} : { dimensions: request.dimensions },
    extensions: pickExtensions(body.value, EMBEDDING_FIELDS),
    raw: { bytes: body.bytes, fields: body.fields },
  };
}

const ROLES: Readonly<Record<string, PartRole>> = {
  system: 'system',
  developer: 'system',
  user: 'user',
  assistant: 'assistant',
  tool: 'tool',
  function: 'tool',
};

function toParts(message: Message, turn: number): Part[] {
  const role = ROLES[message.role] ?? 'user';
  const parts: Part[] = [];
  if (message.tool_call_id != null) {
    return [{ type: 'tool-result', turn, role, id: message.tool_call_id, content: toResult(message.content) }];
  }
  if (typeof message.content === 'string') parts.push({ type: 'text', turn, role, text: message.content });
  else for (const part of message.content ?? []) parts.push(toContentPart(part, turn, role));
  for (const call of message.tool_calls ?? []) {
    if (call.function !== undefined) {
      const { name, arguments: text } = call.function;
      parts.push({ type: 'tool-call', turn, role, id: call.id, name, arguments: text });
    } else parts.push({ type: 'other', turn, role, name: call.type ?? 'tool_call', value: call });
  }
  return parts;
}

function toResult(content: Message['content']): MediaPart[] {
  if (typeof content === 'string') return [{ type: 'text', text: content }];
  return (content ?? []).flatMap((part) =>
    'text' in part && typeof part.text === 'string' ? [{ type: 'text', text: part.text }] : [],
  );
}

function toContentPart(part: { type: string } & Record<string, unknown>, turn: number, role: PartRole): Part {
  const base = { turn, role };
  if (part.type === 'text' && typeof part.text === 'string') return { ...base, type: 'text', text: part.text };
  if (part.type === 'refusal' && typeof part.refusal === 'string')
    return { ...base, type: 'refusal', text: part.refusal };
  const inner = part[part.type];
  if (typeof inner === 'object' && inner !== null) {
    const fields: Record<string, unknown> = { ...inner };
    if (part.type === 'image_url' && typeof fields.url === 'string') {
      const detail = typeof fields.detail === 'string' ? { detail: fields.detail } : {};
      return { ...base, type: 'image', url: fields.url, ...detail };
    }
    if (part.type === 'input_audio' && typeof fields.data === 'string' && typeof fields.format === 'string') {
      return { ...base, type: 'audio', data: fields.data, format: fields.format };
    }
    if (part.type === 'file') return { ...base, type: 'file', ...toFile(fields) };
  }
  return { ...base, type: 'other', name: part.type, value: part };
}

function toFile(fields: Readonly<Record<string, unknown>>) {
  return {
    ...(typeof fields.file_id === 'string' ? { fileId: fields.file_id } : {}),
    ...(typeof fields.filename === 'string' ? { filename: fields.filename } : {}),
    ...(typeof fields.file_data === 'string' ? { data: fields.file_data } : {}),
  };
}

function toChatParams(request: ChatRequest): CallParams {
  const maxOutputTokens = request.max_completion_tokens ?? request.max_tokens;
  const { temperature, top_p: topP, n, stop, seed, tools } = request;
  return {
    ...given('maxOutputTokens', maxOutputTokens),
    ...given('temperature', temperature),
    ...given('topP', topP),
    ...given('choices', n),
    ...given('stop', typeof stop === 'string' ? [stop] : stop),
    ...given('seed', seed),
    ...given('tools', tools?.flatMap(toTool)),
    ...given('toolChoice', readToolChoice(request.tool_choice)),
    ...given('responseFormat', readResponseFormat(request.response_format)),
    ...given('topK', request.top_k),
    ...given('frequencyPenalty', request.frequency_penalty),
    ...given('presencePenalty', request.presence_penalty),
    ...given('logitBias', request.logit_bias),
    ...given('logprobs', request.logprobs === true ? { top: request.top_logprobs ?? 0 } : null),
    ...given('parallelToolCalls', request.parallel_tool_calls),
    ...given('reasoning', readEffort(request.reasoning_effort)),
    ...given('endUser', request.user),
    streamUsage: request.stream_options?.include_usage === true,
  };
}

/** The field where the caller gave it; `null` counts as not given. */
function given<Name extends keyof CallParams>(
  name: Name,
  value: CallParams[Name] | null,
): Pick<CallParams, Name> | null {
  return value == null ? null : ({ [name]: value } as Pick<CallParams, Name>);
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
  return effort == null ? null : { effort };
}

function toTool({ function: tool }: NonNullable<NonNullable<ChatRequest['tools']>[number]>): ToolDefinition[] {
  if (tool === undefined) return [];
  return [
    {
      name: tool.name,
      ...(tool.description == null ? {} : { description: tool.description }),
      ...(tool.parameters == null ? {} : { parameters: tool.parameters }),
      ...(tool.strict == null ? {} : { strict: tool.strict }),
    },
  ];
}

function toInputs(input: EmbeddingRequest['input']): Part[] {
  const text = (value: string, turn: number): Part => ({ type: 'text', turn, role: 'user', text: value });
  if (typeof input === 'string') return [text(input, 0)];
  if (input.every((item) => typeof item === 'string')) return input.map(text);
  return [{ type: 'other', turn: 0, role: 'user', name: 'token_ids', value: input }];
}

function pickExtensions(value: Readonly<Record<string, unknown>>, known: ReadonlySet<string>) {
  const extensions: Record<string, unknown> = {};
  for (const name of Object.keys(value)) if (!known.has(name)) extensions[name] = value[name];
  return extensions;
}
